"""Turns an Elastic document back into the CloudTrail record that it was made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.adapters.ecs_document import EcsDocument
from bot.adapters.formats.form import JsonObject
from bot.adapters.formats.java_map import read_trust_anchor_map
from bot.adapters.formats.json_text import read_json
from bot.adapters.formats.kept import moment, text, value_at
from bot.adapters.formats.voices import Hearing, Voice
from bot.domain.detection import Where
from bot.domain.errors import BadInput

_TRAIL = "aws.cloudtrail"
_ALERTED = "kibana.alert.original_event"
_IDENTITY = f"{_TRAIL}.user_identity"
_SESSION = f"{_IDENTITY}.session_context"
# Key, path in the record, and paths in the document; a path of the alert's own comes last.
_FIELDS = (
    ("event_id", "eventID", ("event.id", f"{_ALERTED}.id", "signal.original_event.id")),
    ("event_name", "eventName", ("event.action", f"{_ALERTED}.action", "signal.original_event.action")),
    ("event_source", "eventSource", ("event.provider", f"{_ALERTED}.provider", "signal.original_event.provider")),
    ("region", "awsRegion", ("cloud.region",)),
    ("account", "recipientAccountId", (f"{_TRAIL}.recipient_account_id",)),
    ("source_address", "sourceIPAddress", ("source.address", "source.ip")),
    ("user_agent", "userAgent", ("user_agent.original",)),
    ("error_code", "errorCode", (f"{_TRAIL}.error_code",)),
    ("error_message", "errorMessage", (f"{_TRAIL}.error_message",)),
    ("", "sessionCredentialFromConsole", (f"{_TRAIL}.session_credential_from_console",)),
    ("actor_arn", "userIdentity.arn", (f"{_IDENTITY}.arn",)),
    ("", "userIdentity.type", (f"{_IDENTITY}.type",)),
    ("", "userIdentity.userName", ("user.name",)),
    ("", "userIdentity.principalId", ("user.id",)),
    ("", "userIdentity.accessKeyId", (f"{_IDENTITY}.access_key_id",)),
    ("", "userIdentity.invokedBy", (f"{_IDENTITY}.invoked_by",)),
    ("", "userIdentity.accountId", ()),
    ("", "userIdentity.sessionContext.attributes.mfaAuthenticated", (f"{_SESSION}.mfa_authenticated",)),
    ("", "userIdentity.sessionContext.sessionIssuer.arn", (f"{_SESSION}.session_issuer.arn",)),
    ("", "userIdentity.sessionContext.sessionIssuer.userName", ()),
    ("", "userIdentity.sessionContext.sourceIdentity", ()),
)
_MUST_AGREE = {"event_name": "the operation", "event_source": "the service", "region": "the Region"} | {
    "account": "the account",
    "error_code": "the error",
    "actor_arn": "who made the call",
}
_SOURCE_LEAVES = ("source.sourceType", "source.sourceData.x509CertificateData", "source.sourceData.acmPcaArn")
_REQUEST_LEAVES = ("name", "enabled", "trustAnchorId", "trustAnchorArn", "omitted", *_SOURCE_LEAVES)
_ANSWER_LEAVES = (
    "omitted",
    *(f"trustAnchor.{leaf}" for leaf in ("trustAnchorArn", "trustAnchorId", "name", "enabled")),
    *(f"trustAnchor.{leaf}" for leaf in ("createdAt", "updatedAt", *_SOURCE_LEAVES)),
)


def record_of(document: EcsDocument, hearing: Hearing) -> tuple[JsonObject, tuple[Voice, ...], tuple[str, ...]]:
    """What a document tells of the call: a record without request and answer, the copies of these, what is missing.

    The record itself counts first where the document keeps it (``event.original``), then the document's parsed
    fields, then the map texts. Fields that nothing names are absent.
    """
    original, missing = _original(document, hearing)
    record: JsonObject = {}
    for key, path, paths in _FIELDS:
        value = _value(document, original, (key, path, paths), hearing)
        if value is not None:
            _put(record, path, value)
    _put_time(record, document, original, hearing)
    if "errorCode" not in record and document.get("event.outcome") == "failure":
        record["errorCode"] = "unnamed error"
    return record, tuple(_voices(document, original)), missing


def _original(document: EcsDocument, hearing: Hearing) -> tuple[JsonObject, tuple[str, ...]]:
    """The whole record; a document that no pipeline has read yet has it as its message."""
    written = document.get("event.original")
    written = document.get("message") if written is None else written
    if isinstance(written, str):
        try:
            written = read_json(written, "event.original")
        except BadInput:
            has_original = document.get("event.original") is not None
            return {}, ("the original record (it is there and can't be read)",) if has_original else ()
    if not isinstance(written, dict) or not ("eventName" in written or "eventSource" in written):
        return {}, ()
    own_id, its_id = document.get("event.id"), written.get("eventID")
    if own_id is not None and its_id is not None and own_id != its_id:
        hearing.contradictions.append("the original record beside the document is another event's, so it is not used")
        return {}, ()
    return written, ()


def _value(
    document: EcsDocument, original: JsonObject, field: tuple[str, str, tuple[str, ...]], hearing: Hearing
) -> Any:  # noqa: ANN401 - a JSON value.
    key, path, paths = field
    before = value_at(original, path)
    own, where = None, Where.EVENT
    for place in paths:
        own = document.get(place)
        if own is not None:
            where = Where.ALERT if place.startswith(("kibana.", "signal.")) else Where.EVENT
            break
    if before is None:
        before, said = own, where
    else:
        said = Where.ORIGINAL
        if key in _MUST_AGREE and text(own) is not None:
            hearing.compare(_MUST_AGREE[key], (("the original record", text(before)), ("the document", text(own))))
    if key and before is not None:
        hearing.sources[key] = said.value
    return before


def _put(record: JsonObject, path: str, value: object) -> None:
    *parents, last = path.split(".")
    for parent in parents:
        record = record.setdefault(parent, {})
    record[last] = value


def _put_time(record: JsonObject, document: EcsDocument, original: JsonObject, hearing: Hearing) -> None:
    """When the call was made: an alert's own ``@timestamp`` is the time of the alert, so it counts last."""
    is_alert = document.has_group("kibana") or document.has_group("signal")
    candidates = (
        (Where.ORIGINAL, original.get("eventTime")),
        (Where.ALERT, document.get("kibana.alert.original_time")),
        (Where.ALERT, document.get("signal.original_time")),
        (Where.ALERT if is_alert else Where.EVENT, document.get("@timestamp")),
    )
    for where, value in candidates:
        if moment(value) is not None:
            record["eventTime"] = value
            hearing.sources["happened_at"] = where.value
            return


def _voices(document: EcsDocument, original: JsonObject) -> Iterator[Voice]:
    """The copies of answer and request, surest first."""
    if original:
        yield _answer(Where.ORIGINAL, original.get("responseElements"))
        yield Voice(Where.ORIGINAL, original.get("requestParameters"), sent=True)
    texts = {field: document.get(f"{_TRAIL}.{field}") for field in ("response_elements", "request_parameters")}
    kept = {field: _kept(document, field, texts[field]) for field in texts}
    yield _answer(Where.FLATTENED, kept["response_elements"])
    yield Voice(Where.FLATTENED, kept["request_parameters"], sent=True)
    for field, written in texts.items():
        if isinstance(written, str):
            yield Voice(Where.MAP_TEXT, read_trust_anchor_map(written), sent=field == "request_parameters")


def _answer(where: Where, answer: object) -> Voice:
    return Voice(where, value_at(answer, "trustAnchor") or (answer if value_at(answer, "omitted") else None))


def _kept(document: EcsDocument, field: str, written: object) -> JsonObject:
    """The request or the answer as an object: flattened, or where another pipeline than Elastic's left it."""
    leaves = _ANSWER_LEAVES if field == "response_elements" else _REQUEST_LEAVES
    flattened = document.gather(f"{_TRAIL}.flattened.{field}", leaves)
    if flattened:
        return flattened
    if isinstance(written, str) and written.startswith('{"'):
        try:
            parsed = read_json(written, field)
        except BadInput:
            return {}
        return parsed if isinstance(parsed, dict) else {}
    return {} if isinstance(written, str) else document.gather(f"{_TRAIL}.{field}", leaves)
