"""Keeps background calls below AWS's rates, so that a containment finds the rate unused."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import NamedTuple


class Rate(NamedTuple):
    """Calls that share one allowance, and the seconds between two of them."""

    name: str
    interval_seconds: float


# See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
_LOOKUP_EVENTS = Rate("LookupEvents", 0.5)
# See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/quotas.html
_TRUST_ANCHORS = Rate("trust anchors", 1.0)
_PROFILES = Rate("profiles", 1.0)
_SUBJECTS = Rate("subjects", 1.0)


def rate_of(service: str, operation: str) -> Rate | None:
    """The rate that AWS documents for a call, or None when it documents none."""
    if (service, operation) == ("cloudtrail", "LookupEvents"):
        return _LOOKUP_EVENTS
    if service == "rolesanywhere" and operation.endswith(("TrustAnchor", "TrustAnchors")):
        return _TRUST_ANCHORS
    if service == "rolesanywhere" and operation.endswith(("Profile", "Profiles")):
        return _PROFILES
    if service == "rolesanywhere" and operation.endswith(("Subject", "Subjects")):
        return _SUBJECTS
    return None


class CallPace:
    """The pace of all calls of this process, per rate, account and Region.

    Args:
        monotonic: seconds that never go back.
        sleep: waits for seconds.
    """

    def __init__(
        self,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._free_at: dict[tuple[str, str, str], float] = {}
        self._turns: defaultdict[tuple[str, str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def wait(self, rate: Rate, account: str, region: str) -> None:
        """Wait until a background call may be made, first come first served."""
        key = (rate.name, account, region)
        async with self._turns[key]:
            # A containment may move the time while this one sleeps.
            while (pause_seconds := self._free_at.get(key, 0.0) - self._monotonic()) > 0:
                await self._sleep(pause_seconds)
            self.goes_first(rate, account, region)

    def goes_first(self, rate: Rate, account: str, region: str) -> None:
        """Note a call that does not wait; the next background call comes an interval after it at the earliest."""
        self._free_at[rate.name, account, region] = self._monotonic() + rate.interval_seconds
