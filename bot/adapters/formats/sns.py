"""SNS around anything: what SQS holds when raw message delivery is off.

See: https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
"""

from __future__ import annotations

from bot.adapters.formats.form import Form, Ignored, Inner, JsonObject, Part, place
from bot.domain.errors import BadInput

_OTHER_TYPES = {
    "SubscriptionConfirmation": "SNS asks to confirm a subscription; Anchorwatch confirms none by itself",
    "UnsubscribeConfirmation": "SNS reports the end of a subscription",
}


def _fits(message: JsonObject) -> bool:
    return "TopicArn" in message and message.get("Type") in ("Notification", *_OTHER_TYPES)


def _read(message: JsonObject, at: str) -> tuple[Part, ...]:
    reason = _OTHER_TYPES.get(message["Type"])
    if reason is not None:
        return (Ignored(reason),)
    inner = message.get("Message")
    if not isinstance(inner, str | dict):
        raise BadInput("missing_field", "the SNS notification has no Message", place(at, "Message"))
    return (Inner(inner, place(at, "Message")),)


FORM = Form("sns", _fits, _read)
