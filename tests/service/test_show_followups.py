"""Reminders of open points in the thread: posted once, redrawn when a point ends, and back until all are ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.approval import Reason
from bot.domain.events import draft
from bot.domain.followups import FollowupOpened
from bot.service.end_followup import end_followup, end_followups
from bot.service.show_followups import FOLLOWUPS_EVENT_TYPE
from tests.fakes.desk import GRACE, Desk, Killed

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def opened(*points: FollowupOpened) -> Desk:
    """A case on a Sunday in which points were opened."""
    desk = Desk()
    await desk.detect()
    await desk.work()
    await desk.appended(*map(draft, points))
    await desk.work()
    return desk


def said(desk: Desk) -> list[str]:
    """The reminders in the thread, oldest first."""
    return [str(one["text"]) for one in desk.slack.standing(FOLLOWUPS_EVENT_TYPE)]


async def morning(desk: Desk, day: int) -> list[str]:
    """The reminders once it is so many days after Monday."""
    desk.clock.time = MONDAY + timedelta(days=day, seconds=1)
    await desk.work()
    return said(desk)


async def end(desk: Desk, user_id: str, number: int) -> Any:
    """Somebody presses Done."""
    return await desk.press(user_id, "end_followup", end_followup(desk.policy, number), revision=None)


async def test_it_comes_back_until_somebody_ends_it() -> None:
    """Nothing on Sunday; each morning one message for all points; silence once the last is ended."""
    desk = await opened(FollowupOpened("a", "A."), FollowupOpened("b", "B."))
    assert not said(desk)
    assert await morning(desk, 0) == ["new: a b"]
    assert await morning(desk, 1) == ["new: a b", "new: a b"]
    assert (await end(desk, "U1", 1)).allowed
    await desk.work()
    assert said(desk)[-1] == "changed: b"
    assert (await morning(desk, 2))[-1] == "new: b"
    all_done = await desk.press("U2", "end_followups", end_followups(desk.policy), revision=None)
    assert all_done.allowed
    assert (await morning(desk, 40))[-1] == "changed: "
    assert len(said(desk)) == 3


async def test_a_point_that_is_to_be_seen_at_once_comes_at_once() -> None:
    """It does not wait for the morning, and comes back on the next one."""
    desk = await opened(FollowupOpened("a", "A.", at_once=True))
    assert said(desk) == ["new: a"]
    assert await morning(desk, 0) == ["new: a", "new: a"]


async def test_who_may_not_end_a_point_is_told_why() -> None:
    """Outsiders, whoever it is about, who is no approver where one is wanted, and who comes too late."""
    desk = await opened(FollowupOpened("a", "A.", not_by=("U2",)), FollowupOpened("b", "B.", by_approver=True))
    assert (await end(desk, "U5", 1)).reason is Reason.NOT_A_RESPONDER
    assert (await end(desk, "U2", 1)).reason is Reason.OWN_REQUEST
    assert (await end(desk, "U1", 2)).reason is Reason.NOT_AN_APPROVER
    assert (await end(desk, "U1", 9)).reason is Reason.FORGED
    assert (await end(desk, "U1", 1)).allowed
    assert (await end(desk, "U1", 1)).reason is Reason.SETTLED
    close_all = await desk.press("U1", "end_followups", end_followups(desk.policy), revision=None)
    assert close_all.reason is Reason.NOT_AN_APPROVER


async def test_a_restart_loses_no_reminder_and_posts_none_twice() -> None:
    """Wherever the process dies around the post, one reminder stands there in the end."""
    for dies_at in range(8):
        desk = await opened(FollowupOpened("a", "A."))
        desk.clock.time = MONDAY + timedelta(seconds=1)
        desk.life.steps_left = dies_at
        try:
            await desk.work()
        except Killed:
            desk.rise()
            desk.clock.advance(GRACE)
            await desk.work()
        assert [one.partition(": ")[2] for one in said(desk)] == ["a"], dies_at
