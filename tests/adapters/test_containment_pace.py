"""A containment finds AWS's rate unused, or waits a second at most, whatever reads there are and whenever it comes."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.call_pace import CallPace, Rate, rate_of
from bot.domain.search_run import Precedence

RATE = Rate("trust anchors", 1.0, contains=True)
PLACE = ("1", "eu-west-1")
START = 1_000.0
BACKGROUND, AWAITED = Precedence.BACKGROUND, Precedence.AWAITED


@dataclass
class VirtualTime:
    """A clock that moves when the test says so, and wakes whoever sleeps on its way."""

    seconds: float = START
    _sleepers: list[tuple[float, int, asyncio.Future[None]]] = field(default_factory=list)
    _count: int = 0

    def now(self) -> float:
        """The time."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Wait until the clock has moved on so far."""
        woken = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self.seconds + seconds, self._count, woken))
        await woken

    async def until(self, moment: float) -> None:
        """Move on to a moment, and let everybody do what is due before it."""
        await _settled()
        while self._sleepers and self._sleepers[0][0] <= moment:
            self.seconds, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)
            await _settled()
        self.seconds = max(self.seconds, moment)


@dataclass
class Account:
    """AWS's allowance of one call a second, and the reads that ask for it."""

    time: VirtualTime = field(default_factory=VirtualTime)
    used_at: list[float] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start with nobody waiting."""
        self.pace = CallPace(self.time.now, self.time.sleep)

    def ask(self, count: int = 1, precedence: Precedence = BACKGROUND) -> None:
        """Let so many reads ask at this moment."""
        self.tasks += [asyncio.create_task(self._read(precedence)) for _ in range(count)]

    async def _read(self, precedence: Precedence) -> None:
        await self.pace.wait(RATE, *PLACE, precedence)
        self.used_at.append(self.time.now())

    def expect(self, seconds: float, who: str = "AW-1") -> None:
        """Expect a containment for so long."""
        self.pace.expect_containment(*PLACE, who, seconds)

    def wait_of_containment(self) -> float:
        """How long AWS would let a containment wait that comes now."""
        last = max(self.used_at, default=float("-inf"))
        return max(0.0, last + RATE.interval_seconds - self.time.now())

    def end(self) -> None:
        """Let nobody wait any more."""
        for task in self.tasks:
            task.cancel()


async def _settled() -> None:
    for _ in range(8):
        await asyncio.sleep(0)


def run(story: object) -> None:
    """Run a story in a loop of its own, as hypothesis wants it."""
    asyncio.run(story)  # type: ignore[arg-type]


# Quarter seconds, so that moments meet exactly.
quarters = st.integers(0, 160).map(lambda number: number / 4)
loads = st.lists(st.tuples(quarters, st.integers(1, 5), st.sampled_from([BACKGROUND, AWAITED])), max_size=12)


@given(loads, quarters)
def test_a_containment_waits_once_and_a_second_at_most(
    load: Sequence[tuple[float, int, Precedence]], comes: float
) -> None:
    """Reads of any kind that come whenever they like: one second of two is unused, and all three of a containment."""

    async def story() -> None:
        account = Account()
        for moment in sorted({at for at, _, _ in load} | {comes}):
            await account.time.until(START + moment)
            for _, count, precedence in (one for one in load if one[0] == moment):
                account.ask(count, precedence)
            if moment == comes:
                account.pace.goes_first(RATE, *PLACE)
        await account.time.until(START + 400)
        gaps = [later - earlier for earlier, later in zip(account.used_at, account.used_at[1:], strict=False)]
        assert all(gap >= 2 for gap in gaps)
        assert not any(START + comes < at < START + comes + 3 for at in account.used_at)
        assert len(account.used_at) == sum(count for _, count, _ in load)

    run(story())


@given(
    st.lists(st.tuples(quarters, st.integers(1, 5)), max_size=12),
    quarters,
    st.integers(4, 59).map(lambda number: number / 4),
)
def test_an_expected_containment_finds_the_rate_unused(
    load: Sequence[tuple[float, int]], announced: float, later: float
) -> None:
    """One that comes 1 to 15 s after it was announced never waits for the investigation, however much that asks."""

    async def story() -> None:
        account = Account()
        moments = sorted({at for at, _ in load} | {announced, announced + later})
        for moment in moments:
            await account.time.until(START + moment)
            if moment == announced:
                account.expect(60)
            account.ask(sum(count for at, count in load if at == moment))
            if moment == announced + later:
                assert account.wait_of_containment() == 0
                break
        account.end()
        await _settled()

    run(story())


async def test_a_containment_nobody_announced_finds_every_second_call_unused() -> None:
    """Under twenty reads that wait all the time, half of all moments are unused, and the others nearly over."""
    account = Account()
    account.ask(20)
    waits = []
    for quarter in range(80):
        await account.time.until(START + quarter / 4)
        waits.append(account.wait_of_containment())
    assert max(waits) == 1
    assert sum(wait > 0 for wait in waits) == 40
    account.end()


async def test_the_investigation_goes_on_while_others_decide() -> None:
    """A request that stands open for half an hour lets one read through in 15 s, the first 15 s after it was made."""
    account = Account()
    account.ask(1)
    await account.time.until(START + 1)
    account.expect(1_800)
    account.ask(4)
    await account.time.until(START + 100)
    assert account.used_at == [START, START + 16, START + 31, START + 46, START + 61]


async def test_pressing_again_does_not_hold_reads_for_longer() -> None:
    """Forms that are opened all the time, by many, stop the investigation for 15 s and not for ever."""
    account = Account()
    for second in range(40):
        await account.time.until(START + second)
        account.expect(120, f"AW-{second % 7}")
        if second == 0:
            account.ask(9)
    assert account.used_at == [START + 15, START + 30]
    account.end()


async def test_reads_go_on_once_the_last_containment_is_settled() -> None:
    """Of two that are expected the second keeps reads away; without both the next goes when it would have gone."""
    account = Account()
    account.expect(60, "AW-1")
    account.expect(60, "AW-2")
    account.ask(2)
    await account.time.until(START + 3)
    account.expect(0, "AW-1")
    await account.time.until(START + 6)
    assert account.used_at == []
    account.expect(0, "AW-2")
    await account.time.until(START + 12)
    assert account.used_at == pytest.approx([START + 6, START + 8], abs=0.3)


async def test_an_expectation_ends_by_itself() -> None:
    """A form that nobody sent is forgotten."""
    account = Account()
    account.expect(5)
    account.ask(1)
    await account.time.until(START + 8)
    assert account.used_at == pytest.approx([START + 5], abs=0.3)


async def test_a_read_that_somebody_waits_for_is_not_held() -> None:
    """What an approver looks up before the yes, and what judges a detection, comes while a request is open."""
    account = Account()
    account.expect(60)
    account.ask(3)
    account.ask(5, AWAITED)
    await account.time.until(START + 14)
    assert account.used_at == [START, START + 2, START + 4, START + 6, START + 8]
    account.end()


async def test_other_accounts_regions_and_rates_are_not_held() -> None:
    """An expected containment holds what it needs itself."""
    account = Account()
    account.expect(60)
    subjects = rate_of("rolesanywhere", "ListSubjects")
    assert subjects is not None
    others = [(RATE, "2", PLACE[1]), (RATE, PLACE[0], "us-east-1"), (subjects, *PLACE)]
    await asyncio.wait_for(asyncio.gather(*(account.pace.wait(*one) for one in others)), 5)
    profiles = rate_of("rolesanywhere", "ListProfiles")
    assert profiles is not None
    held = asyncio.create_task(account.pace.wait(profiles, *PLACE))
    await account.time.until(START + 14)
    assert not held.done()
    held.cancel()


async def test_a_read_let_through_before_an_announcement_is_overtaken() -> None:
    """One that has not been sent yet waits anew; one that somebody waits for, or that came later, does not."""
    account = Account()
    early = await account.pace.wait(RATE, *PLACE)
    await account.time.until(START + 1)
    assert not account.pace.is_overtaken(RATE, *PLACE, early, BACKGROUND)
    account.expect(60)
    assert account.pace.is_overtaken(RATE, *PLACE, early, BACKGROUND)
    assert not account.pace.is_overtaken(RATE, *PLACE, early, AWAITED)
    assert not account.pace.is_overtaken(RATE, *PLACE, account.time.now(), BACKGROUND)
    account.expect(0)
    assert not account.pace.is_overtaken(RATE, *PLACE, early, BACKGROUND)
    account.pace.goes_first(RATE, *PLACE)
    assert account.pace.is_overtaken(RATE, *PLACE, early, AWAITED)


async def test_a_containment_knows_when_aws_has_a_call_free() -> None:
    """A second after the last call that AWS let through, and at once where there was none."""
    account = Account()
    assert account.pace.seconds_until_free(RATE, *PLACE) <= 0
    account.pace.answered(RATE, *PLACE)
    await account.time.until(START + 0.25)
    assert account.pace.seconds_until_free(RATE, *PLACE) == 0.75
