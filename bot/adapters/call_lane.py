"""The way of every call to AWS: its turn in AWS's rates, a place among few, a thread."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.adapters.aws_clients import AwsClients
from bot.adapters.call_pace import CallPace, Rate
from bot.adapters.call_slots import CallSlots
from bot.domain.errors import AwsThrottled
from bot.domain.search_run import Precedence

T = TypeVar("T")

_random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class LaneCall:
    """One call: which rate it keeps (None: AWS documents none), where, of which service, and whose it is."""

    rate: Rate | None
    account: str
    region: str
    service: str
    precedence: Precedence


@dataclass(frozen=True, slots=True)
class CallLane:
    """What all calls of a process share. ``patience`` is how long a throttled call is tried again."""

    clients: AwsClients
    pace: CallPace
    threads: ThreadPoolExecutor
    slots: CallSlots
    patience: timedelta
    now: Callable[[], datetime]

    async def in_thread(self, blocking: Callable[[], T]) -> T:
        """Run it in a thread, with neither turn nor place."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, blocking)

    async def send(self, call: LaneCall, get_ready: Callable[[], object], blocking: Callable[[], T]) -> T:
        """Make a call when it is its turn; a containment's is at once.

        ``get_ready`` makes the client. It takes its time the first time, and a containment may come meanwhile.

        Raises:
            Whatever the two raise.
        """
        if call.rate is None:
            async with self.slots.one(call.precedence, call.account, call.service):
                return await self.in_thread(blocking)
        if call.precedence is not Precedence.CONTAINMENT:
            return await self._read(call, call.rate, get_ready, blocking)
        self.pace.goes_first(call.rate, call.account, call.region)
        answer = await self.in_thread(blocking)
        self.pace.answered(call.rate, call.account, call.region)
        return answer

    async def _read(self, call: LaneCall, rate: Rate, get_ready: Callable[[], object], blocking: Callable[[], T]) -> T:
        place = call.account, call.region
        while True:
            moment = await self.pace.wait(rate, *place, call.precedence)
            async with self.slots.one(call.precedence, call.account, call.service):
                await self.in_thread(get_ready)
                if self.pace.is_overtaken(rate, *place, moment, call.precedence):
                    continue
                try:
                    answer = await self.in_thread(blocking)
                except AwsThrottled:
                    self.pace.throttled(rate, *place)
                    raise
                self.pace.answered(rate, *place)
                return answer

    def pause_seconds(self, call: LaneCall, seconds: float) -> float:
        """How long a call that was refused waits, about ``seconds``; the jitter keeps several of us apart.

        A containment does not oversleep the moment when AWS has a call free.
        """
        wait_seconds = seconds * _random.uniform(0.5, 1)
        if call.rate is None or call.precedence is not Precedence.CONTAINMENT:
            return wait_seconds
        free_in_seconds = self.pace.seconds_until_free(call.rate, call.account, call.region)
        return min(wait_seconds, free_in_seconds) if free_in_seconds > 0 else wait_seconds
