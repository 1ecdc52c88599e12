"""What several cases ask of AWS within seconds is asked once, and nobody gets an answer that is too old for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.domain.case import Case
from bot.domain.errors import AwsDenied
from bot.service.shared_reads import SharedReads
from tests.fakes.desk import Desk

KEY = ("trust anchors", "1", "eu-west-1")


@dataclass
class Readings:
    """Reads that count themselves, and end when they are let."""

    error: Exception | None = None
    begun: int = 0
    let: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> int:
        """Which read this was."""
        self.begun += 1
        number = self.begun
        await self.let.wait()
        if self.error is not None:
            raise self.error
        return number


@pytest.fixture
async def case(desk: Desk) -> Case:
    """A case whose change was made a minute ago."""
    return _happened(await desk.case(), desk, timedelta(minutes=1))


def _happened(case: Case, desk: Desk, ago: timedelta) -> Case:
    (detection,) = case.detections
    return replace(case, detections=(replace(detection, happened_at=desk.clock.now() - ago),))


def _asked(shared: SharedReads, case: Case, read: Callable[[], Awaitable[int]], count: int) -> list[asyncio.Task[int]]:
    return [asyncio.create_task(shared.once(KEY, case, read)) for _ in range(count)]


async def test_twenty_that_ask_at_once_share_one_read(desk: Desk, case: Case) -> None:
    """However long it waits for AWS's rate, all of them get its answer."""
    shared, read = SharedReads(desk.clock), Readings()
    tasks = _asked(shared, case, read, 10)
    await asyncio.sleep(0)
    desk.clock.advance(timedelta(seconds=45))
    tasks += _asked(shared, case, read, 10)
    await asyncio.sleep(0)
    read.let.set()
    assert set(await asyncio.gather(*tasks)) == {1}


@pytest.mark.parametrize(("age_seconds", "number"), [(10, 1), (11, 2)])
async def test_an_answer_is_kept_for_ten_seconds(desk: Desk, case: Case, age_seconds: int, number: int) -> None:
    """An older one is asked for again."""
    shared, read = SharedReads(desk.clock), Readings()
    read.let.set()
    await shared.once(KEY, case, read)
    desk.clock.advance(timedelta(seconds=age_seconds))
    assert await shared.once(KEY, case, read) == number


@pytest.mark.parametrize(("ago_seconds", "number"), [(5, 1), (4, 2)])
async def test_a_change_that_is_newer_than_the_read_is_read_anew(
    desk: Desk, case: Case, ago_seconds: int, number: int
) -> None:
    """A trust anchor that was made after AWS was asked, or while clocks could be apart, is not missed."""
    shared, read = SharedReads(desk.clock), Readings()
    read.let.set()
    await shared.once(KEY, case, read)
    later = _happened(case, desk, timedelta(seconds=ago_seconds))
    assert await shared.once(KEY, later, read) == number


async def test_other_keys_are_other_reads(desk: Desk, case: Case) -> None:
    """Another account or Region has its own answer."""
    shared, read = SharedReads(desk.clock), Readings()
    read.let.set()
    assert await shared.once(KEY, case, read) == 1
    assert await shared.once(("trust anchors", "2", "eu-west-1"), case, read) == 2


async def test_an_error_is_told_to_all_who_wait_and_not_kept(desk: Desk, case: Case) -> None:
    """Who asks afterwards asks AWS."""
    shared, read = SharedReads(desk.clock), Readings(AwsDenied("AccessDenied", "no", "rolesanywhere:ListTrustAnchors"))
    tasks = _asked(shared, case, read, 2)
    await asyncio.sleep(0)
    read.let.set()
    heard = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(one) for one in heard] == [AwsDenied, AwsDenied]
    read.error = None
    assert await shared.once(KEY, case, read) == 2


async def test_who_gives_up_does_not_end_it_for_the_others(desk: Desk, case: Case) -> None:
    """A round that is stopped leaves its read to the cases that still want it."""
    shared, read = SharedReads(desk.clock), Readings()
    first, second = _asked(shared, case, read, 2)
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    read.let.set()
    assert await second == 1
    assert first.cancelled()
