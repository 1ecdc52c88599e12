"""Events of Amazon EventBridge: those that carry a CloudTrail record or a finding.

See: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from __future__ import annotations

from bot.adapters.formats import cloudtrail
from bot.adapters.formats.form import Event, Form, Ignored, Inner, JsonObject, Part, place, required_object
from bot.adapters.formats.kept import name
from bot.adapters.formats.voices import Hearing

_VIA_CLOUDTRAIL = " via CloudTrail"
_FINDINGS = {
    "Security Hub Findings - Imported",
    "Security Hub Findings - Custom Action",
    "Findings Imported V2",
    "GuardDuty Finding",
}
_EXPIRY = "Roles Anywhere Certificate Expiration State Change"
_EXPIRY_KEYS = {"certificate-serial-number", "days-to-expiry"}
_EXPIRY_REASON = f"a certificate is about to expire or has ({_EXPIRY}): no trust anchor was created or changed"


def _fits(message: JsonObject) -> bool:
    return isinstance(message.get("detail-type"), str) and isinstance(message.get("source"), str)


def _read(message: JsonObject, at: str) -> tuple[Part, ...]:
    kind = message["detail-type"]
    if kind == _EXPIRY:
        return (Ignored(_EXPIRY_REASON),)
    detail = message.get("detail")
    if kind.endswith(_VIA_CLOUDTRAIL) or (isinstance(detail, dict) and {"eventName", "eventSource"} <= detail.keys()):
        return (_event(message, at),)
    if kind in _FINDINGS:
        return (Inner(required_object(message, "detail", at), place(at, "detail")),)
    source = name(message["source"]) or "unnamed"
    return (Ignored(f"an EventBridge event of another kind: {name(kind) or 'unnamed'!r} from {source!r}"),)


def _event(message: JsonObject, at: str) -> Part:
    detail = message.get("detail")
    if isinstance(detail, str) and detail.startswith("{"):
        return Inner(detail, place(at, "detail"))
    record, hearing = required_object(message, "detail", at), Hearing()
    for called, field, own in (("the account", "account", "recipientAccountId"), ("the Region", "region", "awsRegion")):
        said = [("the event", record.get(own)), ("EventBridge", message.get(field))]
        hearing.compare(called, [(who, value) for who, value in said if isinstance(value, str) and value])
    detection = cloudtrail.read_record(
        record,
        place(at, "detail"),
        form="eventbridge",
        account=message.get("account"),
        region=message.get("region"),
        hearing=hearing,
    )
    return Event(detection, record=record)


def _fits_expiry(message: JsonObject) -> bool:
    return message.keys() >= _EXPIRY_KEYS


def _read_expiry(message: JsonObject, at: str) -> tuple[Part, ...]:
    del message, at
    return (Ignored(_EXPIRY_REASON),)


FORM = Form("eventbridge", _fits, _read)
EXPIRY = Form("expiry", _fits_expiry, _read_expiry)
"""An expiry event of which a transformer kept the detail only."""
