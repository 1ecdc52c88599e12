"""Keeps reads below AWS's rates, and lets them through in their order, so that a containment finds the rate unused.

The budget is this process's own: the store lets no second one work on the same cases. A budget that several processes
share has to offer :meth:`CallPace.wait` and :meth:`CallPace.goes_first`, and nothing else changes.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from bot.domain.search_run import Precedence


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
# A containment reads, calls and reads back: in between, no other read may take what AWS allows next.
_QUIET_INTERVALS = 3
# So that people who click all the time do not stop the investigation for ever.
_MOST_IN_A_ROW = 3


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


Turn = asyncio.Future[None]


@dataclass(slots=True)
class _Line:
    """Those who wait for one rate of one account and Region."""

    interval_seconds: float
    free_at: float = 0.0
    awaited: deque[Turn] = field(default_factory=deque)
    background: deque[Turn] = field(default_factory=deque)
    awaited_in_a_row: int = 0
    server: asyncio.Task[None] | None = None

    def next(self) -> Turn | None:
        """Take who goes next out of the line; None when nobody waits."""
        background_is_due = self.awaited_in_a_row >= _MOST_IN_A_ROW and self.background
        if self.awaited and not background_is_due:
            self.awaited_in_a_row += 1
            return self.awaited.popleft()
        self.awaited_in_a_row = 0
        return self.background.popleft() if self.background else None

    def leave(self, turn: Turn) -> None:
        """Forget somebody who does not want to wait any more."""
        for waiting in (self.awaited, self.background):
            if turn in waiting:
                waiting.remove(turn)


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
        self._lines: dict[tuple[str, str, str], _Line] = {}

    async def wait(self, rate: Rate, account: str, region: str, precedence: Precedence = Precedence.BACKGROUND) -> None:
        """Wait until a call may be made: what a person waits for first, else first come first served.

        After three in a row that a person waits for, one of the background goes.
        """
        line = self._line(rate, account, region)
        turn = asyncio.get_running_loop().create_future()
        (line.background if precedence is Precedence.BACKGROUND else line.awaited).append(turn)
        if line.server is None:
            line.server = asyncio.create_task(self._serve(line))
        try:
            await turn
        finally:
            line.leave(turn)

    def goes_first(self, rate: Rate, account: str, region: str) -> None:
        """Note a call of a containment, which does not wait; others stay away for three intervals after it."""
        line = self._line(rate, account, region)
        line.free_at = self._monotonic() + _QUIET_INTERVALS * rate.interval_seconds

    def throttled(self, rate: Rate, account: str, region: str) -> None:
        """Note that AWS let a call not through, because others use the rate too: everybody waits an interval more."""
        line = self._line(rate, account, region)
        line.free_at = max(line.free_at, self._monotonic() + rate.interval_seconds)

    def _line(self, rate: Rate, account: str, region: str) -> _Line:
        return self._lines.setdefault((rate.name, account, region), _Line(rate.interval_seconds))

    async def _serve(self, line: _Line) -> None:
        """Let one after the other go, until nobody waits."""
        while line.awaited or line.background:
            # A containment may move the time while this sleeps, and somebody else may be first after it.
            while (pause_seconds := line.free_at - self._monotonic()) > 0:
                await self._sleep(pause_seconds)
            turn = line.next()
            if turn is not None and not turn.done():
                line.free_at = self._monotonic() + line.interval_seconds
                turn.set_result(None)
        line.server = None
