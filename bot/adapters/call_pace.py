"""Keeps reads below AWS's rates, and lets them through in their order, so that a containment finds the rate unused.

AWS lets one trust anchor call through in a second, of whoever. A containment is sent at once and waits for nobody here;
what it can meet is a second that a read has just used. So of the rates that containments need,

- reads take every second call only: a containment that nobody announced waits for AWS at most one interval (1 s), and
  at half of all moments not at all, however many reads there are;
- from the moment when a containment is expected (a person opens its form, asks for it, or others decide on it) the
  investigation's reads take one call in 15 s, the first of them 15 s later. A containment that comes 1 to 15 s after
  that never finds the rate used by them; later it does at one moment in 15 at most, and waits 1 s at most;
- after each call of a containment other reads stay away for three intervals.

A read that was let through may wait on for a place, a thread or credentials. When a containment was called or announced
meanwhile, it has been overtaken and waits anew.

Reads that a person or a judgement waits for are few, go ahead of the investigation's, and are not held.

The budget is this process's own: the store lets no second one work on the same cases. A budget that several processes
share has to offer what :class:`CallPace` offers, and nothing else changes. Who expects a containment is known in memory
only: after a restart the reads are held from the next entry of the case on, and until then they take every second call.
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
    """Calls that share one allowance, the seconds between two of them, and whether containments are among them."""

    name: str
    interval_seconds: float
    contains: bool = False

    @property
    def spacing_seconds(self) -> float:
        """How far apart reads are: where containments need the rate, every second call is theirs."""
        return self.interval_seconds * (2 if self.contains else 1)


# See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
_LOOKUP_EVENTS = Rate("LookupEvents", 0.5)
# See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/quotas.html
_TRUST_ANCHORS = Rate("trust anchors", 1.0, contains=True)
_PROFILES = Rate("profiles", 1.0, contains=True)
_SUBJECTS = Rate("subjects", 1.0)
_CRLS = Rate("CRLs", 1.0)
# A containment reads, calls and reads back: in between, no other read may take what AWS allows next.
_QUIET_INTERVALS = 3
# So that people who click all the time do not stop the investigation for ever.
_MOST_IN_A_ROW = 3
# Longer than most people write a reason, and short enough for the two or three such reads of an investigation.
_EXPECTED_SPACING_SECONDS = 15.0
# How soon the end of an expectation, or a read that is not held, is noticed.
_LOOK_AGAIN_SECONDS = 0.25
_NEVER = float("-inf")


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
    if service == "rolesanywhere" and operation.endswith(("Crl", "Crls")):
        return _CRLS
    return None


Turn = asyncio.Future[None]


@dataclass(slots=True)
class _Expected:
    """The containments that are expected in an account and Region: until when, by who says so; and since when."""

    since: float = _NEVER
    until: dict[str, float] = field(default_factory=dict)

    def expect(self, who: str, now: float, seconds: float) -> None:
        """Expect one for so long; 0 means no more."""
        if not self.lasts(now):
            self.since = now
        self.until[who] = now + seconds

    def lasts(self, now: float) -> bool:
        """Whether any is expected now."""
        self.until = {who: until for who, until in self.until.items() if until > now}
        return bool(self.until)


@dataclass(slots=True)
class _Line:
    """Those who wait for one rate of one account and Region."""

    rate: Rate
    expected: _Expected
    read_at: float = _NEVER
    quiet_until: float = _NEVER
    answered_at: float = _NEVER
    awaited: deque[Turn] = field(default_factory=deque)
    background: deque[Turn] = field(default_factory=deque)
    awaited_in_a_row: int = 0
    server: asyncio.Task[None] | None = None

    def is_held(self, now: float) -> bool:
        """Whether a containment is expected that needs this rate."""
        return self.rate.contains and self.expected.lasts(now)

    def pause_seconds(self, now: float) -> float:
        """How long until somebody who waits may go; 0 or less means now."""
        awaited = max(self.read_at + self.rate.spacing_seconds, self.quiet_until)
        background = awaited
        if self.is_held(now):
            background = max(awaited, max(self.read_at, self.expected.since) + _EXPECTED_SPACING_SECONDS)
        return (awaited if self.awaited else background) - now

    def next(self, now: float) -> Turn | None:
        """Take who goes next out of the line; None when that one has gone away."""
        background_is_due = self.awaited_in_a_row >= _MOST_IN_A_ROW and self.background and not self.is_held(now)
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
        self._expected: dict[tuple[str, str], _Expected] = {}

    async def wait(
        self, rate: Rate, account: str, region: str, precedence: Precedence = Precedence.BACKGROUND
    ) -> float:
        """Wait until a read may be made: what a person waits for first, else first come first served.

        After three in a row that a person waits for, one of the background goes, unless a containment is expected.
        Returns the moment, for :meth:`is_overtaken`.
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
        return line.read_at

    def is_overtaken(self, rate: Rate, account: str, region: str, moment: float, precedence: Precedence) -> bool:
        """Whether a read that was let through at a moment must wait anew, because a containment came before it."""
        line, now = self._line(rate, account, region), self._monotonic()
        announced = precedence is Precedence.BACKGROUND and line.is_held(now) and line.expected.since > moment
        return announced or line.quiet_until > now

    def expect_containment(self, account: str, region: str, who: str, seconds: float) -> None:
        """Hold the background's reads for so long, because a containment may come; ``who`` may say otherwise later.

        0 seconds mean that none is expected any more by ``who``.
        """
        self._expected_in(account, region).expect(who, self._monotonic(), seconds)

    def goes_first(self, rate: Rate, account: str, region: str) -> None:
        """Note a call of a containment, which does not wait; others stay away for three intervals after it."""
        line = self._line(rate, account, region)
        line.quiet_until = max(line.quiet_until, self._monotonic() + _QUIET_INTERVALS * rate.interval_seconds)

    def throttled(self, rate: Rate, account: str, region: str) -> None:
        """Note that AWS let a call not through, because others use the rate too: everybody waits an interval more."""
        line = self._line(rate, account, region)
        line.quiet_until = max(line.quiet_until, self._monotonic() + rate.interval_seconds)

    def answered(self, rate: Rate, account: str, region: str) -> None:
        """Note that AWS let a call through."""
        self._line(rate, account, region).answered_at = self._monotonic()

    def seconds_until_free(self, rate: Rate, account: str, region: str) -> float:
        """When AWS lets the next call through, as far as our own calls tell; 0 or less means now."""
        return self._line(rate, account, region).answered_at + rate.interval_seconds - self._monotonic()

    def _line(self, rate: Rate, account: str, region: str) -> _Line:
        key = (rate.name, account, region)
        if key not in self._lines:
            self._lines[key] = _Line(rate, self._expected_in(account, region))
        return self._lines[key]

    def _expected_in(self, account: str, region: str) -> _Expected:
        return self._expected.setdefault((account, region), _Expected())

    async def _serve(self, line: _Line) -> None:
        """Let one after the other go, until nobody waits."""
        while line.awaited or line.background:
            now = self._monotonic()
            # A containment may move the time while this sleeps, and somebody else may be first after it.
            if (pause_seconds := line.pause_seconds(now)) > 0:
                await self._sleep(min(pause_seconds, _LOOK_AGAIN_SECONDS) if line.is_held(now) else pause_seconds)
                continue
            turn = line.next(now)
            if turn is not None and not turn.done():
                line.read_at = now
                turn.set_result(None)
        line.server = None
