"""The export of a case."""

from __future__ import annotations

import json

from bot.domain.audit import Entry, Head
from bot.domain.identity import CaseId
from bot.service.audit_export import export_lines
from bot.service.audit_verify import verify_file
from tests.fakes.chains import CASE, NOON, OTHER, head_of, piece
from tests.fakes.memory_log import MemoryLog


class GrowingLog(MemoryLog):
    """A log that gets another entry each time that somebody has read a head of it."""

    async def head(self, case_id: CaseId) -> Head:
        """The head, just before the case grows."""
        found = await super().head(case_id)
        await self.append(piece(case_id, 1, behind=found), wake_at=None)
        return found


class ForgetfulLog(MemoryLog):
    """A log whose store lost its last entry, but kept its head."""

    async def read(self, case_id: CaseId, *, after_seq: int = 0) -> tuple[Entry, ...]:
        """All entries but the last."""
        return (await super().read(case_id, after_seq=after_seq))[:-1]


async def exported(log: MemoryLog, case_id: str) -> list[str]:
    """The lines of the export."""
    return [line async for line in export_lines(log, case_id)]


async def test_lines_say_what_the_entries_say() -> None:
    """Each entry is one line of JSON with the fields that outsiders rely on, in order, and ``of`` is their number."""
    log = MemoryLog()
    entries = piece(CASE, 3)
    await log.append(entries, wake_at=NOON)
    await log.append(piece(OTHER, 2), wake_at=NOON)

    lines = await exported(log, CASE)

    assert [json.loads(line) for line in lines] == [{**entry.line(), "of": 3} for entry in entries]
    assert json.loads(lines[0]).keys() == {"case", "seq", "at", "kind", "by", "data", "prev_hash", "hash", "of"}
    assert all(line.isascii() and "\n" not in line for line in lines)


async def test_unknown_case_has_no_lines() -> None:
    """A case that is not there exports nothing."""
    assert await exported(MemoryLog(), CASE) == []


async def test_growing_log_exports_what_it_was() -> None:
    """What is appended while the export runs is left out, so that the file is whole in itself."""
    log = GrowingLog()
    await log.append(piece(CASE, 3), wake_at=None)

    lines = await exported(log, CASE)

    assert len(lines) == 3
    assert verify_file(lines).ok


async def test_export_of_a_cut_log_does_not_verify() -> None:
    """When the log itself has lost its end, the export shows it."""
    log = ForgetfulLog()
    await log.append(piece(CASE, 3), wake_at=None)

    result = verify_file(await exported(log, CASE))

    assert result.bad is not None
    assert result.bad.why == "the export had 3 entries, but here the case ends at entry 2"


async def test_export_of_a_log_with_an_entry_too_many_does_not_verify() -> None:
    """An entry that was slipped in behind the head is exported, and shows."""

    class SlippedInLog(MemoryLog):
        async def read(self, case_id: CaseId, *, after_seq: int = 0) -> tuple[Entry, ...]:
            found = await super().read(case_id, after_seq=after_seq)
            return (*found, *piece(case_id, 1, behind=head_of(found)))

    log = SlippedInLog()
    await log.append(piece(CASE, 3), wake_at=None)

    result = verify_file(await exported(log, CASE))

    assert result.bad is not None
    assert (result.bad.seq, result.bad.line) == (4, 4)
