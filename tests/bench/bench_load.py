"""The load generator: requests at scheduled times (open loop), each timed from its scheduled moment.

A closed loop would wait for a slow program and so hide its queue. Capacity comes from a filled queue instead.
"""

import asyncio
import gc
import math
import random
import selectors
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp
from bench_clicks import SignedRequest

REQUEST_TIMEOUT_SECONDS = 10.0
"""Slack gives up after 3 s; what comes later than this counts as not answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered request; times are monotonic seconds, `status` is 0 when no answer came."""

    scheduled_at: float
    sent_at: float
    answered_at: float
    status: int

    @property
    def latency_ms(self) -> float:
        """Milliseconds from the scheduled time to the answer."""
        return (self.answered_at - self.scheduled_at) * 1000


def event_loop() -> asyncio.AbstractEventLoop:
    """Return a loop whose timers are exact to microseconds (epoll's are rounded up to a millisecond)."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


def poisson_arrivals(count: int, per_second: float, seed: int) -> list[float]:
    """Return `count` arrival times in seconds after the start, with exponential gaps of that rate."""
    gaps = random.Random(seed)  # noqa: S311 - A schedule to be repeated, not a secret.
    now, arrivals = 0.0, []
    for _ in range(count):
        now += gaps.expovariate(per_second)
        arrivals.append(now)
    return arrivals


async def open_loop(url: str, requests: Sequence[SignedRequest], arrivals: Sequence[float]) -> list[Answer]:
    """Send each request at its time, whether or not the earlier ones were answered."""
    connector = aiohttp.TCPConnector(limit=0)
    timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        gc.collect()
        gc.disable()
        try:
            start = time.monotonic() + 0.05
            tasks = []
            for request, arrival in zip(requests, arrivals, strict=True):
                await asyncio.sleep(start + arrival - time.monotonic())
                tasks.append(asyncio.create_task(send(session, url, request, start + arrival)))
            return list(await asyncio.gather(*tasks))
        finally:
            gc.enable()


async def send(session: aiohttp.ClientSession, url: str, request: SignedRequest, scheduled_at: float) -> Answer:
    """Send one request now and time its answer from `scheduled_at`."""
    sent_at = time.monotonic()
    try:
        async with session.post(url, data=request.body, headers=request.headers) as response:
            await response.read()
            status = response.status
    except (aiohttp.ClientError, TimeoutError):
        status = 0
    return Answer(scheduled_at, sent_at, time.monotonic(), status)


def percentile(values: Sequence[float], fraction: float) -> float:
    """Return the nearest-rank percentile, `fraction` in (0, 1], of at least one value."""
    ordered = sorted(values)
    return ordered[max(math.ceil(fraction * len(ordered)), 1) - 1]
