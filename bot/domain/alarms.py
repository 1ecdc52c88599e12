"""What was seen after a containment: alarms, each told once in the case's thread and shown in the channel."""

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
    """Something came back. ``about`` are the things that it tells of, by which each is told once."""

    KIND: ClassVar[str] = "alarm:raised"
    sentence: str
    about: tuple[str, ...]


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


AfterEvent = AlarmRaised | AllClearSaid | ClosingNoteWritten


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm and its message in the thread; ``told`` when it stands there or never will."""

    seq: int
    at: datetime
    sentence: str
    about: tuple[str, ...]
    reserved: Reservation | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What came after the containment of a case.

    ``looks`` counts the rounds of the watch, ``last_looks`` those that were begun when every session had to be over.
    ``all_clear`` is the end of the watch, None while it goes on, and ``closing`` the newest closing note.
    """

    alarms: tuple[Alarm, ...] = ()
    looks: int = 0
    last_looks: int = 0
    all_clear: AllClearSaid | None = None
    closing: ClosingNote | None = None

    @property
    def told_of(self) -> frozenset[str]:
        """Everything that an alarm was about."""
        return frozenset(about for one in self.alarms for about in one.about)
