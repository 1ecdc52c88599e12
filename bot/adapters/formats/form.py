"""What a form of message is: how it is recognised, and what reading it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.detection import Detection
from bot.domain.errors import BadInput

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inner:
    """A message inside the message: JSON as text or already parsed. ``at`` is where it stands."""

    message: str | JsonObject
    at: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that is well-formed and nothing for us."""

    reason: str


Part = Detection | Inner | Ignored


@dataclass(frozen=True, slots=True)
class Form:
    """One form of message.

    ``read`` gets the message and where it stands (empty for the body itself) and raises BadInput for a message
    that is of this form and broken.
    """

    name: str
    fits: Callable[[JsonObject], bool]
    read: Callable[[JsonObject, str], Sequence[Part]]


def place(at: str, field: str) -> str:
    """The path of a field below ``at``."""
    return f"{at}.{field}" if at else field


def required_object(message: JsonObject, field: str, at: str) -> JsonObject:
    """The JSON object in a field.

    Raises:
        BadInput: there is none.
    """
    value = message.get(field)
    if not isinstance(value, dict):
        raise BadInput("not_an_object", f"{field} is missing or is not a JSON object", place(at, field))
    return value
