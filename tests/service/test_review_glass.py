"""The review of a broken glass: a reminder each working morning that only another approver's words end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.approval import Reason
from bot.domain.events import draft, slack_user
from bot.domain.followups import FollowupEnded, FollowupOpened
from bot.domain.glass import GlassReviewed
from bot.service.end_followup import end_followup, end_followups
from bot.service.show_followups import FOLLOWUPS_EVENT_TYPE
from tests.fakes.desk import PEOPLE, Desk
from tests.fakes.glass_desk import break_glass, desk_with, request_of, review_glass, waiting

MONDAY = datetime(2026, 11, 23, 9, 0, 1, tzinfo=UTC)


async def broken(user_id: str = "U4") -> Desk:
    """A glass that U1 asked through and somebody broke; it ran."""
    desk = await waiting(await desk_with())
    assert (await break_glass(desk, user_id)).allowed
    await desk.work()
    return desk


def reminders(desk: Desk) -> list[str]:
    """The reminders in the thread, oldest first."""
    return [str(one["text"]) for one in desk.slack.standing(FOLLOWUPS_EVENT_TYPE)]


async def test_the_reminder_comes_each_working_morning_until_it_is_reviewed() -> None:
    """Also after the first week, on Mondays to Fridays; then never again."""
    desk = await broken()
    assert reminders(desk) == []
    for number, day in enumerate((0, 1, 2, 3, 4, 7, 8, 9), 1):
        desk.clock.time = MONDAY + timedelta(days=day)
        await desk.work()
        assert reminders(desk) == ["new: glass:R1"] * number
    assert (await review_glass(desk, "U2", right=False, reason="It could have waited.")).allowed
    desk.clock.time += timedelta(days=30)
    await desk.work()
    assert reminders(desk)[-1] == "changed: "
    glass = (await request_of(desk)).glass
    assert glass is not None
    assert glass.review is not None
    assert (glass.review.user_id, glass.review.was_right) == ("U2", False)
    assert glass.review.words == "It could have waited."


async def test_only_another_person_who_could_have_approved_it_reviews_it() -> None:
    """Not who broke it, not who asked, not who is no approver, not a suspect, not without words, and only once."""
    desk = await broken()
    assert (await review_glass(desk, "U4")).reason is Reason.OWN_REQUEST
    assert (await review_glass(desk, "U1")).reason is Reason.OWN_REQUEST
    assert (await review_glass(desk, "U5")).reason is Reason.NOT_AN_APPROVER
    desk.directory.people["U3"] = replace(PEOPLE["U3"], names=("mallory",))
    assert (await review_glass(desk, "U3")).reason is Reason.SUSPECT
    assert (await review_glass(desk, "U2", reason=" ")).reason is Reason.REASON_MISSING
    assert (await review_glass(desk, "U2", "R9")).reason is Reason.FORGED
    assert (await review_glass(desk, "U2")).allowed
    assert (await review_glass(desk, "U2")).reason is Reason.SETTLED


async def test_done_does_not_close_a_review() -> None:
    """Neither Done nor Close All, nor an entry that says so behind the back of all rules."""
    desk = await broken()
    done = await desk.press("U2", "end_followup", end_followup(desk.policy, 1), revision=None)
    assert done.reason is Reason.NOT_IN_THIS_STATE
    close_all = await desk.press("U2", "end_followups", end_followups(desk.policy), revision=None)
    assert close_all.reason is Reason.NOT_IN_THIS_STATE
    case = await desk.appended(
        draft(FollowupEnded("glass:R1"), slack_user("U2")), draft(FollowupOpened("glass:R1", "Other words."))
    )
    assert [one.sentence for one in case.followups.open] == ["Review the broken glass."]


async def test_a_forged_review_does_not_count() -> None:
    """By who broke it, by who asked, by nobody, or without words."""
    desk = await broken()
    for by, words in (("slack:U4", "x"), ("slack:U1", "x"), ("anchorwatch", "x"), ("slack:U2", " ")):
        case = await desk.appended(draft(GlassReviewed("R1", was_right=True, words=words), by))
        assert [one.key for one in case.followups.open] == ["glass:R1"]
