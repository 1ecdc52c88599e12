"""A desk that asks CloudTrail for the events of its runs."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.case import Request
from tests.fakes.desk import Desk

DELETE, DISABLE = "delete_trust_anchor", "disable_trust_anchor"
MINUTES = (1, 5, 10, 15, 30)


def prove(desk: Desk) -> Desk:
    """Let the desk ask CloudTrail, which is four minutes late."""
    desk.receipts_after = tuple(timedelta(minutes=one) for one in MINUTES)
    desk.aws.trail_delay = timedelta(minutes=4)
    desk.rise()
    return desk


async def run(desk: Desk, action_id: str) -> Request:
    """A request that everybody agreed on, after its run."""
    await desk.ask("U1", action_id)
    if action_id == DELETE:
        await desk.approve("U3")
        await desk.approve("U4")
    await desk.work()
    return await request_of(desk)


async def request_of(desk: Desk) -> Request:
    """The case's first request."""
    return (await desk.case()).requests["R1"]


async def after(desk: Desk, minutes: float) -> Request:
    """The request so many minutes later, with everything done that was due meanwhile."""
    for _ in range(int(minutes * 2)):
        desk.clock.advance(timedelta(seconds=30))
        await desk.work()
    return await request_of(desk)
