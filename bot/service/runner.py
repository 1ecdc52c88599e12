"""The runner: finds what is due in the log and does it, each lane of a case one step after the other."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import structlog

from bot.domain.case import Case
from bot.domain.effects import Effect, EffectKind, effects, wake_at
from bot.domain.errors import (
    AnchorwatchError,
    LogConflict,
    SlackError,
    SlackRateLimited,
    SlackUnclear,
    StoreUnavailable,
)
from bot.domain.identity import CaseId
from bot.ports import CaseLog, Clock
from bot.service.case_book import CaseBook

_log = structlog.get_logger()

_LOOK_EVERY_SECONDS = 5.0
_LOOK_APART_SECONDS = 0.05
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_AT_ONCE = 32
_DUE_AT_ONCE = 5_000
_TIMED_AT_ONCE = 10
_EVER = datetime.max.replace(tzinfo=UTC)

T = TypeVar("T")

Do = Callable[[Case, Effect], Awaitable[None]]
"""Does one effect and writes its outcome into the log."""

LaneKey = tuple[CaseId, str]


@dataclass(slots=True)
class _Pause:
    """How long a lane rests after a failure; it doubles until something works."""

    until: float = 0.0
    seconds: float = _FIRST_PAUSE_SECONDS


class Runner:
    """Does what the log asks for, until it is told to stop.

    Args:
        book: the cases.
        log: says which cases are due.
        clock: what "due" is measured by.
        doers: what does each kind of effect.
    """

    def __init__(self, book: CaseBook, log: CaseLog, clock: Clock, doers: dict[EffectKind, Do]) -> None:
        self._book = book
        self._log = log
        self._clock = clock
        self._doers = doers
        self._nudged: set[CaseId] = set()
        self._wake = asyncio.Event()
        self._lanes: dict[LaneKey, asyncio.Task[None]] = {}
        self._pauses: dict[LaneKey, _Pause] = {}
        # Of their own, so that no crowd of posts and updates holds up a containment.
        self._run_slots = asyncio.Semaphore(_AT_ONCE)
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._look_at = 0.0
        self._looks: dict[CaseId, float] = {}
        self._untimed: list[CaseId] | None = None
        self._stopping = False

    def nudge(self, case_id: CaseId) -> None:
        """Look at a case now: something was appended to it."""
        self._nudged.add(case_id)
        self._wake.set()

    async def run(self) -> None:
        """Work until :meth:`stop`; then let the lanes that run come to their end."""
        while not self._stopping:
            try:
                pause_seconds = await self._round()
            except AnchorwatchError as error:
                _log.error("runner_round_failed", error=str(error))
                pause_seconds = 1.0
            await self._sleep(pause_seconds)
        await asyncio.gather(*self._lanes.values(), return_exceptions=True)

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping = True
        self._wake.set()

    async def _sleep(self, seconds: float) -> None:
        if self._nudged or self._stopping:
            return
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), timeout=max(seconds, 0.01))
        except TimeoutError:
            return

    async def _round(self) -> float:
        """Start every lane that is due, and return in how many seconds the next one may be."""
        self._wake.clear()
        nudged, self._nudged = self._nudged, set()
        now = time.monotonic()
        ripe = {case_id for case_id, at in self._looks.items() if at <= now}
        for case_id in nudged | ripe | await self._due():
            self._looks[case_id] = now + max(
                await self._safely(case_id, self._look, _LOOK_EVERY_SECONDS), _LOOK_APART_SECONDS
            )
            if self._looks[case_id] >= now + _LOOK_EVERY_SECONDS:
                # The log has it, and is asked before that.
                del self._looks[case_id]
        await self._time_some()
        soon = [time.monotonic() + _LOOK_APART_SECONDS] if self._untimed else []
        return min([self._look_at, *self._looks.values(), *soon]) - time.monotonic()

    async def _time_some(self) -> None:
        """Time anew what waited when this process began, some at a time: the house may have other hours since."""
        if self._untimed is None:
            self._untimed = list(await self._log.due(_EVER, _DUE_AT_ONCE))[::-1]
        for _ in range(min(_TIMED_AT_ONCE, len(self._untimed))):
            case_id = self._untimed.pop()
            at = await self._safely(case_id, self._wakes_at, None)
            if at is not None and case_id not in self._looks:
                self._looks[case_id] = time.monotonic() + (at - self._clock.now()).total_seconds()

    async def _wakes_at(self, case_id: CaseId) -> datetime | None:
        return wake_at(await self._book.load(case_id), self._book.standing)

    async def _due(self) -> set[CaseId]:
        """The cases that wait in the log. What this process appends nudges us, so the log is not asked every time."""
        if time.monotonic() < self._look_at:
            return set()
        due = await self._log.due(self._clock.now(), _DUE_AT_ONCE)
        next_wake = await self._log.next_wake()
        seconds = _LOOK_EVERY_SECONDS
        if next_wake is not None and not due:
            seconds = (next_wake - self._clock.now()).total_seconds()
        self._look_at = time.monotonic() + min(max(seconds, _LOOK_APART_SECONDS), _LOOK_EVERY_SECONDS)
        return set(due)

    async def _safely(self, case_id: CaseId, look: Callable[[CaseId], Awaitable[T]], otherwise: T) -> T:
        """Look at a case whose log may be damaged: it must not stop the others."""
        try:
            return await look(case_id)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - As below.
            _log.error("case_not_read", case=case_id, error=f"{type(error).__name__}: {error}")
            return otherwise

    async def _look(self, case_id: CaseId) -> float:
        case = await self._book.load(case_id)
        now, wait = self._clock.now(), _LOOK_EVERY_SECONDS
        for effect in effects(case, self._book.standing):
            lane = (case_id, effect.lane)
            if lane in self._lanes:
                continue
            rest = self._pauses[lane].until - time.monotonic() if lane in self._pauses else 0.0
            seconds = max((effect.at - now).total_seconds(), rest)
            if seconds <= 0 and not self._stopping:
                self._start(lane, case, effect)
            else:
                wait = min(wait, seconds)
        return wait

    def _start(self, lane: LaneKey, case: Case, effect: Effect) -> None:
        task = asyncio.create_task(self._do(lane, case, effect), name=f"{case.case_id}:{effect.kind}")
        self._lanes[lane] = task

    async def _do(self, lane: LaneKey, case: Case, effect: Effect) -> None:
        try:
            async with self._run_slots if effect.kind is EffectKind.RUN else self._slots:
                await self._doers[effect.kind](case, effect)
            self._pauses.pop(lane, None)
        except LogConflict:
            _log.debug("effect_overtaken", case=lane[0], effect=effect.kind.value)
        except AnchorwatchError as error:
            self._rest(lane, effect, error, getattr(error, "retry_after_seconds", 0.0))
        except Exception as error:  # noqa: BLE001 - One case's defect must not stop the others: this is the loop's top.
            _log.exception("effect_broke", case=lane[0], effect=effect.kind.value)
            self._rest(lane, effect, error, _LONGEST_PAUSE_SECONDS)
        finally:
            del self._lanes[lane]
            self.nudge(lane[0])

    def _rest(self, lane: LaneKey, effect: Effect, error: Exception, at_least_seconds: float) -> None:
        pause = self._pauses.setdefault(lane, _Pause())
        seconds = max(pause.seconds * random.uniform(0.8, 1.2), at_least_seconds)  # noqa: S311 - Jitter, no secret.
        if isinstance(error, SlackRateLimited):
            # Slack says how long; the jitter keeps those apart that wait for the same moment.
            seconds = at_least_seconds + random.uniform(0.0, 0.2)  # noqa: S311 - As above.
        else:
            pause.seconds = min(pause.seconds * 2, _LONGEST_PAUSE_SECONDS)
        pause.until = time.monotonic() + seconds
        getattr(_log, _level(error))(
            "effect_put_off", case=lane[0], effect=effect.kind.value, error=str(error), seconds=round(seconds, 2)
        )


def _level(error: Exception) -> str:
    """How loud a failure is: what Slack refuses for good, somebody must put in order."""
    if isinstance(error, SlackRateLimited):
        return "info"
    return "error" if isinstance(error, SlackError) and not isinstance(error, SlackUnclear) else "warning"
