"""Made-up entries of a case, linked as the real ones are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.domain.audit import Draft, Entry, Head, link

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CASE = "AW-0123456789"
OTHER = "AW-ABCDEFGHJK"


def piece(case_id: str, count: int, behind: Head | None = None, by: str = "anchorwatch") -> tuple[Entry, ...]:
    """Entries behind ``behind``, or from the case's first on; no two of them alike."""
    drafts = [Draft("case:acknowledged", by, {"number": number}) for number in range(count)]
    return link(case_id, behind or Head(), NOON, drafts)


def head_of(entries: Sequence[Entry]) -> Head:
    """The head that these entries make."""
    return Head(entries[-1].seq, entries[-1].hash) if entries else Head()
