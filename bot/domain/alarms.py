"""What was seen after a containment: alarms, each told in the case's thread and shown in the channel.

An alarm is told once, and people are reminded of it until somebody says that they have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from bot.domain.closing_note import ClosingNote, ClosingNoteWritten

if TYPE_CHECKING:
    from bot.domain.case import Reservation

MOST_ALARMS = 40
"""How many a case keeps: whoever makes a thousand trust anchors must not fill a thread."""


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """Something came back. ``about`` are the things that it tells of, by which each is told once.

    ``calls`` says that it comes again until somebody acknowledges it; those of older logs were told once and no more.
    """

    KIND: ClassVar[str] = "alarm:raised"
    sentence: str
    about: tuple[str, ...]
    calls: bool = False


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    """Somebody has every alarm up to ``through``, the entry of the newest that they were shown."""

    KIND: ClassVar[str] = "alarm:acknowledged"
    through: int


@dataclass(frozen=True, slots=True)
class AlarmShown:
    """The message of the alarm of entry ``seq`` says who has it."""

    KIND: ClassVar[str] = "alarm:shown"
    seq: int


@dataclass(frozen=True, slots=True)
class AllClearSaid:
    """The watch over a containment ended.

    ``since`` is the containment, ``over_at`` when the last session had to be over. ``clear`` says that nothing was
    seen and everything could be looked at; else ``why`` says what stands against it. ``looks`` counts the looks of the
    watch, ``last_look`` is when the last one began. ``not_checked`` is what it could not see.
    """

    KIND: ClassVar[str] = "all_clear:said"
    since: datetime
    over_at: datetime
    clear: bool
    looks: int
    last_look: datetime
    why: str = ""
    not_checked: tuple[str, ...] = ()


AfterEvent = AlarmRaised | AlarmAcknowledged | AlarmShown | AllClearSaid | ClosingNoteWritten


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm and its message in the thread; ``told`` when it stands there or never will.

    ``calls`` says that somebody has to acknowledge it, ``acknowledged_by`` (a Slack user id) that somebody has, and
    ``shows_it`` that its message says so.
    """

    seq: int
    at: datetime
    sentence: str
    about: tuple[str, ...]
    reserved: Reservation | None = None
    told: bool = False
    calls: bool = False
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    channel: str | None = None
    ts: str | None = None
    shows_it: bool = False

    @property
    def waits(self) -> bool:
        """Whether nobody has it yet."""
        return self.calls and self.acknowledged_by is None


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came after the containment of a case.

    ``looks`` counts the rounds of the watch, ``last_looks`` those that were begun when every session had to be over.
    ``all_clear`` is the end of the watch, None while it goes on, and ``closing`` the newest closing note.
    ``reminders`` counts those of alarms that nobody had yet, the newest at ``reminded_at``; ``reminder_reserved`` is
    the one that is about to be posted, by its number from 1.
    ``open_at`` is when AWS last showed a contained trust anchor as open again; None when it never did.
    """

    alarms: tuple[Alarm, ...] = ()
    looks: int = 0
    last_looks: int = 0
    all_clear: AllClearSaid | None = None
    closing: ClosingNote | None = None
    open_at: datetime | None = None
    reminders: int = 0
    reminded_at: datetime | None = None
    reminder_reserved: tuple[int, Reservation] | None = None

    @property
    def waiting(self) -> tuple[Alarm, ...]:
        """The alarms that nobody has yet, the oldest first."""
        return tuple(one for one in self.alarms if one.waits)

    @property
    def told_of(self) -> frozenset[str]:
        """Everything that an alarm was about."""
        return frozenset(about for one in self.alarms for about in one.about)
