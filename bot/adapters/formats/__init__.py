"""Understands the messages that detections come in: one file a form, and the table of them.

A new form is a new file with a ``FORM`` and a row here.
"""

from __future__ import annotations

from dataclasses import replace

from bot.adapters.formats import cloudtrail, elastic, eventbridge, sns
from bot.adapters.formats.form import Form, Ignored, Inner, JsonObject
from bot.adapters.formats.json_text import read_body, read_json
from bot.domain.detection import Detection, Understood
from bot.domain.errors import BadInput

__all__ = ["Understood", "understand"]

# The first that fits reads the message: wrappings before what they wrap.
_FORMS: tuple[Form, ...] = (sns.FORM, eventbridge.FORM, cloudtrail.FORM, elastic.FORM)
_MAX_WRAPPINGS = 4


def understand(body: bytes) -> Understood:
    """Find the events in a message body of at most 1 MiB.

    Texts in the result are at most 2,048 characters long and names 255; PEM text is at most 204,800 characters and
    holds certificates only. Everything in it was written by strangers all the same.

    Raises:
        BadInput: the body can't be understood: says what (``code``) and where (``at``, such as
            ``Message.detail.eventTime``, or ``body``).
    """
    detections, ignored = _unwrap(read_body(body), "", ())
    return Understood(tuple(detections), tuple(ignored))


def _unwrap(message: object, at: str, wrappings: tuple[str, ...]) -> tuple[list[Detection], list[str]]:
    message, form = _recognised(message, at, wrappings)
    detections: list[Detection] = []
    ignored: list[str] = []
    for part in form.read(message, at):
        if isinstance(part, Detection):
            detections.append(replace(part, form="/".join((*wrappings, part.form))))
        elif isinstance(part, Ignored):
            ignored.append(part.reason)
        else:
            inner = _unwrap(_opened(part), part.at, (*wrappings, form.name))
            detections += inner[0]
            ignored += inner[1]
    return detections, ignored


def _recognised(message: object, at: str, wrappings: tuple[str, ...]) -> tuple[JsonObject, Form]:
    place = at or "body"
    if len(wrappings) > _MAX_WRAPPINGS:
        raise BadInput("too_deep", f"wrapped more than {_MAX_WRAPPINGS} times", place)
    if not isinstance(message, dict):
        raise BadInput("not_an_object", "this is JSON but not an object", place)
    for form in _FORMS:
        if form.fits(message):
            return message, form
    raise BadInput("unknown_form", "this is no form of message that is known here", place)


def _opened(part: Inner) -> object:
    return read_json(part.message, part.at) if isinstance(part.message, str) else part.message
