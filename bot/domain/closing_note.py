"""The closing note of a case: why it came to it, what was done, and what stays open until somebody has done it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

MOST_CAUSE_CHARACTERS = 1_000
MOST_POINTS = 12


@dataclass(frozen=True, slots=True)
class ClosingNoteWritten:
    """Somebody writes the note, or corrects it: the newest counts.

    ``done`` is what the log says was done, one sentence each, ``points`` what stays open.
    """

    KIND: ClassVar[str] = "closing_note:written"
    cause: str
    done: tuple[str, ...]
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClosingNote:
    """The newest closing note, who wrote it and when."""

    user_id: str
    at: datetime
    cause: str
    done: tuple[str, ...]
    points: tuple[str, ...]
