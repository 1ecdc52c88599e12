"""A call's way: a containment's is at once, and a read that it overtakes on the way waits anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.aws_clients import AwsClients, Timeouts
from bot.adapters.call_lane import CallLane, LaneCall
from bot.adapters.call_pace import CallPace, Rate
from bot.adapters.call_slots import CallSlots
from bot.domain.errors import AwsThrottled
from bot.domain.search_run import Precedence

RATE = Rate("trust anchors", 1.0, contains=True)
PLACE = ("1", "eu-west-1")
READ = LaneCall(RATE, *PLACE, "rolesanywhere", Precedence.BACKGROUND)
CONTAINMENT = LaneCall(RATE, *PLACE, "rolesanywhere", Precedence.CONTAINMENT)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Way:
    """A lane on a clock that moves while somebody sleeps, and what was sent when."""

    lane: CallLane = field(init=False)
    seconds: float = 100.0
    sent_at: list[float] = field(default_factory=list)

    def now(self) -> float:
        """The time."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.seconds += seconds

    def sends(self) -> None:
        """Send a call."""
        self.sent_at.append(self.seconds)


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    """A lane that nobody uses yet."""
    made = Way()
    clients = AwsClients(Timeouts(), _utc_now)
    with ThreadPoolExecutor(3) as threads:
        pace = CallPace(made.now, made.sleep)
        made.lane = CallLane(clients, pace, threads, CallSlots(2, 1, 1), timedelta(seconds=20), _utc_now)
        yield made


async def test_a_containment_is_sent_at_once(way: Way) -> None:
    """Right after a read, too: only AWS may say no."""
    await way.lane.send(READ, lambda: None, way.sends)
    await way.lane.send(CONTAINMENT, lambda: None, way.sends)
    assert way.sent_at == [100, 100]


async def test_a_read_that_a_containment_overtakes_waits_anew(way: Way) -> None:
    """A read whose client was being made when a containment came is not sent before that one is through."""

    def get_ready() -> None:
        if not way.sent_at:
            way.lane.pace.goes_first(RATE, *PLACE)
            way.sends()

    await way.lane.send(READ, get_ready, way.sends)
    assert way.sent_at == [100, 103]


async def test_a_read_that_an_announcement_overtakes_waits_anew(way: Way) -> None:
    """A form that was opened meanwhile holds the read back as if it had not been let through."""
    announced: list[bool] = []

    def get_ready() -> None:
        if not announced:
            announced.append(True)
            way.seconds += 1
            way.lane.pace.expect_containment(*PLACE, "AW-1", 60)

    await way.lane.send(READ, get_ready, way.sends)
    assert way.sent_at == [116]


async def test_a_refused_containment_asks_again_when_aws_has_a_call_free(way: Way) -> None:
    """A second after the last call that AWS let through, or sooner than it would have asked anyway."""
    await way.lane.send(READ, lambda: None, way.sends)
    way.seconds += 0.875
    assert way.lane.pause_seconds(CONTAINMENT, 0.4) == 0.125
    assert way.lane.pause_seconds(READ, 0.4) >= 0.2
    way.seconds += 1
    assert 0.2 <= way.lane.pause_seconds(CONTAINMENT, 0.4) <= 0.4


async def test_a_throttled_read_makes_the_next_one_wait(way: Way) -> None:
    """Somebody else uses the rate, so the next read is a whole second later than its refusal."""

    def refused() -> None:
        way.seconds += 5
        raise AwsThrottled("ThrottlingException", "no", "rolesanywhere:GetTrustAnchor")

    with pytest.raises(AwsThrottled):
        await way.lane.send(READ, lambda: None, refused)
    await way.lane.send(READ, lambda: None, way.sends)
    assert way.sent_at == [106]
