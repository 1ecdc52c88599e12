"""The process: intake, receiver, runner and clock in one task group; SIGTERM drains them in order."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack

import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

from bot.bootstrap import Bot, build
from bot.domain.errors import BadSettings
from bot.settings import Settings

_log = structlog.get_logger()

_DRAIN_SECONDS = 10.0


async def serve(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises:
        BadSettings, StoreUnavailable: it can't start.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        bot = await build(settings, stack)
        # First, or a click in the first seconds is refused because nobody is known yet.
        await bot.directory.refresh()
        await _listen(bot, settings, stack)
        await _work(bot, settings, stop)


async def _listen(bot: Bot, settings: Settings, stack: AsyncExitStack) -> None:
    # Signatures are over the bytes that were sent, so nothing is unpacked before they are checked.
    runner = web.AppRunner(bot.web_app, access_log=None, shutdown_timeout=_DRAIN_SECONDS, auto_decompress=False)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    try:
        await web.TCPSite(runner, settings.listen_host, settings.listen_port).start()
    except OSError as error:
        raise BadSettings((f"ANCHORWATCH_LISTEN: can't listen there: {error.strerror}",)) from error


async def _work(bot: Bot, settings: Settings, stop: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as group:
        runner = group.create_task(bot.runner.run(), name="runner")
        people = group.create_task(bot.directory.keep_fresh(), name="directory")
        intake = None if bot.intake is None else group.create_task(bot.intake.run(), name="sqs")
        socket_mode = await _socket_mode(bot, settings)
        bot.health.started = True
        _log.info("started", listen=f"{settings.listen_host}:{settings.listen_port}", socket_mode=settings.socket_mode)
        await stop.wait()
        _log.info("stopping")
        if socket_mode is not None:
            await socket_mode.close_async()  # type: ignore[no-untyped-call]  # As below.
        people.cancel()
        if bot.intake is not None and intake is not None:
            # Before the runner, so that the card of the last message still goes out.
            bot.intake.stop()
            await asyncio.wait({intake}, timeout=_DRAIN_SECONDS)
            intake.cancel()
        bot.runner.stop()
        await asyncio.wait({runner}, timeout=_DRAIN_SECONDS)
        runner.cancel()
    _log.info("stopped")


async def _socket_mode(bot: Bot, settings: Settings) -> AsyncSocketModeHandler | None:
    if not settings.socket_mode:
        return None
    handler = AsyncSocketModeHandler(bot.bolt_app, settings.slack_app_token, web_client=bot.bolt_app.client)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves its return type out.
    return handler
