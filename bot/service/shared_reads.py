"""Reads that cases share: what several ask of AWS within seconds is asked once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.case import Case
from bot.domain.identity import Target
from bot.ports import Clock

_KEPT = timedelta(seconds=10)
# What was done this long before AWS is asked shows in the answer, whatever the two clocks say.
_CLOCKS_APART = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Reading:
    began: datetime
    answer: asyncio.Future[Any]


def anchor_key(target: Target) -> object:
    """The key of a trust anchor as AWS shows it."""
    return ("trust anchor", target.account, target.region, target.anchor_arn)


class SharedReads:
    """Answers of AWS that are under way or at most ten seconds old, for cases that nothing in them can be new to.

    Only what looks by itself shares: the card's trust anchor and the investigation. Never a containment, whose plan is
    made from a read of its own right before the call.

    Args:
        clock: the time of reads and events.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._readings: dict[object, _Reading] = {}

    async def once(self, key: object, case: Case, read: Callable[[], Awaitable[Any]]) -> Any:  # noqa: ANN401 - whatever `read` brings.
        """What ``read`` brings, or what it brought another case that asked for ``key`` a moment ago.

        An answer counts only for a case whose reported changes were made before it was asked for. Whoever gives up
        does not end the read for the others; an error is told to those who wait for it, and not kept.

        Raises:
            Whatever ``read`` does.
        """
        now = self._clock.now()
        self._readings = {one: reading for one, reading in self._readings.items() if _is_kept(reading, now)}
        known = self._readings.get(key)
        if known is None or not _shows(known, case):
            known = _Reading(now, asyncio.ensure_future(read()))
            known.answer.add_done_callback(_heard)
            self._readings[key] = known
        return await asyncio.shield(known.answer)


def _is_kept(reading: _Reading, now: datetime) -> bool:
    if not reading.answer.done():
        return True
    failed = reading.answer.cancelled() or reading.answer.exception() is not None
    return not failed and now - reading.began <= _KEPT


def _shows(reading: _Reading, case: Case) -> bool:
    """Whether AWS was asked after everything that the case was told of, and did itself, had been done."""
    ends = (one.ended_at for one in case.requests.values() if one.begun and not one.is_read)
    told = all(reading.began >= one.happened_at + _CLOCKS_APART for one in case.detections)
    return told and all(reading.began >= ended_at for ended_at in ends if ended_at is not None)


def _heard(answer: asyncio.Future[Any]) -> None:
    """Nobody may be left to hear of an error."""
    if not answer.cancelled():
        answer.exception()
