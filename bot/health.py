"""Whether the bot is alive, and whether it can do its work."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from bot.domain.errors import StoreUnavailable
from bot.ports import CaseLog


class Reachable(Protocol):
    """Something that knows whether it reaches its other side; None while it has not tried."""

    reachable: bool | None


class Health:
    """Serves ``GET /healthz`` and ``GET /readyz``.

    Args:
        log: must answer for the bot to be alive.
        intake: must reach its queue for the bot to be ready; None when there is no queue.
    """

    def __init__(self, log: CaseLog, intake: Reachable | None) -> None:
        self._log = log
        self._intake = intake
        self.started = False

    async def alive(self, _request: web.Request) -> web.StreamResponse:
        """200 while the case log answers, else 503."""
        return _answer(await self._log_problems())

    async def ready(self, _request: web.Request) -> web.StreamResponse:
        """200 when everything works, else 503 with what does not."""
        problems = await self._log_problems()
        if not self.started:
            problems.append("starting")
        if self._intake is not None and self._intake.reachable is False:
            problems.append("the queue is not reached")
        return _answer(problems)

    async def _log_problems(self) -> list[str]:
        try:
            await self._log.next_wake()
        except StoreUnavailable:
            return ["the case log does not answer"]
        return []


def _answer(problems: list[str]) -> web.Response:
    return web.json_response({"ok": not problems, "problems": problems}, status=503 if problems else 200)
