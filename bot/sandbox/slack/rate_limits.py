"""Slack's rate limits, counted per method for the one app and workspace there is.

See: https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections import deque
from collections.abc import Callable
from enum import Enum

WINDOW_SECONDS = 60.0
POST_BURST = 4
POSTS_PER_SECOND = 1.0
POSTS_PER_MINUTE_IN_WORKSPACE = 300


class Tier(Enum):
    """Calls per minute that Slack grants; the value is that number."""

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    POSTING = POSTS_PER_MINUTE_IN_WORKSPACE
    SPECIAL = 600


class RateLimits:
    """A sliding minute for each method, and a small bucket for each channel that is posted to.

    Args:
        scale: Multiplies what is granted: 1 is Slack's own rate, 2 twice as much, 0 means no limits.
        now: The clock, seconds.
    """

    def __init__(self, scale: float, now: Callable[[], float]) -> None:
        self.scale = scale
        self._now = now
        self._calls: dict[str, deque[float]] = {}
        self._buckets: dict[str, tuple[float, float]] = {}

    def reset(self) -> None:
        """Forget all calls, so that the next one is granted."""
        self._calls.clear()
        self._buckets.clear()

    def wait_seconds(self, method: str, tier: Tier, channel: str | None) -> float:
        """Take one call, or return how long to wait (over 0) when it is not granted.

        Args:
            method: The Web API method.
            tier: The tier of the method.
            channel: The channel that is posted to; only `Tier.POSTING` counts by channel.
        """
        if self.scale <= 0:
            return 0.0
        wait = self._minute_wait(method, tier)
        if tier is Tier.POSTING and channel is not None and wait <= 0:
            wait = self._bucket_wait(channel)
        if wait <= 0:
            self._calls.setdefault(method, deque()).append(self._now())
        return wait

    def _minute_wait(self, method: str, tier: Tier) -> float:
        calls = self._calls.setdefault(method, deque())
        now = self._now()
        while calls and calls[0] <= now - WINDOW_SECONDS:
            calls.popleft()
        if len(calls) < max(1, tier.value * self.scale):
            return 0.0
        return calls[0] + WINDOW_SECONDS - now

    def _bucket_wait(self, channel: str) -> float:
        now = self._now()
        rate = POSTS_PER_SECOND * self.scale
        capacity = max(1.0, POST_BURST * self.scale)
        level, filled_at = self._buckets.get(channel, (capacity, now))
        level = min(capacity, level + (now - filled_at) * rate)
        granted = level >= 1
        self._buckets[channel] = (level - 1 if granted else level, now)
        return 0.0 if granted else (1 - level) / rate
