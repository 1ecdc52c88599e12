"""What the picture of the time shows: what happened around the trust anchor, row by row, in UTC."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from bot.domain.plain import canonical
from bot.domain.visible_text import visible

MOST_ROWS = 24
"""More rows would make a picture that nobody scrolls through on a phone."""

LEAST_EVENTS = 4
LEAST_ROWS = 3
LEAST_KINDS = 2
"""A picture helps from four events of two kinds in three rows on; fewer are read faster as sentences."""

# See: https://docs.slack.dev/reference/methods/files.getUploadURLExternal
_MOST_ALTERNATIVE = 1000
_LONGEST_WORDS = 160
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


class RowKind(StrEnum):
    """What a row is about."""

    LOOK = "look"
    CHANGE = "change"
    ANCHOR = "anchor"
    SESSION = "session"
    REFUSED = "refused"
    ACT = "act"
    RESPONSE = "response"
    END = "end"


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One row: ``number`` events from ``at`` to ``until``. ``words`` may hold an attacker's text, made visible.

    ``number`` is 0 for what is no event, such as the end of the sessions.
    """

    kind: RowKind
    at: datetime
    until: datetime
    number: int
    title: str
    words: str

    @property
    def times(self) -> str:
        """When, in UTC: the time of day, with a date at the end where the row ends on another day."""
        begins, ends = self.at.astimezone(UTC), self.until.astimezone(UTC)
        if ends - begins < timedelta(seconds=1):
            return f"{begins:%H:%M:%S}"
        return f"{begins:%H:%M:%S} to {ends:{'%H:%M:%S' if ends.date() == begins.date() else '%Y-%m-%d %H:%M:%S'}}"

    @property
    def day(self) -> str:
        """The day on which it begins, in UTC."""
        return f"{self.at.astimezone(UTC):%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """``rows`` are in order of time; ``left_out`` says how many events of the answers have no place in them."""

    file_name: ClassVar[str] = "timeline.png"
    title: ClassVar[str] = "What happened around the trust anchor"

    anchor: str
    rows: tuple[TimelineRow, ...]
    left_out: int = 0

    @property
    def digest(self) -> str:
        """Short name of what is shown: equal pictures have equal ones."""
        rows = [[one.kind.value, one.day, one.times, one.title, one.words] for one in self.rows]
        return hashlib.sha256(canonical(["timeline", self.anchor, rows, self.left_out]).encode()).hexdigest()[:16]

    @property
    def alternative(self) -> str:
        """The picture in words, at most 1,000 characters."""
        day, parts = "", []
        for row in self.rows:
            date = "" if row.day == day else f"{row.day} "
            day = row.day
            parts.append(f"{date}{row.times} {row.title}{f': {row.words}' if row.words else ''}")
        more = f" {more_sentence(self.left_out)}" if self.left_out else ""
        whole = f"Timeline of trust anchor {self.anchor}, in UTC. {'; '.join(parts)}.{more}"
        return whole if len(whole) <= _MOST_ALTERNATIVE else f"{whole[: _MOST_ALTERNATIVE - 1]}…"


def helps(rows: Iterable[TimelineRow]) -> bool:
    """Whether a picture of these rows says more than sentences do."""
    told = [one for one in rows if one.number]
    kinds = {one.kind for one in told}
    return sum(one.number for one in told) >= LEAST_EVENTS and len(told) >= LEAST_ROWS and len(kinds) >= LEAST_KINDS


def more_sentence(number: int) -> str:
    """What the picture says of events that it does not show."""
    return f"{number} more {'event is' if number == 1 else 'events are'} not shown."


def later(before: datetime, now: datetime) -> str:
    """How much later, such as ``12 min later``; empty for less than a minute."""
    seconds = (now - before).total_seconds()
    if seconds < _MINUTE:
        return ""
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min later"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE)} min later"
    return f"{int(seconds // _DAY)} days later"


def words_of(text: str) -> str:
    """Outside text for a row: on one line, what hides spelled out, at most 160 characters."""
    shown = visible(text[: 2 * _LONGEST_WORDS])
    return shown if len(shown) <= _LONGEST_WORDS else f"{shown[: _LONGEST_WORDS - 1]}…"
