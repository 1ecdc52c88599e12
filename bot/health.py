"""Whether the bot is alive, and whether it can do its work."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from aiohttp import web

from bot.domain.errors import StoreUnavailable
from bot.ports import CaseLog


class Queue(Protocol):
    """Knows whether it reaches its queue (None while it has not tried), and how many messages the log does not take."""

    reachable: bool | None
    holding: int


class Posting(Protocol):
    """Knows why Slack refuses what is posted; None when it does not."""

    refusal: str | None


class SelfCheck(Protocol):
    """Knows when an unknown CA last rang in the nightly check; None when it never did."""

    async def passed_at(self) -> datetime | None:
        """The moment, aware and in UTC."""
        ...


class Health:
    """Serves ``GET /healthz`` and ``GET /readyz``.

    Args:
        log: must answer for the bot to be alive.
        intake: must reach its queue for the bot to be ready; None when there is no queue.
        posting: must not be refused for the bot to be ready.
        inventory: knows when the self-check passed; None when it is not run.
    """

    def __init__(
        self, log: CaseLog, intake: Queue | None, posting: Posting, inventory: SelfCheck | None = None
    ) -> None:
        self._log = log
        self._intake = intake
        self._posting = posting
        self._inventory = inventory
        self.started = False

    async def alive(self, _request: web.Request) -> web.StreamResponse:
        """200 while the case log answers, else 503."""
        return await self._answer(await self._log_problems())

    async def ready(self, _request: web.Request) -> web.StreamResponse:
        """200 when everything works, else 503 with what does not."""
        problems = await self._log_problems()
        if not self.started:
            problems.append("starting")
        if self._intake is not None and self._intake.reachable is False:
            problems.append("the queue is not reached")
        if self._intake is not None and self._intake.holding:
            problems.append(f"the case log takes no entries: {self._intake.holding} messages wait")
        if self._posting.refusal is not None:
            problems.append(f"Slack refuses what is posted: {self._posting.refusal}")
        return await self._answer(problems)

    async def _log_problems(self) -> list[str]:
        try:
            await self._log.next_wake()
        except StoreUnavailable:
            return ["the case log does not answer"]
        return []

    async def _answer(self, problems: list[str]) -> web.Response:
        body = {"ok": not problems, "problems": problems, "self_check_passed_at": await self._passed_at()}
        return web.json_response(body, status=503 if problems else 200)

    async def _passed_at(self) -> str | None:
        """When the newest self-check rang (ISO 8601); None when none has, or the log does not answer."""
        try:
            passed = await self._inventory.passed_at() if self._inventory is not None else None
        except StoreUnavailable:
            return None
        return passed.isoformat() if passed else None
