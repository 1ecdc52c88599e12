"""The question to whoever has the caller's name, whether it was them; their word decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from bot.domain.ca_facts import RedFlag

if TYPE_CHECKING:
    from bot.domain.case import Reservation

MOST_ASKED = 8
"""An attacker can call under many names; more people than this are not asked in one case."""

DENIED = RedFlag(
    "suspect_denies",
    "Who has the caller's name in Slack says that it was not them: then somebody else uses their name or session.",
)
"""What a no raises. A yes speaks for nothing."""


@dataclass(frozen=True, slots=True)
class Named:
    """A person in Slack who has the name of a caller; ``by`` says which kind of name it is."""

    user_id: str
    by: str
    sure: bool


@dataclass(frozen=True, slots=True)
class SuspectsLooked:
    """Everybody who may press was compared with the callers of all detections up to the entry ``through``."""

    KIND: ClassVar[str] = "suspects:looked"
    through: int
    people: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class SuspectAnswered:
    """The person of the entry says whether it was them."""

    KIND: ClassVar[str] = "suspect:answered"
    was_me: bool


@dataclass(frozen=True, slots=True)
class SuspectsShown:
    """The question's message shows what was said up to this entry."""

    KIND: ClassVar[str] = "suspects:shown"
    shown_seq: int


SuspicionEvent = SuspectsLooked | SuspectAnswered | SuspectsShown


@dataclass(frozen=True, slots=True)
class Suspect:
    """Somebody who is asked since ``at``; ``was_me`` None means that they have not answered."""

    user_id: str
    by: str
    sure: bool
    at: datetime
    was_me: bool | None = None
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """Everybody who is asked, oldest first, and where the newest question stands.

    ``through`` is the detection up to which callers were compared, ``asked_seq`` the entry that began the newest
    question (0 for none), ``changed_seq`` the one that last changed it and ``shown_seq`` the one that it shows.
    """

    people: tuple[Suspect, ...] = ()
    through: int = 0
    asked_seq: int = 0
    changed_seq: int = 0
    shown_seq: int = 0
    reserved: Reservation | None = None
    channel: str | None = None
    ts: str | None = None
    dropped: str | None = None

    def of(self, user_id: str) -> Suspect | None:
        """The person of this id; None when they are not asked."""
        return next((one for one in self.people if one.user_id == user_id), None)
