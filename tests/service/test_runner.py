"""The runner: one case's trouble is no other case's, and nothing is tried in a hot loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from bot.domain.case import Case
from bot.domain.effects import Effect, EffectKind
from bot.domain.errors import SlackError
from bot.service.runner import Runner
from tests.fakes.desk import GRACE, Desk


class Doing:
    """Counts what the runner does, and does it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.done: list[EffectKind] = []
        self.error: Exception | None = None

    async def __call__(self, case: Case, effect: Effect) -> None:
        """Do one effect."""
        self.done.append(effect.kind)
        if self.error is not None:
            raise self.error
        await self.desk._doer(effect)(case)  # noqa: SLF001 - The desk's own table.


@asynccontextmanager
async def working(desk: Desk, doing: Doing) -> AsyncIterator[Runner]:
    """A runner at work; stopped in the end."""
    runner = Runner(desk.book, desk.book._log, desk.clock, dict.fromkeys(EffectKind, doing))  # noqa: SLF001 - As above.
    running = asyncio.create_task(runner.run())
    try:
        yield runner
    finally:
        runner.stop()
        await asyncio.wait_for(running, 5)


async def test_it_brings_slack_to_where_the_log_is() -> None:
    """A case that waits in the log is posted, read and shown."""
    desk = Desk()
    await desk.detect()
    doing = Doing(desk)
    async with working(desk, doing):
        await asyncio.sleep(0.2)
    assert doing.done == [EffectKind.POST_CARD, EffectKind.OBSERVE, EffectKind.UPDATE_CARD]


async def test_a_case_that_can_not_be_read_does_not_stop_the_others() -> None:
    """An entry that nobody can read back: its case is left alone, and the other one is shown."""
    desk = Desk()
    await desk.detect()
    damaged = desk.disk.entries[desk.case_id]
    damaged[0] = replace(damaged[0], data={"detection": 7})
    desk.target = desk.aws.add_anchor(name="another")
    await desk.detect("event-2")
    desk.rise()
    desk.clock.advance(GRACE)
    async with working(desk, Doing(desk)):
        await asyncio.sleep(0.2)
    assert desk.slack.posts_tried == 1


async def test_what_fails_is_tried_with_growing_pauses() -> None:
    """No hot loop: half a second, one, two."""
    desk = Desk()
    await desk.detect()
    doing = Doing(desk)
    doing.error = SlackError("channel_not_found", "chat.postMessage")
    async with working(desk, doing):
        await asyncio.sleep(1.2)
    assert len(doing.done) == 2


async def test_a_defect_is_tried_after_a_long_pause() -> None:
    """An effect that breaks is not hammered, and the runner lives on."""
    desk = Desk()
    await desk.detect()
    doing = Doing(desk)
    doing.error = ZeroDivisionError()
    async with working(desk, doing):
        await asyncio.sleep(0.8)
    assert len(doing.done) == 1


async def test_what_is_due_later_waits_for_its_time(desk: Desk) -> None:
    """A note is due a second after what it tells."""
    doing = Doing(desk)
    await desk.acknowledge("U1")
    await desk.work()
    async with working(desk, doing) as runner:
        runner.nudge(desk.case_id)
        await asyncio.sleep(0.2)
        assert EffectKind.POST_NOTE not in doing.done
        desk.clock.advance(timedelta(seconds=1))
        runner.nudge(desk.case_id)
        await asyncio.sleep(0.2)
    assert EffectKind.POST_NOTE in doing.done


async def test_what_waits_is_timed_anew_at_the_start(desk: Desk) -> None:
    """Its time in the log comes from the house of an earlier start; by the hours of now it is due."""
    await desk.acknowledge("U1")
    await desk.work()
    desk.clock.advance(timedelta(seconds=1))
    desk.disk.wake_at[desk.case_id] = desk.clock.now() + timedelta(days=3)
    doing = Doing(desk)
    async with working(desk, doing):
        await asyncio.sleep(0.2)
    assert EffectKind.POST_NOTE in doing.done
