"""Background calls keep AWS's rates, and containment never waits for them."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.call_pace import CallPace, Rate, rate_of

RATE = Rate("trust anchors", 1.0)


class Time:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> float:
        """The time."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.seconds += seconds
        await asyncio.sleep(0)


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
    """A background call comes an interval after the last call that did not wait, however often that was tried."""
    pace.goes_first(RATE, "1", "eu-west-1")
    time.seconds += 0.25
    pace.goes_first(RATE, "1", "eu-west-1")
    assert time.seconds == 100.25
    await pace.wait(RATE, "1", "eu-west-1")
    assert time.seconds == 101.25


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
    assert slept == [1, 1]


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
