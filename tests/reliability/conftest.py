"""One world for all trials of a module: each trial has its own trust anchor, and leaves no bot and no fault behind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.sandbox.world import World
from tests.fakes.trial import FAST, WEBHOOK_TOKEN, Trial


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world() -> AsyncIterator[World]:
    """A world without rate limits and with short times; nothing runs in it yet."""
    async with World(slack_rate_scale=0, aws_rate_scale=0, settings=FAST) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def trial(world: World) -> AsyncIterator[Trial]:
    """A trial whose bot the test starts."""
    made = Trial(world)
    try:
        yield made
    finally:
        await world.stop_bot()
        world.slack.faults.clear()
        world.control.clear_faults()
        await made.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot_of_module(world: World) -> AsyncIterator[Trial]:
    """One bot for all trials of a module that leave it alive."""
    made = Trial(world)
    await made.start(ANCHORWATCH_WEBHOOK_TOKEN=WEBHOOK_TOKEN)
    yield made
    await world.stop_bot()
    await made.close()


@pytest_asyncio.fixture(loop_scope="module")
async def running(bot_of_module: Trial) -> AsyncIterator[Trial]:
    """A trial whose bot runs already and must live through it."""
    yield bot_of_module
    bot_of_module.world.slack.faults.clear()
    bot_of_module.world.control.clear_faults()
    process = bot_of_module.world.process
    assert process is not None
    assert process.returncode is None, bot_of_module.world.bot_log()
