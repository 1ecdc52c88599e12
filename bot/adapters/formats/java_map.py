"""Reads what Java prints of a map, as Elastic's AWS integration keeps requests and answers.

The text has neither quotes nor escapes, and the PEM text in it is free: a caller may have written anything there,
such as a second ``source={sourceType=…}``. So this reads few fields, each only where nothing that a caller can
write stands before it, or where all places agree; and of several sources one that is external counts, since a name
that AWS refuses stands in the request all the same.

See: https://github.com/elastic/integrations/blob/main/packages/aws/data_stream/cloudtrail/elasticsearch/ingest_pipeline/default.yml
"""

from __future__ import annotations

import re

from bot.adapters.formats.form import JsonObject

_PCA_ARN = r"arn:aws[a-z-]*:acm-pca:[a-z0-9-]*:\d*:certificate-authority/[A-Za-z0-9-]+"
_TYPE = r"([A-Za-z0-9_.:-]{1,64})"
_PRIVATE_CA = "AWS_ACM_PCA"
# Java's order of the two keys is fixed by their hashes. In the other one a text of the caller's stands before the type:
# it is read only where all places agree, and never believed to be AWS Private CA.
_TYPE_FIRST = re.compile(rf"source=\{{sourceType={_TYPE}(?=[,}}])", re.ASCII)
_TYPE_BEHIND_PCA = re.compile(rf"source=\{{sourceData=\{{acmPcaArn={_PCA_ARN}\}}, sourceType={_TYPE}\}}", re.ASCII)
_UPLOADED_FIRST = re.compile(r"source=\{sourceData=\{x509CertificateData=")
_TYPE_BEHIND = re.compile(rf"\}}, sourceType={_TYPE}\}}", re.ASCII)
_PCA_DATA = re.compile(rf"(?:sourceType={_TYPE}, )?sourceData=\{{acmPcaArn=(?P<arn>{_PCA_ARN})\}}", re.ASCII)
# More than CloudTrail lets a request have (100 KB), and bounded work.
# See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
_MAX_CHARACTERS = 256 * 1024
# It looks back behind the word, so that the word itself is what is searched for.
_SOURCE = re.compile(r"source=\{(?<=[{ ]source=\{)")
_NOTIFICATION_SETTINGS = re.compile(r"notificationSettings=\[[^][]*\]")
_PLAIN_PATTERNS = {
    "name": r"[ A-Za-z0-9_-]{1,255}",
    "enabled": r"true|false",
    "createdAt": r"[0-9T:.Z-]{10,40}",
    "updatedAt": r"[0-9T:.Z-]{10,40}",
    "trustAnchorArn": r"arn:[a-z0-9:-]{1,200}/[A-Za-z0-9-]{1,64}",
    "trustAnchorId": r"[A-Za-z0-9-]{1,64}|arn:[a-z0-9:-]{1,200}/[A-Za-z0-9-]{1,64}",
}

_FIELD = re.compile(rf"[{{ ]({'|'.join(_PLAIN_PATTERNS)})=")
_KEYS = "|".join((*_PLAIN_PATTERNS, "source", "tags", "notificationSettings", "aliasName", "crlDpRevocationEnabled"))
# A comma alone ends no value: it may stand in one.
_VALUES = {key: re.compile(rf"({pattern})(?=\}}|, (?:{_KEYS})=)") for key, pattern in _PLAIN_PATTERNS.items()}
# A real map has some ten.
_MOST_FIELDS = 200


def read_trust_anchor_map(text: str) -> JsonObject:
    """The fields of a trust anchor that can be read surely from the text of a map; empty when none can.

    The PEM text is returned whole, with everything around it: only its CERTIFICATE blocks may be used.
    """
    whole = len(text) <= _MAX_CHARACTERS and text.rstrip().endswith("}")
    text = text[:_MAX_CHARACTERS]
    first = _SOURCE.search(text)
    fields = _plain_fields(text, text[: first.end()] if first else text)
    if first:
        fields["source"] = _source(text, first)
    if not whole:
        fields["cutOff"] = True
    return fields


def _plain_fields(text: str, before_source: str) -> JsonObject:
    """What stands before the source is sure; behind it, only what all places agree on is."""
    values = {**_values(_NOTIFICATION_SETTINGS.sub("", text)), **_values(before_source)}
    return {key: found.pop() for key, found in values.items() if len(found) == 1}


def _values(text: str) -> dict[str, set[str]]:
    """Each plain field's values in a text; none of a text with so many fields that nothing in it can be sure."""
    values: dict[str, set[str]] = {}
    for count, field in enumerate(_FIELD.finditer(text)):
        if count == _MOST_FIELDS:
            return {}
        value = _VALUES[field[1]].match(text, field.end())
        if value:
            values.setdefault(field[1], set()).add(value[1])
    return values


def _source(text: str, first: re.Match[str]) -> JsonObject:
    """The source that counts; nothing is known where several name AWS Private CA and not the same one there."""
    if _type_at(text, first) != _PRIVATE_CA:
        return _read_source(text, first)
    authorities = set()
    for one in _SOURCE.finditer(text, first.start()):
        if _type_at(text, one) != _PRIVATE_CA:
            return _read_source(text, one)
        pca = _PCA_DATA.match(text, one.end())
        authorities.add(pca["arn"] if pca else None)
    return _read_source(text, first) if len(authorities) == 1 else {"sourceData": {}}


def _type_at(text: str, source: re.Match[str]) -> str | None:
    found = _TYPE_FIRST.match(text, source.start()) or _TYPE_BEHIND_PCA.match(text, source.start())
    return found[1] if found else None


def _type_behind_upload(text: str, source: re.Match[str]) -> str | None:
    if not _UPLOADED_FIRST.match(text, source.start()):
        return None
    written = set(_TYPE_BEHIND.findall(text, source.end()))
    return written.pop() if len(written) == 1 and _PRIVATE_CA not in written else None


def _read_source(text: str, found: re.Match[str]) -> JsonObject:
    written = _type_at(text, found) or _type_behind_upload(text, found)
    pca = _PCA_DATA.match(text, found.end())
    source: JsonObject = {"sourceType": written} if written else {"sourceData": {}}
    if pca:
        source["sourceData"] = {"acmPcaArn": pca["arn"]}
    elif "-----BEGIN" in text:
        source["sourceData"] = {"x509CertificateData": text[found.end() :]}
    return source
