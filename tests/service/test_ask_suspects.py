"""Was it you: whoever has the caller's name is asked once, by itself, and their word decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.approval import Reason
from bot.domain.case import Case
from bot.domain.detection import Actor
from bot.domain.effects import Effect, EffectKind
from bot.domain.events import draft
from bot.domain.people import Person
from bot.domain.suspicion import MOST_ASKED, Named, SuspectAnswered, SuspectsLooked
from bot.domain.verdict import Priority, verdict
from bot.service.ask_suspects import SUSPECTS_EVENT_TYPE, AskSuspects, answer_suspect
from bot.slack.suspect_question import SuspectQuestion
from tests.domain.test_suspect import center
from tests.fakes.desk import Desk
from tests.fakes.slack_in_memory import CHANNEL
from tests.service.test_suspect import NAMED, SURE, desk_of, report


class AskingDesk(Desk):
    """A desk that asks the suspects by itself."""

    def rise(self) -> None:
        """Begin a life, as every desk does."""
        super().rise()
        self.standing = replace(self.standing, asks_suspects=True)
        self.suspects = AskSuspects(self.book, self.slack, SuspectQuestion(CHANNEL), self.directory)

    def _doer(self, effect: Effect) -> Callable[[Case], Any]:
        own: dict[EffectKind, Callable[[Case], Any]] = {
            EffectKind.FIND_SUSPECTS: self.suspects.find,
            EffectKind.POST_SUSPECTS: lambda case: self.suspects.post(case, effect),
            EffectKind.UPDATE_SUSPECTS: self.suspects.update,
        }
        return own.get(effect.kind) or super()._doer(effect)


async def asked(caller: Actor = NAMED) -> Desk:
    """A desk that has asked what this caller's call asks for."""
    return await desk_of(caller, AskingDesk)


def questions(desk: Desk) -> list[str]:
    """What the questions say now, oldest first."""
    return [str(one["blocks"]) for one in desk.slack.standing(SUSPECTS_EVENT_TYPE)]


async def test_who_has_the_name_is_asked_in_the_thread() -> None:
    """Once, with two buttons, and again nothing is due."""
    desk = await asked()
    (shown,) = questions(desk)
    assert "<@U2> (the call came under a user name like theirs) is asked; no answer yet." in shown
    assert ("it_was_me" in shown, "it_was_not_me" in shown) == (True, True)
    await desk.work()
    assert len(questions(desk)) == len(desk.kinds("suspects:looked")) == 1


async def test_nobody_is_asked_when_nobody_has_the_name() -> None:
    """That they were compared stands in the log, once."""
    desk = await asked(Actor(arn="arn:aws:iam::111122223333:user/mallory", kind="IAMUser"))
    assert (questions(desk), len(desk.kinds("suspects:looked"))) == ([], 1)


@pytest.mark.parametrize("was_me", [True, False])
async def test_the_word_is_kept_and_shown(*, was_me: bool) -> None:
    """The question loses its buttons; only a no changes the priority, and to high."""
    desk = await asked()
    before = await desk.case()
    assert (await desk.press("U2", "it_was", answer_suspect(was_me=was_me), revision=None)).allowed
    await desk.work()
    (shown,) = questions(desk)
    assert ("it was them" in shown, "it was *not* them" in shown, "it_was_me" in shown) == (was_me, not was_me, False)
    case = await desk.case()
    (suspect,) = case.suspicion.people
    assert (suspect.was_me, suspect.said_at) == (was_me, desk.clock.now())
    high = verdict(case.flags, ()).priority is Priority.HIGH
    assert (high, case.revision) == (not was_me, before.revision)


async def test_the_word_gives_no_part_back() -> None:
    """A suspect who says that it was not them still closes nothing."""
    desk = await asked()
    await desk.press("U2", "it_was_not_me", answer_suspect(was_me=False), revision=None)
    assert (await desk.close("U2")).reason is Reason.SUSPECT


async def test_nobody_else_answers_and_nobody_twice() -> None:
    """Each no says why."""
    desk = await asked()
    rule = answer_suspect(was_me=True)
    assert (await desk.press("U3", "it_was_me", rule, revision=None)).reason is Reason.NOT_ASKED
    assert (await desk.press("U2", "it_was_me", rule, revision=None)).allowed
    assert (await desk.press("U2", "it_was_me", rule, revision=None)).reason is Reason.SETTLED


async def test_a_person_who_left_does_not_answer() -> None:
    """Also when they were asked before."""
    desk = await asked()
    desk.directory.people["U2"] = replace(desk.directory.people["U2"], active=False)
    rule = answer_suspect(was_me=True)
    assert (await desk.press("U2", "it_was_me", rule, revision=None)).reason is Reason.NOT_ASKED


async def test_a_later_caller_brings_a_question_of_its_own() -> None:
    """It names both; a later call by the same caller asks nobody again."""
    desk = await asked()
    desk.directory.people["U9"] = Person("U9", responder=True, names=("zoe",))
    await report(desk, center("zoe"), "event-2")
    await desk.work()
    assert len(questions(desk)) == 2
    assert ("<@U2>" in questions(desk)[1], "<@U9>" in questions(desk)[1]) == (True, True)
    await report(desk, SURE, "event-3")
    await desk.work()
    assert len(questions(desk)) == 2


async def test_the_log_lets_only_the_asked_answer_and_only_some_be_asked() -> None:
    """Whatever is appended behind the back of all rules."""
    desk = await asked()
    case = await desk.appended(draft(SuspectAnswered(was_me=True), "slack:U3"), draft(SuspectAnswered(was_me=True)))
    assert [one.was_me for one in case.suspicion.people] == [None]
    many = tuple(Named(f"U{number}", "a session name", sure=False) for number in range(100, 200))
    case = await desk.appended(draft(SuspectsLooked(case.detection_seq, many)))
    assert len(case.suspicion.people) == MOST_ASKED


async def test_nobody_is_asked_about_a_closed_case() -> None:
    """Such as one that was closed before there was this question; once it is open again they are."""
    desk = await desk_of(NAMED)
    await desk.close("U1")
    desk.__class__ = AskingDesk
    desk.rise()
    await desk.work()
    assert (questions(desk), desk.kinds("suspects:looked")) == ([], [])
    await desk.reopen("U1")
    await desk.work()
    assert len(questions(desk)) == 1
