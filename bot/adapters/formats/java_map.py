"""Reads what Java prints of a map, as Elastic's AWS integration keeps requests and answers.

The text has neither quotes nor escapes, and the PEM text in it is free: a caller may have written anything there,
such as a second ``source={sourceType=…}``. So this reads few fields, each only where nothing that a caller can
write stands before it, or where all places agree.

See: https://github.com/elastic/integrations/blob/main/packages/aws/data_stream/cloudtrail/elasticsearch/ingest_pipeline/default.yml
"""

from __future__ import annotations

import re

from bot.adapters.formats.form import JsonObject

_PCA_ARN = r"arn:aws[a-z-]*:acm-pca:[a-z0-9-]*:\d*:certificate-authority/[A-Za-z0-9-]+"
# Java's order of the two keys is fixed by their hashes; the other order is read only where no PEM stands between.
_TYPE_FIRST = re.compile(r"source=\{sourceType=([A-Z0-9_]{1,64})(?=[,}])", re.ASCII)
_TYPE_BEHIND_PCA = re.compile(
    rf"source=\{{sourceData=\{{acmPcaArn={_PCA_ARN}\}}, sourceType=([A-Z0-9_]{{1,64}})\}}", re.ASCII
)
_PCA_DATA = re.compile(rf"(?:sourceType=[A-Z0-9_]{{1,64}}, )?sourceData=\{{acmPcaArn=({_PCA_ARN})\}}", re.ASCII)
# More than CloudTrail lets a request have (100 KB), and bounded work.
# See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
_MAX_CHARACTERS = 256 * 1024
_SOURCE = re.compile(r"(?<=[{ ])source=\{")
_NOTIFICATION_SETTINGS = re.compile(r"notificationSettings=\[[^][]*\]")
_PLAIN_PATTERNS = {
    "name": r"[ A-Za-z0-9_-]{1,255}",
    "enabled": r"true|false",
    "createdAt": r"[0-9T:.Z-]{10,40}",
    "updatedAt": r"[0-9T:.Z-]{10,40}",
    "trustAnchorArn": r"arn:[a-z0-9:-]{1,200}/[A-Za-z0-9-]{1,64}",
    "trustAnchorId": r"[A-Za-z0-9-]{1,64}|arn:[a-z0-9:-]{1,200}/[A-Za-z0-9-]{1,64}",
}

_PLAIN_FIELDS = {key: re.compile(rf"(?<=[{{ ]){key}=({pattern})(?=[,}}])") for key, pattern in _PLAIN_PATTERNS.items()}


def read_trust_anchor_map(text: str) -> JsonObject:
    """The fields of a trust anchor that can be read surely from the text of a map; empty when none can.

    The PEM text is returned whole, with everything around it: only its CERTIFICATE blocks may be used.
    """
    whole = len(text) <= _MAX_CHARACTERS and text.rstrip().endswith("}")
    text = text[:_MAX_CHARACTERS]
    found = _SOURCE.search(text)
    fields = _plain_fields(text, text[: found.start()] if found else text)
    if found:
        fields["source"] = _source(text, found.start(), found.end())
    if not whole:
        fields["cutOff"] = True
    return fields


def _plain_fields(text: str, before_source: str) -> JsonObject:
    """What stands before the source is sure; behind it, only what all places agree on is."""
    outside = _NOTIFICATION_SETTINGS.sub("", text)
    fields: JsonObject = {}
    for key, field in _PLAIN_FIELDS.items():
        values = set(field.findall(before_source)) or set(field.findall(outside))
        if len(values) == 1:
            fields[key] = values.pop()
    return fields


def _source(text: str, start: int, inside: int) -> JsonObject:
    """The first source in the text is the real one, since no field before it can hold a brace."""
    written = _TYPE_FIRST.match(text, start) or _TYPE_BEHIND_PCA.match(text, start)
    pca = _PCA_DATA.match(text, inside)
    source: JsonObject = {"sourceType": written[1]} if written else {"sourceData": {}}
    if pca:
        source["sourceData"] = {"acmPcaArn": pca[1]}
    elif "-----BEGIN" in text:
        source["sourceData"] = {"x509CertificateData": text[inside:]}
    return source
