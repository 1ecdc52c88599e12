"""Events of Amazon EventBridge: those that carry a CloudTrail record.

See: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from __future__ import annotations

from bot.adapters.formats import cloudtrail
from bot.adapters.formats.form import Form, Ignored, JsonObject, Part, place, required_object
from bot.adapters.formats.kept import name

_CLOUDTRAIL = "AWS API Call via CloudTrail"


def _fits(message: JsonObject) -> bool:
    return isinstance(message.get("detail-type"), str) and isinstance(message.get("source"), str)


def _read(message: JsonObject, at: str) -> tuple[Part, ...]:
    if message["detail-type"] != _CLOUDTRAIL:
        kind, source = name(message["detail-type"]) or "unnamed", name(message["source"]) or "unnamed"
        return (Ignored(f"an EventBridge event of another kind: {kind!r} from {source!r}"),)
    record = required_object(message, "detail", at)
    detection = cloudtrail.read_record(
        record,
        place(at, "detail"),
        form="eventbridge",
        account=message.get("account"),
        region=message.get("region"),
    )
    return (detection,)


FORM = Form("eventbridge", _fits, _read)
