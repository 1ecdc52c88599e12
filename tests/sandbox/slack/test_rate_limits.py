"""Rate limits: the tiers, the burst of a channel, and what the wire shows."""

import aiohttp
import pytest

from bot.sandbox.slack import seed
from bot.sandbox.slack.rate_limits import POST_BURST, RateLimits, Tier
from bot.sandbox.slack.server import SlackLookAlike


class Stopwatch:
    """A clock that stands until it is moved."""

    seconds = 1000.0

    def __call__(self) -> float:
        """Return the seconds it was moved to."""
        return self.seconds


@pytest.fixture
def stopwatch() -> Stopwatch:
    """A clock that only the test moves."""
    return Stopwatch()


def test_a_channel_takes_a_burst_and_then_one_post_a_second(stopwatch: Stopwatch) -> None:
    """After the burst a second must pass; another channel has its own bucket."""
    limits = RateLimits(1, stopwatch)
    waits = [limits.wait_seconds("chat.postMessage", Tier.POSTING, "C1") for _ in range(POST_BURST + 1)]
    assert waits == [0.0] * POST_BURST + [1.0]
    assert limits.wait_seconds("chat.postMessage", Tier.POSTING, "C2") == 0
    stopwatch.seconds += 1
    assert limits.wait_seconds("chat.postMessage", Tier.POSTING, "C1") == 0


@pytest.mark.parametrize("tier", [Tier.TWO, Tier.THREE, Tier.FOUR])
def test_a_tier_grants_its_number_in_any_minute(stopwatch: Stopwatch, tier: Tier) -> None:
    """The call over the number waits until the oldest is a minute old."""
    limits = RateLimits(1, stopwatch)
    assert all(limits.wait_seconds("m", tier, None) == 0 for _ in range(tier.value))
    stopwatch.seconds += 15
    assert limits.wait_seconds("m", tier, None) == 45
    stopwatch.seconds += 45
    assert limits.wait_seconds("m", tier, None) == 0


def test_the_scale_multiplies_and_zero_switches_off(stopwatch: Stopwatch) -> None:
    """Twice the scale grants twice the calls, and 0 any number."""
    doubled = RateLimits(2, stopwatch)
    assert [doubled.wait_seconds("m", Tier.TWO, None) > 0 for _ in range(41)] == [False] * 40 + [True]
    off = RateLimits(0, stopwatch)
    assert all(off.wait_seconds("m", Tier.ONE, None) == 0 for _ in range(1000))


async def test_a_refused_call_gets_429_and_stores_nothing(session: aiohttp.ClientSession) -> None:
    """The wire shows 429, Retry-After and `ratelimited`; reset_rate lets the next one through."""
    slack = SlackLookAlike(rate_scale=1)
    await slack.start()
    headers = {"Authorization": f"Bearer {seed.BOT_TOKEN}"}
    body = {"channel": seed.ALERTS_CHANNEL, "text": "x"}
    url = slack.api_url + "chat.postMessage"
    try:
        for _ in range(POST_BURST):
            await (await session.post(url, json=body, headers=headers)).release()
        async with session.post(url, json=body, headers=headers) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
            assert await answer.json() == {"ok": False, "error": "ratelimited"}
        assert len(slack.workspace.messages) == POST_BURST
        await (await session.post(slack.page_url + "_sandbox/reset_rate", json={})).release()
        async with session.post(url, json=body, headers=headers) as answer:
            assert answer.status == 200
    finally:
        await slack.stop()
