"""The closing note: written by a responder, kept in the log, and its points reminded of until somebody ends them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.approval import Decision, Reason
from bot.domain.closing_points import cause_of, done_of, open_points, points_in, points_of
from bot.service import read_back, still_allowed
from bot.service.end_followup import end_followup
from bot.service.show_case import NOTE_EVENT_TYPE
from bot.service.show_followups import FOLLOWUPS_EVENT_TYPE
from bot.service.write_closing_note import OPEN_POINTS, may_write_closing_note, write_closing_note
from tests.fakes.desk import Desk
from tests.fakes.slack_in_memory import NOON


@pytest.fixture
async def contained(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A case that U1 contained at noon of a Sunday."""
    monkeypatch.setattr(read_back, "_LOOK_AGAIN_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(still_allowed, "_ASK_AGAIN_SECONDS", (0.0, 0.0))
    desk = Desk()
    await desk.detect()
    await desk.work()
    assert (await desk.ask("U1", "disable_trust_anchor")).allowed
    await desk.work()
    return desk


async def write(desk: Desk, points: str, user_id: str = "U1", **more: Any) -> Decision:
    """Somebody sends the form."""
    given = {"revision": None, "reason": "A leaked key.", "entered": {OPEN_POINTS: points}, **more}
    decision = await desk.press(user_id, "write_closing_note", write_closing_note(desk.policy), **given)
    await desk.note_due()
    return decision


def reminders(desk: Desk) -> list[str]:
    """The lists of open points in the thread."""
    return [str(one["text"]) for one in desk.slack.standing(FOLLOWUPS_EVENT_TYPE)]


async def test_the_note_stands_in_the_thread_and_its_points_come_back(contained: Desk) -> None:
    """The list comes at once, again on Monday morning, and no more once the last point is ended."""
    assert (await write(contained, "Pin the roles.\n- Harden.\n\nHarden.")).allowed
    case = await contained.case()
    assert case.aftermath.closing is not None
    assert (case.aftermath.closing.cause, case.aftermath.closing.user_id) == ("A leaked key.", "U1")
    assert case.aftermath.closing.points == ("Pin the roles.", "Harden.")
    assert any("closing_note:written" in str(one["text"]) for one in contained.slack.standing(NOTE_EVENT_TYPE))
    assert len(reminders(contained)) == 1
    contained.clock.time = NOON + timedelta(hours=21, minutes=1)
    await contained.work()
    assert len(reminders(contained)) == 2
    for number in (1, 2):
        rule = end_followup(contained.policy, number)
        assert (await contained.press("U2", "end_followup", rule, revision=None)).allowed
    contained.clock.advance(timedelta(days=30))
    await contained.work()
    assert len(reminders(contained)) == 2
    assert open_points(await contained.case()) == ()


async def test_a_correction_keeps_what_stays_and_ends_what_was_taken_out(contained: Desk) -> None:
    """The point that stays keeps its number and its reminders; the newest note counts."""
    await write(contained, "One.\nTwo.")
    assert (await write(contained, "Two.\nThree.", user_id="U2")).allowed
    case = await contained.case()
    assert open_points(case) == ("Two.", "Three.")
    assert [one.number for one in case.followups.open] == [2, 3]
    assert len(contained.kinds("followup:opened")) == 3
    assert case.aftermath.closing is not None
    assert case.aftermath.closing.user_id == "U2"


async def test_who_may_not_write_one_is_told_why(contained: Desk) -> None:
    """Outsiders, a note without a cause, and too many points."""
    assert (await write(contained, "", user_id="U5")).reason is Reason.NOT_A_RESPONDER
    assert (await write(contained, "", reason="  ")).reason is Reason.REASON_MISSING
    many = "\n".join(f"Point {number}." for number in range(13))
    assert (await write(contained, many)).reason is Reason.NOT_IN_THIS_STATE
    assert (await contained.case()).aftermath.closing is None


async def test_an_open_case_has_no_closing_note() -> None:
    """There is nothing to close yet; once it is closed there is."""
    desk = Desk()
    await desk.detect()
    await desk.work()
    rule = may_write_closing_note(desk.policy)
    assert (await desk.press("U1", "write_closing_note", rule)).reason is Reason.NOT_IN_THIS_STATE
    assert (await desk.close("U1")).allowed
    assert (await desk.press("U1", "write_closing_note", rule)).allowed


async def test_the_form_begins_with_what_is_known(contained: Desk) -> None:
    """Who did what and when, what Anchorwatch did, and that the trust anchor is only disabled."""
    case = await contained.case()
    assert cause_of(case).startswith("arn:aws:iam::")
    assert "CreateTrustAnchor" in cause_of(case)
    assert "settles it" not in cause_of(case)
    (done,) = done_of(case)
    assert "UTC, disable trust anchor: " in done
    assert "it is only disabled" in points_of(case)[0]


async def test_points_of_any_form_are_lines(contained: Desk) -> None:
    """Bullets, blank lines and the same twice."""
    assert points_in("• a\n- b\n\n  a  \r\nc") == ("a", "b", "c")
    assert points_in("   \n") == ()
    assert not (await contained.case()).followups.points
