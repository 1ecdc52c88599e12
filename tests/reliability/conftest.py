"""One world for all trials of a module: each trial has its own trust anchor, and leaves no bot and no fault behind."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.sandbox.world import World
from tests.fakes.trial import FAST, Trial


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
