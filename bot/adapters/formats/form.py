"""What a form of message is: how it is recognised, and what reading it gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.detection import Detection, EventProblem, RuleAlert
from bot.domain.errors import BadInput

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inner:
    """A message inside the message: JSON as text or already parsed. ``at`` is where it stands.

    ``alert`` is the alert that it was found in, for an event that names none itself. ``packed`` says that it is base64
    of gzip, whatever it looks like.
    """

    message: object
    at: str
    alert: RuleAlert | None = None
    packed: bool = False


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that is well-formed and nothing for us."""

    reason: str


@dataclass(frozen=True, slots=True)
class Event:
    """An event that was read, and what it was read from, for those who must see it as it came.

    ``record`` is CloudTrail's record where the message had it, ``document`` the Elastic document.
    """

    detection: Detection
    record: JsonObject | None = None
    document: JsonObject | None = None


Part = Event | Inner | Ignored


@dataclass(frozen=True, slots=True)
class Found:
    """One part of a message that was read to its end: an event, something to ignore, or a problem.

    ``at`` is where it stands, ``body`` for the whole message; ``form`` names the wrappings from the outside in.
    """

    at: str
    form: str
    result: Event | Ignored | EventProblem


@dataclass(frozen=True, slots=True)
class Form:
    """One form of message.

    ``read`` gets the message and where it stands (empty for the body itself) and raises BadInput for a message
    that is of this form and broken.
    """

    name: str
    fits: Callable[[JsonObject], bool]
    read: Callable[[JsonObject, str], Iterable[Part]]


def place(at: str, field: str) -> str:
    """The path of a field below ``at``."""
    return f"{at}.{field}" if at else field


def each_of(messages: Sequence[object], at: str) -> Iterable[Inner]:
    """Every message of a list that stands at ``at``, made only when it is asked for."""
    return (Inner(message, f"{at}[{number}]") for number, message in enumerate(messages))


def required_object(message: JsonObject, field: str, at: str) -> JsonObject:
    """The JSON object in a field.

    Raises:
        BadInput: there is none.
    """
    value = message.get(field)
    if not isinstance(value, dict):
        raise BadInput("not_an_object", f"{field} is missing or is not a JSON object", place(at, field))
    return value
