"""How many calls run at once: AWS documents no rate for most reads, so few of each service run side by side."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.domain.search_run import Precedence


@dataclass(frozen=True, slots=True)
class _Waiting:
    precedence: Precedence
    service: tuple[str, str]
    turn: asyncio.Future[None]


class CallSlots:
    """Lets reads run, a bounded number at once; a containment never waits.

    Args:
        reads: how many run at once.
        background: how many of them may be of the background; fewer than ``reads``, so that a person's finds one free.
        of_one_service: how many background reads of one service in one account run at once.
    """

    def __init__(self, reads: int, background: int, of_one_service: int) -> None:
        self._reads = reads
        self._background = background
        self._of_one_service = of_one_service
        self._running: Counter[Precedence] = Counter()
        self._by_service: Counter[tuple[str, str]] = Counter()
        self._waiting: list[_Waiting] = []

    @asynccontextmanager
    async def one(self, precedence: Precedence, account: str, service: str) -> AsyncIterator[None]:
        """A place for one call; what a person waits for comes before the background, else first come first served."""
        if precedence is Precedence.CONTAINMENT:
            yield
            return
        mine = _Waiting(precedence, (account, service), asyncio.get_running_loop().create_future())
        self._waiting.append(mine)
        self._waiting.sort(key=lambda one: one.precedence)
        self._admit()
        try:
            await mine.turn
            yield
        finally:
            self._leave(mine)

    def _admit(self) -> None:
        for one in tuple(self._waiting):
            # One that was just cancelled takes itself out.
            if self._has_room(one) and not one.turn.done():
                self._waiting.remove(one)
                self._running[one.precedence] += 1
                self._by_service[one.service] += one.precedence is Precedence.BACKGROUND
                one.turn.set_result(None)

    def _has_room(self, one: _Waiting) -> bool:
        if self._running.total() >= self._reads:
            return False
        if one.precedence is not Precedence.BACKGROUND:
            return True
        few = self._by_service[one.service] < self._of_one_service
        return few and self._running[Precedence.BACKGROUND] < self._background

    def _leave(self, one: _Waiting) -> None:
        if one in self._waiting:
            self._waiting.remove(one)
        else:
            self._running[one.precedence] -= 1
            self._by_service[one.service] -= one.precedence is Precedence.BACKGROUND
        self._admit()
