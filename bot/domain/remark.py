"""A remark: one sentence of ours that a case's thread tells, about something that opens no case and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Remarked:
    """The sentence, and the event or the case that it is about, by which it is told once."""

    KIND: ClassVar[str] = "case:remarked"
    sentence: str
    about: str
