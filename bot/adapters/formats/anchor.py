"""The trust anchor in a CloudTrail record: what AWS answered counts more than what the caller sent.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_TrustAnchorDetail.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.adapters.formats.form import JsonObject
from bot.adapters.formats.kept import MAX_NAME_CHARACTERS, MAX_TEXT_CHARACTERS, flag, matching, moment, text, value_at
from bot.adapters.formats.pem_bundle import PemBundle, read_bundle
from bot.domain.detection import Anchor, SourceType
from bot.domain.errors import BadInput
from bot.domain.identity import parse_anchor_arn

_ANCHOR_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_MAX_TYPE_CHARACTERS = 64


def read_anchor(record: JsonObject) -> tuple[Anchor, tuple[str, ...]]:
    """The trust anchor of a CloudTrail record, and in plain words what of its CA could not be kept."""
    request, response = record.get("requestParameters"), value_at(record, "responseElements.trustAnchor")
    both = (response, request)
    arn = next(filter(None, (_arn(response, "trustAnchorArn"), _arn(request, "trustAnchorId"))), None)
    written_type = _first_text(both, "source.sourceType", _MAX_TYPE_CHARACTERS)
    bundle = _bundle(both)
    anchor = Anchor(
        arn=arn,
        anchor_id=_anchor_id(both, arn),
        name=_first_text(both, "name", MAX_NAME_CHARACTERS),
        enabled=next((value for value in _flags(both) if value is not None), None),
        updated_at=moment(value_at(response, "updatedAt")) or moment(value_at(response, "createdAt")),
        source_type=_source_type(written_type),
        source_type_text=written_type,
        certificates_pem=bundle.certificates,
        acm_pca_arn=_first_text(both, "source.sourceData.acmPcaArn"),
        source_in_request=_source_in_request(request),
        held_private_key=bundle.held_private_key,
    )
    return anchor, (*bundle.missing, *_left_out(record))


def _arn(message: object, field: str) -> str | None:
    arn = text(value_at(message, field))
    if arn is None:
        return None
    try:
        parse_anchor_arn(arn)
    except BadInput:
        return None
    return arn


def _anchor_id(messages: tuple[object, ...], arn: str | None) -> str | None:
    if arn is not None:
        return parse_anchor_arn(arn).anchor_id
    ids = (matching(value_at(message, "trustAnchorId"), _ANCHOR_ID) for message in messages)
    return next(filter(None, ids), None)


def _first_text(messages: tuple[object, ...], path: str, limit: int = MAX_TEXT_CHARACTERS) -> str | None:
    for message in messages:
        found = text(value_at(message, path), limit)
        if found is not None:
            return found
    return None


def _flags(messages: tuple[object, ...]) -> Iterator[bool | None]:
    return (flag(value_at(message, "enabled")) for message in messages)


def _source_type(written: str | None) -> SourceType:
    return SourceType.__members__.get(written or "", SourceType.UNKNOWN)


def _bundle(messages: tuple[object, ...]) -> PemBundle:
    """The first bundle with certificates; a private key in any of them counts, since AWS gives none back."""
    bundles = [read_bundle(value_at(message, "source.sourceData.x509CertificateData")) for message in messages]
    chosen = next((bundle for bundle in bundles if bundle.certificates), bundles[-1])
    with_key = next((bundle for bundle in bundles if bundle.held_private_key), chosen)
    missing = tuple(dict.fromkeys((*chosen.missing, *with_key.missing)))
    return PemBundle(chosen.certificates, missing, with_key.held_private_key)


def _source_in_request(request: object) -> bool | None:
    if not isinstance(request, dict) or not request or _is_partial(request):
        return None
    return bool(request.get("source"))


def _is_partial(message: object) -> bool:
    return bool(value_at(message, "omitted") or value_at(message, "cutOff"))


def _left_out(record: JsonObject) -> tuple[str, ...]:
    """CloudTrail puts ``omitted`` in place of a field that is too large.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    fields = {"requestParameters": "what the caller sent", "responseElements": "what AWS answered"}
    return tuple(f"{plain} (not whole)" for field, plain in fields.items() if _is_partial(record.get(field)))
