"""Breaking the glass: one person alone lets run what can be undone, says why, and somebody else reviews it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from bot.domain.request import Reservation

_KEY = "glass:"


@dataclass(frozen=True, slots=True)
class GlassBroken:
    """The person of the entry lets a request run without the yes of others.

    ``digest`` is the plan's that they were shown, ``shown_as`` the digest as people see it, ``rendered`` the SHA-256 of
    the card's blocks that they pressed on. ``at_asking`` says that they did it in the form in which they asked, so that
    no card had shown the request yet. ``proved`` says that they gave a one-time code.
    """

    KIND: ClassVar[str] = "glass:broken"
    request_id: str
    digest: str
    reason: str
    shown_as: str = ""
    rendered: str = ""
    at_asking: bool = False
    proved: bool = False


@dataclass(frozen=True, slots=True)
class GlassReviewed:
    """Somebody else says whether it was right to break the glass, in their words."""

    KIND: ClassVar[str] = "glass:reviewed"
    request_id: str
    was_right: bool
    words: str


GlassEvent = GlassBroken | GlassReviewed


@dataclass(frozen=True, slots=True)
class GlassReview:
    """Who reviewed it, when, and what they said."""

    user_id: str
    at: datetime
    was_right: bool
    words: str


@dataclass(frozen=True, slots=True)
class Glass:
    """The broken glass of a request: by whom, why, and the entry ``seq`` that says so.

    ``told`` says that everybody was told, or that Slack refuses to. ``review`` None means that nobody has reviewed it.
    """

    user_id: str
    at: datetime
    reason: str
    seq: int
    at_asking: bool = False
    reserved: Reservation | None = None
    told: bool = False
    review: GlassReview | None = None


def glass_key(request_id: str) -> str:
    """The key of the open point that asks for the review."""
    return f"{_KEY}{request_id}"
