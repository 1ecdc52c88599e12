"""Any change of the log is found, as far as its own heads can show it."""

from __future__ import annotations

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.audit import Entry, Head
from bot.domain.identity import CaseId
from bot.service.audit_verify import BadEntry, VerifyResult, verify_log
from tests.fakes.chains import CASE, NOON, OTHER, head_of, piece
from tests.fakes.memory_log import MemoryLog


def bad(result: VerifyResult) -> BadEntry:
    """What is wrong."""
    assert result.bad is not None
    assert not result.ok
    return result.bad


class DamagedLog(MemoryLog):
    """A log in which somebody changed what is stored, past the log."""

    def put(self, case_id: CaseId, entries: list[Entry]) -> None:
        """Replace the entries of a case."""
        self.disk.entries[case_id] = entries


class TestLog:
    """The log against its own heads."""

    async def test_whole_log(self) -> None:
        """All cases of a whole log hold, and so does a log without any."""
        log = MemoryLog()
        assert await verify_log(log) == VerifyResult(0, 0)
        await log.append(piece(CASE, 5), wake_at=None)
        await log.append(piece(OTHER, 2), wake_at=NOON)

        assert await verify_log(log) == VerifyResult(2, 7)

    async def test_growing_log(self) -> None:
        """A log to which somebody appends during the verification holds."""

        class GrowingLog(MemoryLog):
            async def read(self, case_id: CaseId, *, after_seq: int = 0) -> tuple[Entry, ...]:
                await self.append(piece(case_id, 2, behind=await super().head(case_id)), wake_at=None)
                return await super().read(case_id, after_seq=after_seq)

        log = GrowingLog()
        await log.append(piece(CASE, 3), wake_at=None)

        assert await verify_log(log) == VerifyResult(1, 5)

    @settings(deadline=None)
    @given(index=st.integers(0, 9), what=st.sampled_from(["by", "drop", "swap", "twice"]))
    async def test_damaged_entries(self, index: int, what: str) -> None:
        """A changed, dropped, moved or repeated entry of any case is found, and the case is named."""
        log = DamagedLog()
        await log.append(piece(OTHER, 3), wake_at=None)
        await log.append(piece(CASE, 11), wake_at=None)
        entries = list(piece(CASE, 11))
        if what == "by":
            entries[index] = dataclasses.replace(entries[index], by="slack:U666")
        elif what == "drop":
            del entries[index]
        elif what == "swap":
            entries[index], entries[index + 1] = entries[index + 1], entries[index]
        else:
            entries.insert(index, entries[index])
        log.put(CASE, entries)

        result = await verify_log(log)

        assert (result.cases, result.entries, bad(result).case_id) == (1, 3, CASE)
        assert bad(result).seq in (index + 1, index + 2)

    async def test_cut_log(self) -> None:
        """A log that ends before its head is found, and so is one that goes on behind it."""

        class KeptHeadLog(DamagedLog):
            async def head(self, case_id: CaseId) -> Head:
                return head_of(piece(case_id, 3))

        log = KeptHeadLog()
        for count in (0, 1, 2, 4):
            log.put(CASE, list(piece(CASE, count)))
            assert f"ends at entry {count}" in bad(await verify_log(log)).why
        log.put(CASE, list(piece(CASE, 3, by="slack:U666")))
        assert "keeps as the head" in bad(await verify_log(log)).why
        log.put(CASE, list(piece(CASE, 3)))
        assert (await verify_log(log)).ok

    async def test_case_without_entries(self) -> None:
        """A case that is listed, but of which nothing is left, is found."""
        log = DamagedLog()
        log.put(CASE, [])

        assert bad(await verify_log(log)) == BadEntry(CASE, 1, None, "the log lists the case, but has no entries of it")
