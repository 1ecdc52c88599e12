"""Write a case's log out as JSON Lines, for a file that others can verify."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.domain.audit import Entry
from bot.domain.identity import CaseId
from bot.domain.plain import canonical
from bot.ports import CaseLog


async def export_lines(log: CaseLog, case_id: CaseId) -> AsyncIterator[str]:
    """The entries of a case in order, one JSON object a line (ASCII, without the line's end); none for no such case.

    Each line has ``case``, ``seq``, ``at``, ``kind``, ``by``, ``data``, ``prev_hash``, ``hash`` and ``of``, the
    number of entries at the time of the export. What is appended while the export runs is left out.

    Raises:
        LogDamaged: an entry can't be read as it was written.
        StoreUnavailable: the log can't be read now.
    """
    of = (await log.head(case_id)).seq
    entries = await log.read(case_id)
    known = (await log.head(case_id)).seq
    for entry in entries:
        # An entry that the head never came to know is exported too: the file then fails to verify, as it should.
        if entry.seq <= of or entry.seq > known:
            yield export_line(entry, of)


def export_line(entry: Entry, of: int) -> str:
    """The one text that an entry has in an export of ``of`` entries."""
    return canonical({**entry.line(), "of": of})
