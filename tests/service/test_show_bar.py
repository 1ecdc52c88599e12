"""How far a search is, in the thread: one message a search, seldom redrawn, true at its end, and a way to end it."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.approval import Reason
from bot.domain.case import Case
from bot.domain.effects import Effect, EffectKind, effects
from bot.domain.events import MarkedFalsePositive, draft, slack_user
from bot.domain.investigation import RoundFinished, RoundStarted
from bot.domain.search_bar import Progress, SearchBar
from bot.service.show_bar import BAR_EVENT_TYPE, ShowBar
from bot.service.stop_looking import cancel_search, stop_looking
from tests.fakes.desk import Desk, Killed
from tests.fakes.slack_in_memory import PlainPresenter

BEFORE_BAR = timedelta(seconds=3)


def begun(desk: Desk, *, number: int = 0, for_seq: int = 1, owner: str = "") -> RoundStarted:
    """A round that this life begins."""
    return RoundStarted(number, for_seq, owner or desk.standing.owner, desk.clock.now() + timedelta(minutes=10))


async def round_runs(desk: Desk) -> SearchBar:
    """A round that has begun; returns what is to be shown of it."""
    case = await desk.case()
    (bar,) = (await desk.appended(draft(begun(desk, for_seq=case.detection_seq)))).bars
    return bar


def bars(desk: Desk) -> list[str]:
    """What the messages about searches say."""
    return [str(one["text"]) for one in desk.slack.standing(BAR_EVENT_TYPE)]


def due(desk: Desk, case: Case) -> list[Effect]:
    """What is to be done about them, now or later."""
    kinds = (EffectKind.POST_BAR, EffectKind.UPDATE_BAR)
    return [one for one in effects(case, desk.standing) if one.kind in kinds]


async def test_a_search_that_is_over_soon_gets_no_message(desk: Desk) -> None:
    """Before three seconds nothing is posted, and a round that ended by then never is."""
    await round_runs(desk)
    desk.clock.advance(BEFORE_BAR - timedelta(microseconds=1))
    await desk.work()
    assert bars(desk) == []
    case = await desk.appended(draft(RoundFinished(0, {"iam:GetRole": 2}, 1)))
    desk.clock.advance(timedelta(minutes=1))
    await desk.work()
    assert (bars(desk), case.bars) == ([], ())


async def test_a_message_shows_a_round_to_its_end(desk: Desk) -> None:
    """After three seconds it is posted with what was heard last; then it is redrawn, and at the end says so."""
    await round_runs(desk)
    await desk.bar.hear_round(desk.case_id, 0, Progress("early", 1, 9, 1))
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    assert bars(desk) == ["early"]
    await desk.appended(draft(RoundFinished(0, {"iam:GetRole": 2}, 1)))
    await desk.work()
    assert bars(desk) == ["over"]
    assert (await desk.case()).bars == ()
    assert "thread_ts" not in desk.slack.messages[0]


async def test_progress_is_drawn_every_three_seconds(desk: Desk) -> None:
    """What is heard in between waits for its turn, whichever of many searches says it."""
    now = [0.0]
    desk.bar = ShowBar(desk.book, desk.slack, PlainPresenter(), lambda: now[0])
    await round_runs(desk)
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    shown = []
    for seconds in (0.0, 2.9, 3.0, 3.1, 5.9, 6.1):
        now[0] = seconds
        await desk.bar.hear_round(desk.case_id, 0, Progress(str(seconds), 1, 9, 1))
        shown.append(bars(desk)[0])
    assert shown == ["begun", "begun", "3.0", "3.0", "3.0", "6.1"]


async def test_all_cases_together_leave_room_for_what_people_wait_for(desk: Desk) -> None:
    """Twenty redraws a minute reach Slack, however many searches run; a minute later there is room again."""
    now = [0.0]
    desk.bar = ShowBar(desk.book, desk.slack, PlainPresenter(), lambda: now[0])
    await round_runs(desk)
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    sent = Counter[str]()
    desk.slack.step = lambda: sent.update(["update"])
    now[0] = 10.0
    for number in range(30):
        desk.bar._drawn_at.clear()  # noqa: SLF001 - Thirty searches would have a message each.
        await desk.bar.hear_round(desk.case_id, 0, Progress(str(number), 1, 9, 1))
    assert sent["update"] == 20
    now[0] = 70.0
    await desk.bar.hear_round(desk.case_id, 0, Progress("x", 1, 9, 1))
    assert sent["update"] == 21


async def test_progress_never_overtakes_the_end(desk: Desk) -> None:
    """What a search says after its end is not shown."""
    await round_runs(desk)
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    await desk.appended(draft(RoundFinished(0, {}, 1)))
    await desk.bar.hear_round(desk.case_id, 0, Progress("late", 1, 9, 1))
    await desk.work()
    assert bars(desk) == ["over"]


async def test_slack_that_fails_stops_no_search(desk: Desk) -> None:
    """A redraw that Slack refuses is passed over."""
    await round_runs(desk)
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    desk.slack.messages.clear()
    desk.bar = ShowBar(desk.book, desk.slack, PlainPresenter())
    await desk.bar.hear_round(desk.case_id, 0, Progress("x", 1, 9, 1))
    assert bars(desk) == []


async def test_a_deleted_message_is_let_be(desk: Desk) -> None:
    """Somebody deleted it: nothing is tried for ever."""
    await round_runs(desk)
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    desk.slack.messages.pop()
    await desk.appended(draft(RoundFinished(0, {}, 1)))
    await desk.work()
    assert (desk.errors, (await desk.case()).bars) == ([], ())


async def test_a_message_that_slack_refuses_is_not_tried_again(desk: Desk) -> None:
    """Progress is worth one try: what Slack refuses for good is dropped."""
    await round_runs(desk)
    desk.slack.troubles.append("is_archived")
    tried = desk.slack.posts_tried
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    assert desk.slack.posts_tried == tried + 1
    assert due(desk, await desk.case()) == []


@pytest.mark.parametrize("steps", range(8))
async def test_the_message_is_posted_once_over_any_death(desk: Desk, steps: int) -> None:
    """Wherever the process dies, one message stands, the next life goes on with it, and it ends as the round does."""
    await round_runs(desk)
    desk.clock.advance(BEFORE_BAR)
    desk.life.steps_left = steps
    with contextlib.suppress(Killed):
        await desk.work()
        await desk.appended(draft(RoundFinished(0, {}, 1)))
        await desk.work()
    desk.rise()
    desk.clock.advance(timedelta(seconds=61))
    case = await desk.case()
    if case.investigation.started is not None:
        await desk.appended(draft(begun(desk, for_seq=case.detection_seq)))
        await desk.work()
        assert len(bars(desk)) == 1
        await desk.appended(draft(RoundFinished(0, {}, 1)))
    await desk.work()
    assert bars(desk) in (["over"], [])
    assert (len(bars(desk)), (await desk.case()).bars, desk.errors) == (1, (), [])


async def test_a_round_that_is_taken_up_again_keeps_its_message(desk: Desk) -> None:
    """After a restart the same message goes on, and says that the round was cut off."""
    bar = await round_runs(desk)
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    desk.rise()
    case = await desk.appended(draft(begun(desk, for_seq=(await desk.case()).detection_seq)))
    (again,) = case.bars
    assert (again.begun_seq, again.restarts, again.ts is not None) == (bar.begun_seq, 1, True)
    assert [one.kind for one in due(desk, case)] == [EffectKind.UPDATE_BAR]
    await desk.work()
    assert len(bars(desk)) == 1


async def test_a_newer_report_ends_the_message_of_the_round_before(desk: Desk) -> None:
    """The guide is asked anew: the old message says that it ended, the new round has its own."""
    await round_runs(desk)
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    await desk.detect("event-2")
    case = await desk.appended(draft(begun(desk, for_seq=(await desk.case()).detection_seq)))
    assert [(one.overtaken, one.ended_at is not None) for one in case.bars] == [(True, True), (False, False)]
    desk.clock.advance(BEFORE_BAR)
    await desk.work()
    assert bars(desk) == ["over", "begun"]


async def test_a_round_that_began_goes_on_though_the_case_was_closed(desk: Desk) -> None:
    """Or its message would say for ever that it runs; no other round begins."""
    await round_runs(desk)
    case = await desk.appended(draft(MarkedFalsePositive("Ours."), slack_user("U1")))
    asks = replace(desk.standing, investigates=True)
    assert [one.subject for one in effects(case, asks) if one.kind is EffectKind.INVESTIGATE] == ["0"]
    over = await desk.appended(draft(RoundFinished(0, {}, 1)))
    assert [one for one in effects(over, asks) if one.kind is EffectKind.INVESTIGATE] == []


class TestCancel:
    """The button below it."""

    async def cancel(self, desk: Desk, seq: int, user: str = "U1") -> object:
        """Somebody presses it."""
        return await desk.press(user, "cancel_search", cancel_search(desk.policy, seq), revision=None)

    async def test_it_ends_the_round(self, desk: Desk) -> None:
        """The log says who wants that, once; a second press is told so, and after the end that it is over."""
        bar = await round_runs(desk)
        assert (await self.cancel(desk, bar.begun_seq)).allowed  # type: ignore[attr-defined]
        case = await desk.case()
        assert (case.investigation.stop_by, case.bars[0].stop_by) == (slack_user("U1"), slack_user("U1"))
        second = await self.cancel(desk, bar.begun_seq, "U2")
        assert second.reason is Reason.ALREADY_REQUESTED  # type: ignore[attr-defined]
        await desk.appended(draft(RoundFinished(0, {}, 1, slack_user("U1"))))
        late = await self.cancel(desk, bar.begun_seq)
        assert late.sentence == "This search is over already. Nothing was done."  # type: ignore[attr-defined]
        assert len(desk.kinds("round:stop_asked")) == 1

    async def test_an_old_button_ends_no_newer_round(self, desk: Desk) -> None:
        """It names its own search."""
        bar = await round_runs(desk)
        await desk.appended(draft(RoundFinished(0, {}, 1)))
        await desk.appended(draft(begun(desk, number=1, for_seq=(await desk.case()).detection_seq)))
        assert not (await self.cancel(desk, bar.begun_seq)).allowed  # type: ignore[attr-defined]
        assert (await desk.case()).investigation.stop_by is None

    async def test_who_may_not_press_may_not_cancel(self, desk: Desk) -> None:
        """As every control of the card."""
        bar = await round_runs(desk)
        decision = await self.cancel(desk, bar.begun_seq, "U5")
        assert decision.reason is Reason.NOT_A_RESPONDER  # type: ignore[attr-defined]
        assert (await desk.case()).bars[0].stop_by is None

    async def test_stop_looking_on_the_card_shows_there_too(self, desk: Desk) -> None:
        """Both controls end the same round."""
        bar = await round_runs(desk)
        await desk.press("U1", "stop_looking", stop_looking(desk.policy), revision=None)
        assert (await desk.case()).bars[0].stop_by == slack_user("U1")
        assert not (await self.cancel(desk, bar.begun_seq)).allowed  # type: ignore[attr-defined]
