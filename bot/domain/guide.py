"""The investigation guide of the published rule, row by row, and where each row is answered.

The rows' numbers are stable: code, tests and docs cite them. ``B1`` to ``B10`` go beyond the guide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.guide_rows import ROWS_TEXT


class Mode(StrEnum):
    """Who answers a row: the bot by itself, the bot after one click, a person, or the product as it stands."""

    AUTOMATIC = "A"
    ONE_CLICK = "B"
    PERSON = "C"
    KEPT = "K"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``versions`` are the published versions that have it, empty for a row of our own.

    ``places`` are where it is answered beside the questions of the steps that name it: a part of the card, an action,
    a document or a file.
    """

    number: str
    versions: str
    mode: Mode
    topic: str
    places: tuple[str, ...]


def _row(line: str) -> Row:
    number, versions, mode, topic, places = (part.strip() for part in line.split("|"))
    return Row(number, versions, Mode(mode), topic, tuple(filter(None, (one.strip() for one in places.split(";")))))


def rows() -> tuple[Row, ...]:
    """Every row, in the guide's order."""
    return tuple(_row(line) for line in ROWS_TEXT.splitlines() if line.strip())
