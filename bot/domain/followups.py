"""Points that stay open in a case: people are reminded of them, ever more seldom, until somebody ends each of them.

No reminder goes away by itself. The first comes on the next working morning, then one each working morning for a week,
then one a week; of a broken glass one each working morning. One message in the thread shows all open points of the
case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from bot.domain.mornings import Mornings

if TYPE_CHECKING:
    from bot.domain.case import Reservation

MOST_SENTENCE_CHARACTERS = 300
MOST_FOLLOWUPS = 40
_DAILY = 5
# A little less than a week, so that the morning of the same weekday is the next one.
_WEEKLY = timedelta(days=6, hours=12)


@dataclass(frozen=True, slots=True)
class FollowupOpened:
    """Something has to be done; ``key`` names it within the case. Opening what is open changes only its sentence.

    ``not_by`` are the Slack users who can't end it, because it is about what they did. ``by_approver`` says that only
    an approver ends it, ``at_once`` that its first reminder comes now and not on the next working morning.
    """

    KIND: ClassVar[str] = "followup:opened"
    key: str
    sentence: str
    not_by: tuple[str, ...] = ()
    by_approver: bool = False
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class FollowupEnded:
    """It is done, as the person of the entry says; without a person it has become void, for the reason ``why``."""

    KIND: ClassVar[str] = "followup:ended"
    key: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class FollowupsShown:
    """The newest reminder shows the points up to this entry."""

    KIND: ClassVar[str] = "followups:shown"
    shown_seq: int


FollowupEvent = FollowupOpened | FollowupEnded | FollowupsShown


@dataclass(frozen=True, slots=True)
class Followup:
    """One point. ``number`` is its place in the case, from 1; ``reminded`` counts its reminders.

    ``opened_by`` is a Slack user id, empty for what no person opened. ``ended_by`` None means that it is open, empty
    that it became void. ``request_id`` is the request whose broken glass is to be reviewed, empty for any other point:
    it ends only by that review, and is reminded of each working morning.
    """

    key: str
    number: int
    sentence: str
    opened_by: str
    since: datetime
    not_by: frozenset[str] = frozenset()
    by_approver: bool = False
    at_once: bool = False
    request_id: str = ""
    reminded: int = 0
    reminded_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still has to be done."""
        return self.ended_by is None

    def next_at(self, mornings: Mornings) -> datetime:
        """When the next reminder of it is due."""
        if self.reminded_at is None:
            return self.since if self.at_once else mornings.after(self.since)
        rest = timedelta(0) if self.reminded < _DAILY or self.request_id else _WEEKLY
        return mornings.after(self.reminded_at + rest)


@dataclass(frozen=True, slots=True)
class Followups:
    """All points of a case by their keys, and its newest reminder: the ``number`` of it, from 1, and where it stands.

    ``changed_seq`` is the entry that last changed a point, ``shown_seq`` the one up to which the reminder shows them.
    """

    points: Mapping[str, Followup] = field(default_factory=lambda: MappingProxyType({}))
    number: int = 0
    reserved: tuple[int, Reservation] | None = None
    channel: str | None = None
    ts: str | None = None
    changed_seq: int = 0
    shown_seq: int = 0

    @property
    def open(self) -> tuple[Followup, ...]:
        """What still has to be done, in the order in which it was opened."""
        return tuple(one for one in self.points.values() if one.is_open)

    def numbered(self, number: int) -> Followup | None:
        """The point of this number."""
        return next((one for one in self.points.values() if one.number == number), None)

    def next_reminder(self, mornings: Mornings) -> datetime | None:
        """When people are to be reminded next; None when nothing is open."""
        return min((one.next_at(mornings) for one in self.open), default=None)
