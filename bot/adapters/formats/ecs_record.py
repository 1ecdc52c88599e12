"""Turns an Elastic document back into the CloudTrail record that it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.adapters.formats.ecs_document import EcsDocument
from bot.adapters.formats.form import JsonObject
from bot.adapters.formats.java_map import read_trust_anchor_map
from bot.adapters.formats.json_text import read_json
from bot.adapters.formats.kept import moment, value_at
from bot.domain.errors import BadInput

_TRAIL = "aws.cloudtrail"
_SIMPLE = {
    "eventID": ("event.id",),
    "eventName": ("event.action",),
    "eventSource": ("event.provider",),
    "awsRegion": ("cloud.region",),
    "recipientAccountId": (f"{_TRAIL}.recipient_account_id",),
    "sourceIPAddress": ("source.address", "source.ip"),
    "userAgent": ("user_agent.original",),
    "errorCode": (f"{_TRAIL}.error_code",),
    "errorMessage": (f"{_TRAIL}.error_message",),
    "sessionCredentialFromConsole": (f"{_TRAIL}.session_credential_from_console",),
}
_IDENTITY = {
    "arn": (f"{_TRAIL}.user_identity.arn",),
    "type": (f"{_TRAIL}.user_identity.type",),
    "userName": ("user.name",),
    "accessKeyId": (f"{_TRAIL}.user_identity.access_key_id",),
    "invokedBy": (f"{_TRAIL}.user_identity.invoked_by",),
}
_SESSION = f"{_TRAIL}.user_identity.session_context"
_SOURCE_LEAVES = ("source.sourceType", "source.sourceData.x509CertificateData", "source.sourceData.acmPcaArn")
_REQUEST_LEAVES = ("name", "enabled", "trustAnchorId", "omitted", *_SOURCE_LEAVES)
_ANSWER_LEAVES = (
    "omitted",
    *(f"trustAnchor.{leaf}" for leaf in ("trustAnchorArn", "trustAnchorId", "name", "enabled")),
    *(f"trustAnchor.{leaf}" for leaf in ("createdAt", "updatedAt", *_SOURCE_LEAVES)),
)


def record_of(document: EcsDocument) -> tuple[JsonObject, tuple[str, ...]]:
    """The CloudTrail record behind a document as far as it can be told, and what of it is missing in plain words.

    Parsed fields count first, then ``event.original``, then the map texts. Fields that nothing names are absent.
    """
    original, missing = _original(document)
    record = {**_present(document, _SIMPLE, original), "userIdentity": _identity(document, original)}
    time = _event_time(document, original)
    if time is not None:
        record["eventTime"] = time
    if "errorCode" not in record and document.get("event.outcome") == "failure":
        record["errorCode"] = "unnamed error"
    for field, trail_field, leaves in (
        ("requestParameters", "request_parameters", _REQUEST_LEAVES),
        ("responseElements", "response_elements", _ANSWER_LEAVES),
    ):
        found = _parameters(document, original.get(field), trail_field, leaves)
        if found:
            record[field] = found
    return record, missing


def _original(document: EcsDocument) -> tuple[JsonObject, tuple[str, ...]]:
    written = document.get("event.original")
    if not isinstance(written, str):
        return {}, ()
    try:
        original = read_json(written, "event.original")
    except BadInput:
        return {}, ("the original record (it is there and can't be read)",)
    return (original, ()) if isinstance(original, dict) else ({}, ())


def _present(document: EcsDocument, table: Mapping[str, tuple[str, ...]], original: JsonObject) -> JsonObject:
    found: JsonObject = {}
    for field, paths in table.items():
        values = (*(document.get(path) for path in paths), original.get(field))
        value = next((value for value in values if value is not None), None)
        if value is not None:
            found[field] = value
    return found


def _identity(document: EcsDocument, original: JsonObject) -> JsonObject:
    before = original.get("userIdentity")
    before = before if isinstance(before, dict) else {}
    attributes = _first(document.get(f"{_SESSION}.mfa_authenticated"), before, "attributes.mfaAuthenticated")
    issuer = _first(document.get(f"{_SESSION}.session_issuer.arn"), before, "sessionIssuer.arn")
    return {
        "accountId": before.get("accountId"),
        **_present(document, _IDENTITY, before),
        "sessionContext": {
            "attributes": {"mfaAuthenticated": attributes},
            "sessionIssuer": {"arn": issuer},
            "sourceIdentity": value_at(before, "sessionContext.sourceIdentity"),
        },
    }


def _first(value: Any, before: JsonObject, path: str) -> Any:  # noqa: ANN401 - JSON values.
    return value if value is not None else value_at(before, f"sessionContext.{path}")


def _event_time(document: EcsDocument, original: JsonObject) -> object:
    """When the call was made: an alert's own ``@timestamp`` is the time of the alert, so it counts last."""
    candidates = (
        document.get("kibana.alert.original_time"),
        document.get("signal.original_time"),
        original.get("eventTime"),
        document.get("@timestamp"),
    )
    return next((value for value in candidates if moment(value) is not None), None)


def _parameters(document: EcsDocument, original: object, field: str, leaves: tuple[str, ...]) -> JsonObject:
    flattened = document.gather(f"{_TRAIL}.flattened.{field}", leaves)
    if flattened:
        return flattened
    if isinstance(original, dict) and original:
        return original
    written = document.get(f"{_TRAIL}.{field}")
    if not isinstance(written, str):
        return document.gather(f"{_TRAIL}.{field}", leaves)
    found = read_trust_anchor_map(written)
    return {"trustAnchor": found} if field == "response_elements" and found else found
