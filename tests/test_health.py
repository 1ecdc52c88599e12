"""``GET /healthz`` and ``GET /readyz`` of the real bot."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.domain.errors import StoreUnavailable
from bot.domain.identity import INVENTORY_ID
from tests.slack.bot_on_loopback import LoopbackBot


class BrokenLog:
    """A case log that does not answer."""

    async def next_wake(self) -> None:
        """Fail."""
        raise StoreUnavailable("the disk is gone")


async def looked_at(bot: LoopbackBot, path: str) -> tuple[int, list[str]]:
    """The status and the problems that an address tells."""
    async with bot.http.get(bot.url + path) as answer:
        told = await answer.json()
    assert told["ok"] == (not told["problems"])
    return answer.status, told["problems"]


async def test_alive_before_it_is_ready(tmp_path: Path) -> None:
    """A bot that starts is alive and not ready; once everything runs it is both."""
    async with LoopbackBot(tmp_path) as bot:
        assert await looked_at(bot, "/healthz") == (200, [])
        assert await looked_at(bot, "/readyz") == (503, ["starting"])
        bot.bot.health.started = True
        assert await looked_at(bot, "/readyz") == (200, [])


async def test_without_its_log_it_is_neither(tmp_path: Path) -> None:
    """When the case log does not answer, nothing can be promised: 503 on both, with the reason."""
    async with LoopbackBot(tmp_path) as bot:
        bot.bot.health.started = True
        bot.bot.health._log = BrokenLog()  # type: ignore[assignment]  # noqa: SLF001 - The disk goes away.
        assert await looked_at(bot, "/healthz") == (503, ["the case log does not answer"])
        assert await looked_at(bot, "/readyz") == (503, ["the case log does not answer"])


async def test_a_queue_that_is_not_reached_is_said(tmp_path: Path) -> None:
    """A bot whose queue can't be reached is alive and not ready; a queue not tried yet is no problem."""
    queue = {"ANCHORWATCH_QUEUE_URL": "http://127.0.0.1:9/123456789012/detections"}
    async with LoopbackBot(tmp_path, queue) as bot:
        bot.bot.health.started = True
        assert await looked_at(bot, "/readyz") == (200, [])
        assert bot.bot.intake is not None
        bot.bot.intake.reachable = False
        assert await looked_at(bot, "/readyz") == (503, ["the queue is not reached"])
        assert await looked_at(bot, "/healthz") == (200, [])


async def test_other_addresses_and_methods_are_refused(tmp_path: Path) -> None:
    """Nothing else is served."""
    async with LoopbackBot(tmp_path) as bot:
        for path, status in (("/", 404), ("/slack/events", 405), ("/detections", 405), ("/healthz/x", 404)):
            async with bot.http.get(bot.url + path) as answer:
                assert answer.status == status


async def test_it_shows_when_an_unknown_ca_last_rang(tmp_path: Path) -> None:
    """A bot that starts checks itself at once, and health shows the time of the newest pass."""
    async with LoopbackBot(tmp_path) as bot:
        async with asyncio.timeout(5):
            while len(await bot.log(INVENTORY_ID)) < 2:  # noqa: ASYNC110 - In the log.
                await asyncio.sleep(0.01)
        passed = (await bot.case(INVENTORY_ID)).inventory.passed_at
        assert passed is not None
        async with bot.http.get(bot.url + "/healthz") as answer:
            assert (await answer.json())["self_check_passed_at"] == passed.isoformat()
