"""The contract of ``CaseLog``, over the fake and over each real store."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot.domain.audit import GENESIS_HASH, Draft, Entry, Head, link, verify_chain
from bot.domain.errors import LogConflict, LogDamaged, StoreUnavailable
from bot.ports import CaseLog
from tests.fakes.chains import CASE, NOON, OTHER, head_of, piece
from tests.fakes.stores import CASE_LOGS, OpenLog

MINUTE = timedelta(minutes=1)


@pytest.fixture(params=list(CASE_LOGS))
def open_log(request: pytest.FixtureRequest, tmp_path: Path) -> OpenLog:
    """Opens the store under test; a second call after ``close`` is its next life."""
    return CASE_LOGS[request.param](tmp_path)


@pytest.fixture
async def log(open_log: OpenLog) -> AsyncIterator[CaseLog]:
    """A fresh store under test."""
    opened = await open_log()
    yield opened
    await opened.close()


async def all_ids(log: CaseLog) -> list[str]:
    """The ids of all cases."""
    return [case_id async for case_id in log.case_ids()]


class TestCaseLog:
    """What every store promises."""

    async def test_append_then_read(self, log: CaseLog) -> None:
        """What was appended is read back equal and in order, and the head is the last entry."""
        entries = piece(CASE, 3)

        await log.append(entries, wake_at=None)

        assert entries == await log.read(CASE)
        assert head_of(entries) == await log.head(CASE)

    async def test_unknown_case(self, log: CaseLog) -> None:
        """A case that is not there has no entries and the head before the first entry."""
        assert await log.read(CASE) == ()
        assert Head(0, GENESIS_HASH) == await log.head(CASE)
        assert await all_ids(log) == []
        assert await log.next_wake() is None

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"text": "é 😀 \u202e \x00 \x1b ' \" \\", "lone": "\ud800"},
            {"deep": [{"a": [1, 2.5, -0.0, None, True, 10**30]}], "": ""},
            {"long": "x" * 300_000},
        ],
        ids=["empty", "text", "nested", "long"],
    )
    async def test_data_survives(self, log: CaseLog, data: dict[str, Any]) -> None:
        """Any JSON data comes back with the same values, and its chain still holds."""
        entries = link(CASE, Head(), NOON, [Draft("case:acknowledged", "slack:U1", data)])

        await log.append(entries, wake_at=None)

        (found,) = await log.read(CASE)
        assert data == found.data
        assert verify_chain([found], head=await log.head(CASE)) == 1

    async def test_data_comes_back_as_json(self, log: CaseLog) -> None:
        """Tuples come back as lists, as from any store that keeps JSON."""
        await log.append(link(CASE, Head(), NOON, [Draft("a:b", "x", {"t": (1, 2)})]), wake_at=None)

        (found,) = await log.read(CASE)
        assert found.data["t"] == [1, 2]
        assert json.loads(json.dumps(found.line())) == found.line()

    async def test_time_of_another_zone(self, log: CaseLog) -> None:
        """A time given in another zone comes back as the same instant in UTC, to the microsecond."""
        at = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=-7)))

        await log.append(link(CASE, Head(), at, [Draft("a:b", "x", {})]), wake_at=at)

        (found,) = await log.read(CASE)
        assert (at, timedelta(0)) == (found.at, found.at.utcoffset())
        assert at == await log.next_wake()

    async def test_read_after_seq(self, log: CaseLog) -> None:
        """Only the entries behind ``after_seq`` are read."""
        entries = piece(CASE, 5)
        await log.append(entries, wake_at=None)

        assert entries[3:] == await log.read(CASE, after_seq=3)
        assert await log.read(CASE, after_seq=5) == ()
        assert await log.read(CASE, after_seq=99) == ()

    async def test_changing_what_was_read_changes_nothing(self, log: CaseLog) -> None:
        """A reader who writes into the data of an entry does not write into the log."""
        await log.append(piece(CASE, 1), wake_at=None)
        (found,) = await log.read(CASE)
        found.data["number"] = "forged"  # type: ignore[index]

        assert piece(CASE, 1) == await log.read(CASE)

    async def test_stale_append_conflicts(self, log: CaseLog) -> None:
        """An append behind a head that has moved on is refused, whole, and names what it expected."""
        first = piece(CASE, 2)
        await log.append(first, wake_at=None)

        with pytest.raises(LogConflict) as caught:
            await log.append(piece(CASE, 3, by="slack:U2"), wake_at=NOON)

        assert (caught.value.case_id, caught.value.expected_seq) == (CASE, 0)
        assert first == await log.read(CASE)
        assert await log.next_wake() is None

    async def test_append_with_a_gap_conflicts(self, log: CaseLog) -> None:
        """An append behind entries that the log does not have is refused."""
        entries = piece(CASE, 3)
        await log.append(entries[:1], wake_at=None)

        with pytest.raises(LogConflict):
            await log.append(entries[2:], wake_at=None)

        assert entries[:1] == await log.read(CASE)

    async def test_same_length_other_hash_conflicts(self, log: CaseLog) -> None:
        """The right seq is not enough: the hash of the head must be the one that was read."""
        await log.append(piece(CASE, 1), wake_at=None)
        other = piece(CASE, 1, by="slack:U9")

        with pytest.raises(LogConflict):
            await log.append(piece(CASE, 1, behind=head_of(other)), wake_at=None)

        assert Head(1, piece(CASE, 1)[0].hash) == await log.head(CASE)

    async def test_append_again_conflicts(self, log: CaseLog) -> None:
        """The same append sent twice is stored once."""
        entries = piece(CASE, 2)
        await log.append(entries, wake_at=None)

        with pytest.raises(LogConflict):
            await log.append(entries, wake_at=None)

        assert entries == await log.read(CASE)

    async def test_refuses_what_could_not_be_verified(self, log: CaseLog) -> None:
        """Nothing, two cases, a broken link or a wrong hash never get in."""
        one, two, three = piece(CASE, 3)
        forged = Entry(one.case_id, 1, one.at, one.kind, "slack:U1", one.data, one.prev_hash, one.hash)

        with pytest.raises(ValueError, match="of one case"):
            await log.append([], wake_at=None)
        with pytest.raises(ValueError, match="of one case"):
            await log.append([one, *piece(OTHER, 1)], wake_at=None)
        for broken in ([one, three], [two, one], [one, one], [forged]):
            with pytest.raises(LogDamaged):
                await log.append(broken, wake_at=None)

        assert await all_ids(log) == []

    async def test_eight_contenders_one_winner(self, log: CaseLog) -> None:
        """Of eight appends behind the same head exactly one is stored, each time, and the others conflict."""
        head = Head()
        for round_number in range(25):
            offers = [piece(CASE, 2, behind=head, by=f"slack:U{number}") for number in range(8)]
            results = await asyncio.gather(
                *(log.append(offer, wake_at=None) for offer in offers), return_exceptions=True
            )

            winners = [offer for offer, result in zip(offers, results, strict=True) if result is None]
            assert len(winners) == 1
            assert sum(isinstance(result, LogConflict) for result in results) == 7
            assert winners[0] == await log.read(CASE, after_seq=2 * round_number)
            head = head_of(winners[0])
        assert verify_chain(await log.read(CASE), head=head) == 50

    async def test_a_conflict_fails_only_itself(self, log: CaseLog) -> None:
        """Appends to many cases at once, every third of them stale: just those fail."""
        await log.append(piece("AW-0000000000", 1), wake_at=None)
        cases = [f"AW-00000000{number:02}" for number in range(1, 61)]
        offers = [piece("AW-0000000000" if index % 3 == 0 else case, 1) for index, case in enumerate(cases)]

        results = await asyncio.gather(*(log.append(offer, wake_at=None) for offer in offers), return_exceptions=True)

        failed = [index for index, result in enumerate(results) if isinstance(result, LogConflict)]
        assert list(range(0, 60, 3)) == failed
        assert len(await all_ids(log)) == 41

    async def test_many_writers_lose_nothing(self, log: CaseLog) -> None:
        """Eight writers who read, append and retry on conflict get each of their entries in once."""

        async def work(writer: int) -> None:
            for number in range(10):
                while True:
                    offer = link(CASE, await log.head(CASE), NOON, [Draft("a:b", f"slack:U{writer}", {"n": number})])
                    try:
                        await log.append(offer, wake_at=None)
                    except LogConflict:
                        continue
                    break

        await asyncio.gather(*(work(writer) for writer in range(8)))

        entries = await log.read(CASE)
        assert verify_chain(entries, head=await log.head(CASE)) == 80
        assert {(f"slack:U{w}", n) for w in range(8) for n in range(10)} == {(e.by, e.data["n"]) for e in entries}

    async def test_due_and_next_wake(self, log: CaseLog) -> None:
        """Cases come due in the order of their time, at or before now, and no more than were asked for."""
        for number, minutes in enumerate((3, 1, None, 2, 9)):
            wake_at = None if minutes is None else NOON + minutes * MINUTE
            await log.append(piece(f"AW-000000000{number}", 1), wake_at=wake_at)

        assert await log.next_wake() == NOON + MINUTE
        assert await log.due(NOON, 10) == ()
        assert await log.due(NOON + 3 * MINUTE, 10) == ("AW-0000000001", "AW-0000000003", "AW-0000000000")
        assert await log.due(NOON + 3 * MINUTE, 1) == ("AW-0000000001",)
        assert await log.due(NOON + 3 * MINUTE, 0) == ()

    async def test_each_append_sets_the_wake_up_anew(self, log: CaseLog) -> None:
        """The last append decides when a case wakes, be it earlier, later or never."""
        first = piece(CASE, 1)
        await log.append(first, wake_at=NOON)
        await log.append(piece(CASE, 1, behind=head_of(first)), wake_at=NOON + MINUTE)
        assert await log.next_wake() == NOON + MINUTE
        assert await log.due(NOON, 10) == ()

        await log.append(piece(CASE, 1, behind=await log.head(CASE)), wake_at=None)
        assert await log.next_wake() is None
        assert await log.due(NOON + 99 * MINUTE, 10) == ()

    async def test_microseconds_count(self, log: CaseLog) -> None:
        """A case is not due a microsecond early."""
        wake_at = NOON.replace(microsecond=7)
        await log.append(piece(CASE, 1), wake_at=wake_at)

        assert await log.due(wake_at - timedelta(microseconds=1), 10) == ()
        assert await log.due(wake_at, 10) == (CASE,)

    async def test_case_ids_oldest_first(self, log: CaseLog) -> None:
        """Cases are listed by their first entry, however they grew later, also by the hundred."""
        cases = [f"AW-{number * 7919 % 1201:010}" for number in range(1201)]
        await asyncio.gather(*(log.append(piece(case, 1), wake_at=None) for case in cases))
        await log.append(piece(cases[0], 1, behind=await log.head(cases[0])), wake_at=NOON)

        assert cases == await all_ids(log)

    async def test_survives_reopening(self, open_log: OpenLog) -> None:
        """After close and open everything is there, and appends go on behind it."""
        log = await open_log()
        first = piece(CASE, 3)
        await log.append(first, wake_at=NOON)
        await log.close()

        log = await open_log()
        assert first == await log.read(CASE)
        assert await log.next_wake() == NOON
        await log.append(piece(CASE, 2, behind=head_of(first)), wake_at=None)
        assert verify_chain(await log.read(CASE), head=await log.head(CASE)) == 5
        await log.close()

    async def test_close_finishes_what_was_begun(self, open_log: OpenLog) -> None:
        """Appends that were begun before close are either confirmed and there, or refused and not there."""
        log = await open_log()
        offers = [piece(f"AW-{number:010}", 1) for number in range(50)]
        begun = [asyncio.ensure_future(log.append(offer, wake_at=None)) for offer in offers]
        await asyncio.sleep(0)
        await log.close()
        results = await asyncio.gather(*begun, return_exceptions=True)

        log = await open_log()
        confirmed = [o[0].case_id for o, result in zip(offers, results, strict=True) if result is None]
        assert confirmed == await all_ids(log)
        assert {type(result) for result in results} <= {type(None), StoreUnavailable}
        await log.close()

    async def test_closed_log_refuses(self, open_log: OpenLog) -> None:
        """A closed log says that it is closed, for reading and writing; closing it again is allowed."""
        log = await open_log()
        await log.close()
        await log.close()

        with pytest.raises(StoreUnavailable):
            await log.append(piece(CASE, 1), wake_at=None)
        with pytest.raises(StoreUnavailable):
            await log.read(CASE)
        with pytest.raises(StoreUnavailable):
            await log.next_wake()
