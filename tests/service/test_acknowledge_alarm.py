"""What came back rings until somebody says that they have it, and rings again when something else comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.alarm_reminders import next_call
from bot.domain.alarms import AlarmAcknowledged, AlarmRaised
from bot.domain.approval import Decision, Reason
from bot.domain.case import Case
from bot.domain.events import MarkedFalsePositive, draft, slack_user
from bot.domain.mornings import Mornings
from bot.service.acknowledge_alarm import acknowledge_alarm
from bot.service.watch_containment import ALARM_EVENT_TYPE, ALARM_REMINDER_EVENT_TYPE
from tests.fakes.desk import GRACE, Desk, Killed

SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


async def rung(*about: str, calls: bool = True) -> Desk:
    """A contained case on a Saturday in which these came back."""
    desk = Desk()
    desk.clock.time = SATURDAY
    await desk.detect()
    await desk.work()
    assert (await desk.ask("U1", "disable_trust_anchor")).allowed
    await desk.work()
    for one in about:
        await desk.appended(draft(AlarmRaised(f"{one} is back.", (one,), calls=calls)))
    await desk.work()
    return desk


async def acknowledge(desk: Desk, user_id: str, through: int) -> Decision:
    """Somebody presses Acknowledge on the alarm of this entry."""
    rule = acknowledge_alarm(desk.policy, through)
    return await desk.press(user_id, "acknowledge_alarm", rule, revision=None)


async def seqs(desk: Desk) -> list[int]:
    """The entries of the alarms."""
    return [one.seq for one in (await desk.case()).aftermath.alarms]


def said(desk: Desk, event_type: str = ALARM_REMINDER_EVENT_TYPE) -> list[str]:
    """The messages of this kind in the thread, oldest first."""
    return [str(one["text"]) for one in desk.slack.standing(event_type)]


async def later(desk: Desk, **span: float) -> list[str]:
    """The reminders after so much more time."""
    desk.clock.advance(timedelta(**span))
    await desk.work()
    return said(desk)


async def test_it_comes_again_until_somebody_acknowledges_it() -> None:
    """After ten minutes, then more seldom; the message then names who has it, and nothing comes any more."""
    desk = await rung("a")
    assert await later(desk, minutes=9) == []
    assert await later(desk, minutes=2) == ["1: a is back."]
    assert len(await later(desk, minutes=10)) == 1
    assert len(await later(desk, minutes=10)) == 2
    assert (await acknowledge(desk, "U2", *await seqs(desk))).allowed
    assert len(await later(desk, days=9)) == 2
    assert said(desk, ALARM_EVENT_TYPE) == ["a is back. U2"]
    (alarm,) = (await desk.case()).aftermath.alarms
    assert alarm.acknowledged_by == "U2"
    assert [one.by for one in desk.kinds("alarm:acknowledged")] == [slack_user("U2")]


async def test_a_second_return_rings_again() -> None:
    """Whoever has the first one has not the second; the reminder then names the second only."""
    desk = await rung("a")
    assert (await acknowledge(desk, "U2", *await seqs(desk))).allowed
    await desk.appended(draft(AlarmRaised("b is back.", ("b",), calls=True)))
    await desk.work()
    assert said(desk, ALARM_EVENT_TYPE)[-1] == "b is back."
    assert await later(desk, minutes=11) == ["1: b is back."]


async def test_one_press_is_enough_for_those_before_it() -> None:
    """Three came back and the newest is acknowledged: no other waits. On an older one only that one is."""
    desk = await rung("a", "b", "c")
    first, _, last = await seqs(desk)
    assert (await acknowledge(desk, "U2", first)).allowed
    assert [one.waits for one in (await desk.case()).aftermath.alarms] == [False, True, True]
    assert (await acknowledge(desk, "U1", last)).allowed
    case = await desk.case()
    assert [one.acknowledged_by for one in case.aftermath.alarms] == ["U2", "U1", "U1"]


async def test_who_can_not_acknowledge_is_told_why() -> None:
    """Outsiders, who comes too late, and a button that names no alarm."""
    desk = await rung("a")
    (seq,) = await seqs(desk)
    assert (await acknowledge(desk, "U5", seq)).reason is Reason.NOT_A_RESPONDER
    assert (await acknowledge(desk, "U1", 1)).reason is Reason.FORGED
    assert (await acknowledge(desk, "U1", seq)).allowed
    late = await acknowledge(desk, "U2", seq)
    assert (late.reason, late.sentence) == (Reason.SETTLED, "<@U1> has acknowledged this already.")
    assert (await acknowledge(desk, "U3", seq)).sentence == "<@U1> has acknowledged this already."
    assert (await acknowledge(desk, "U1", seq)).sentence == "You have acknowledged this already."


async def test_an_alarm_of_an_older_log_stays_silent() -> None:
    """It was told when there was no button: no reminder about last year comes after an upgrade."""
    desk = await rung("a", calls=False)
    assert await later(desk, days=2) == []
    assert (await acknowledge(desk, "U1", *await seqs(desk))).reason is Reason.SETTLED


async def test_a_case_that_was_called_harmless_reminds_nobody() -> None:
    """Somebody closed it as a false positive, which answers the alarm too."""
    desk = await rung("a")
    await desk.appended(draft(MarkedFalsePositive("Ours."), slack_user("U1")))
    assert await later(desk, days=1) == []


async def test_of_missed_reminders_one_comes_and_then_mornings() -> None:
    """After an outage of a day one comes at once, and the next on Monday, then each working day for good."""
    desk = await rung("a")
    assert len(await later(desk, days=1)) == 1
    assert len(await later(desk, hours=8)) == 1
    for day in range(4):
        desk.clock.time = MONDAY + timedelta(days=day, seconds=1)
        await desk.work()
        assert len(said(desk)) == 2 + day


@pytest.mark.parametrize("dies_at", range(8))
async def test_a_restart_loses_no_reminder_and_posts_none_twice(dies_at: int) -> None:
    """Wherever the process dies around the post, one reminder stands there in the end."""
    desk = await rung("a")
    desk.clock.advance(timedelta(minutes=11))
    desk.life.steps_left = dies_at
    try:
        await desk.work()
    except Killed:
        desk.rise()
    desk.clock.advance(GRACE)
    await desk.work()
    assert said(desk) == ["1: a is back."]


async def test_nobody_else_than_a_person_acknowledges() -> None:
    """An entry without a person's name changes nothing."""
    desk = await rung("a")
    (seq,) = await seqs(desk)
    case: Case = await desk.appended(draft(AlarmAcknowledged(seq)))
    assert case.aftermath.waiting
    assert next_call(case, Mornings()) == case.aftermath.alarms[0].at + timedelta(minutes=10)
