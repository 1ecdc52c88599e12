"""Background calls keep AWS's rates, and containment never waits for them."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.call_pace import CallPace, Rate, rate_of
from bot.domain.search_run import Precedence

RATE = Rate("subjects", 1.0)
TRUST_ANCHORS = Rate("trust anchors", 1.0, contains=True)


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> float:
        """The time."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Let it pass, after those who can go now went."""
        await asyncio.sleep(0)
        self.seconds += seconds


@pytest.fixture
def time() -> Time:
    """A clock."""
    return Time()


@pytest.fixture
def pace(time: Time) -> CallPace:
    """A pace on that clock."""
    return CallPace(time.now, time.sleep)


async def test_background_calls_are_an_interval_apart(pace: CallPace, time: Time) -> None:
    """Five calls at once take four intervals, whoever asks."""
    moments: list[float] = []

    async def one() -> None:
        await pace.wait(RATE, "1", "eu-west-1")
        moments.append(time.seconds)

    await asyncio.gather(*(one() for _ in range(5)))
    assert moments == [100, 101, 102, 103, 104]


async def test_accounts_regions_and_rates_do_not_wait_for_each_other(pace: CallPace, time: Time) -> None:
    """AWS counts each account, Region and kind of call apart."""
    await pace.wait(RATE, "1", "eu-west-1")
    await pace.wait(RATE, "2", "eu-west-1")
    await pace.wait(RATE, "1", "us-east-1")
    await pace.wait(Rate("LookupEvents", 0.5), "1", "eu-west-1")
    assert time.seconds == 100


async def test_containment_goes_first_and_background_waits_for_it(pace: CallPace, time: Time) -> None:
    """A background call comes three intervals after the last call that did not wait, however often that was tried."""
    pace.goes_first(RATE, "1", "eu-west-1")
    time.seconds += 0.25
    pace.goes_first(RATE, "1", "eu-west-1")
    assert time.seconds == 100.25
    await pace.wait(RATE, "1", "eu-west-1")
    assert time.seconds == 103.25


async def test_a_containment_moves_one_that_already_sleeps() -> None:
    """A background call that sleeps when a containment comes sleeps on."""
    time = Time()
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await time.sleep(seconds)
        if len(slept) == 1:
            moved.goes_first(RATE, "1", "eu-west-1")

    moved = CallPace(time.now, sleep)
    await moved.wait(RATE, "1", "eu-west-1")
    await moved.wait(RATE, "1", "eu-west-1")
    assert slept == [1, 3]


async def test_what_a_person_waits_for_goes_ahead_of_the_background(pace: CallPace, time: Time) -> None:
    """A read that a person waits for overtakes twenty of the investigation that came before; its second call too."""
    order = await order_of(pace, time, background=20, awaited=2)
    assert order.index(("awaited", 101.0)) == 1
    assert order.index(("awaited", 102.0)) == 2


async def test_the_background_is_not_starved(pace: CallPace, time: Time) -> None:
    """Of many reads that people wait for, every fourth place is the background's while it waits."""
    order = await order_of(pace, time, background=4, awaited=9)
    assert [who for who, _ in order] == ["background", *(["awaited"] * 3 + ["background"]) * 3]


async def order_of(pace: CallPace, time: Time, *, background: int, awaited: int) -> list[tuple[str, float]]:
    """Who went when, of calls that all come at once, the background's first; one of it takes the first place."""
    order: list[tuple[str, float]] = []

    async def one(who: str, precedence: Precedence) -> None:
        await pace.wait(RATE, "1", "eu-west-1", precedence)
        order.append((who, time.seconds))

    await one("background", Precedence.BACKGROUND)
    calls = [one("background", Precedence.BACKGROUND) for _ in range(background - 1)]
    calls += [one("awaited", Precedence.AWAITED) for _ in range(awaited)]
    await asyncio.gather(*calls)
    return order


async def test_a_call_that_gives_up_takes_no_place(pace: CallPace, time: Time) -> None:
    """A call that is cancelled while it waits leaves the line, and the next one goes when it would have gone."""
    await pace.wait(RATE, "1", "eu-west-1")
    first = asyncio.create_task(pace.wait(RATE, "1", "eu-west-1"))
    second = asyncio.create_task(pace.wait(RATE, "1", "eu-west-1"))
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert time.seconds == 101
    assert first.cancelled()


async def test_a_throttled_call_makes_everybody_wait(pace: CallPace, time: Time) -> None:
    """When others outside use the rate, the next call comes a whole interval after AWS said no."""
    await pace.wait(RATE, "1", "eu-west-1")
    time.seconds += 5
    pace.throttled(RATE, "1", "eu-west-1")
    await pace.wait(RATE, "1", "eu-west-1")
    assert time.seconds == 106


@pytest.mark.parametrize(
    ("service", "operation", "seconds"),
    [
        ("cloudtrail", "LookupEvents", 0.5),
        ("rolesanywhere", "GetTrustAnchor", 1.0),
        ("rolesanywhere", "ListTrustAnchors", 1.0),
        ("rolesanywhere", "ListProfiles", 1.0),
        ("rolesanywhere", "GetSubject", 1.0),
    ],
)
def test_documented_rates_are_kept(service: str, operation: str, seconds: float) -> None:
    """Two searches a second, one Roles Anywhere call of a kind a second."""
    rate = rate_of(service, operation)
    assert rate is not None
    assert rate.interval_seconds == seconds


def test_other_calls_have_no_rate() -> None:
    """Where AWS documents no number there is none of ours."""
    assert rate_of("iam", "GetRole") is None
