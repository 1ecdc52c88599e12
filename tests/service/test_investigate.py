"""The investigation: every question gets its answer, whatever AWS says, and a dead process's round is taken up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain import answer
from bot.domain.answer import Answer, Question, answered
from bot.domain.audit import Draft
from bot.domain.ca_facts import CaFacts
from bot.domain.case import Case
from bot.domain.effects import EffectKind, Standing, effects
from bot.domain.errors import LogConflict
from bot.domain.events import draft, slack_user
from bot.domain.investigation import ROUNDS_AFTER, StopAsked
from bot.domain.search_bar import Progress
from bot.service.case_book import Rule
from bot.service.guide.inquiry import Inquiry, Sources, Step
from bot.service.investigate import Investigate
from bot.service.shared_reads import SharedReads
from tests.fakes.desk import Desk
from tests.fakes.fake_search import FakeSearch

ONE, TWO = Question("one", ("1",), "One?"), Question("two", ("2",), "Two?")


async def _finds(inquiry: Inquiry) -> AsyncIterator[Answer]:
    yield answered("one", f"round {inquiry.round}")
    await inquiry.aws().call("rolesanywhere", "GetTrustAnchor", trustAnchorId=inquiry.case.target.anchor_id)
    yield answered("two", "seen in AWS")


async def _breaks(inquiry: Inquiry) -> AsyncIterator[Answer]:
    yield answered("one", "before")
    raise KeyError(inquiry.round)


async def _three(_inquiry: Inquiry) -> AsyncIterator[Answer]:
    yield answered("three", "three")


def step(ask: object = _finds, **changes: object) -> Step:
    """A step with two questions."""
    given = {"permissions": ("rolesanywhere:GetTrustAnchor",), "again": True, **changes}
    return Step("step", "A step", (ONE, TWO), ask=ask, **given)  # type: ignore[arg-type]


async def _nobody(_progress: Progress) -> None:
    return


def investigate(desk: Desk, *steps: Step) -> Investigate:
    """The use case over a desk's world."""
    sources = Sources(desk.aws, FakeSearch(), shared=SharedReads(desk.clock), read_certificates=lambda _: CaFacts())
    return Investigate(desk.book, steps, sources, desk.clock)


async def test_every_question_is_answered_and_calls_are_counted(desk: Desk) -> None:
    """A round ends with an answer for each question and the number of API calls."""
    await investigate(desk, step())(desk.case_id, 0, _nobody)
    known = (await desk.case()).investigation
    assert {one.sentence for one in known.answers.values()} == {"round 0", "seen in AWS"}
    assert (dict(known.calls), known.finished) == ({"rolesanywhere:GetTrustAnchor": 1}, 1)


async def test_it_says_how_far_it_is(desk: Desk) -> None:
    """Each step that is over is told, with how many of all there are and how many calls were made so far."""
    heard: list[Progress] = []

    async def hear(progress: Progress) -> None:
        heard.append(progress)

    sound = Step("sound", "Sound", (Question("three", ("3",), ""),), (), _three, after=("step",))
    await investigate(desk, step(), sound)(desk.case_id, 0, hear)
    assert heard == [Progress("A step: answered", 1, 2, 1), Progress("Sound: answered", 2, 2, 1)]


async def test_a_refusal_names_the_missing_permission(desk: Desk) -> None:
    """What was found before AWS refused stays, and the rest says what is missing."""
    desk.aws.fail("rolesanywhere:GetTrustAnchor", "deny")
    await investigate(desk, step())(desk.case_id, 0, _nobody)
    answers = (await desk.case()).investigation.answers
    assert answers["one"].standing is answer.Standing.ANSWERED
    assert (answers["two"].standing, answers["two"].missing) == (
        answer.Standing.NOT_ALLOWED,
        ("rolesanywhere:GetTrustAnchor",),
    )


async def test_a_defect_in_a_step_is_said_and_stops_no_other(desk: Desk) -> None:
    """A step that breaks leaves its question open with a reason, and the round goes on."""
    sound = Step("sound", "", (Question("three", ("3",), ""),), (), _three)
    await investigate(desk, step(_breaks), sound)(desk.case_id, 0, _nobody)
    answers = (await desk.case()).investigation.answers
    assert answers["two"].standing is answer.Standing.COULD_NOT_CHECK
    assert (answers["one"].sentence, answers["three"].sentence) == ("before", "three")


@pytest.mark.parametrize("number", range(len(ROUNDS_AFTER)))
async def test_rounds_are_due_when_cloudtrail_may_have_more(desk: Desk, number: int) -> None:
    """Each round is due at its time after the detection, and not before."""
    ask = investigate(desk, step())
    for before in range(number):
        desk.clock.advance(ROUNDS_AFTER[before] - (desk.clock.now() - _detected(await desk.case())))
        await ask(desk.case_id, before, _nobody)
    case = await desk.case()
    (due,) = [one for one in effects(case, _asks(desk)) if one.kind is EffectKind.INVESTIGATE]
    assert (due.subject, due.at) == (str(number), _detected(case) + ROUNDS_AFTER[number])


async def test_a_round_that_is_over_is_not_asked_again(desk: Desk) -> None:
    """Whoever comes late with the same round changes nothing."""
    ask = investigate(desk, step())
    await ask(desk.case_id, 0, _nobody)
    with pytest.raises(LogConflict):
        await ask(desk.case_id, 0, _nobody)


async def test_a_round_goes_on_where_a_dead_process_left_it(desk: Desk) -> None:
    """The next life asks only the steps that have no answer yet."""
    asked: list[str] = []

    def noting(name: str) -> Step:
        async def ask(_inquiry: Inquiry) -> AsyncIterator[Answer]:
            asked.append(name)
            yield answered(name, name)

        return Step(name, name, (Question(name, ("1",), name),), (), ask)

    async def dies(_inquiry: Inquiry) -> AsyncIterator[Answer]:
        raise LogConflict(desk.case_id, 0)
        yield

    dying = Step("second", "", (Question("second", ("1",), ""),), (), dies, after=("first",))
    with pytest.raises(ExceptionGroup):
        await investigate(desk, noting("first"), dying)(desk.case_id, 0, _nobody)
    desk.rise()
    await investigate(desk, noting("first"), noting("second"))(desk.case_id, 0, _nobody)
    assert asked == ["first", "second"]


@pytest.mark.parametrize(("minutes", "same"), [(29, True), (31, False)])
async def test_a_round_asks_the_same_after_a_restart(desk: Desk, minutes: int, same: bool) -> None:  # noqa: FBT001
    """Until when it searches and for what stay for half an hour, so that its searches go on; then nothing is kept."""
    asked: list[Inquiry] = []

    async def dies(inquiry: Inquiry) -> AsyncIterator[Answer]:
        asked.append(inquiry)
        raise LogConflict(desk.case_id, 0)
        yield

    async def lives(inquiry: Inquiry) -> AsyncIterator[Answer]:
        asked.append(inquiry)
        yield answered("one", "one")
        yield answered("two", "two")

    with pytest.raises(ExceptionGroup):
        await investigate(desk, step(dies))(desk.case_id, 0, _nobody)
    desk.rise()
    desk.clock.advance(timedelta(minutes=minutes))
    search = FakeSearch()
    sources = Sources(desk.aws, search, shared=SharedReads(desk.clock), read_certificates=lambda _: CaFacts())
    await Investigate(desk.book, (step(lives),), sources, desk.clock)(desk.case_id, 0, _nobody)
    first, second = asked
    assert ((first.now == second.now), first.kept_for == second.kept_for) == (same, True)
    assert search.forgotten == [second.kept_for]


async def test_a_new_detection_begins_the_rounds_anew(desk: Desk) -> None:
    """An update of the anchor is looked into from the start."""
    await investigate(desk, step())(desk.case_id, 0, _nobody)
    desk.clock.advance(timedelta(minutes=1))
    await desk.detect("event-2")
    case = await desk.case()
    (due,) = [one for one in effects(case, _asks(desk)) if one.kind is EffectKind.INVESTIGATE]
    assert (due.subject, due.at) == ("0", desk.clock.now())


def _detected(case: Case) -> datetime:
    assert case.detected_at is not None
    return case.detected_at


def _asks(desk: Desk) -> Standing:
    return replace(desk.standing, investigates=True)


async def test_a_person_ends_a_round_and_what_is_known_stays(desk: Desk) -> None:
    """The step that runs is given up, its open question says why, and the next round asks it again."""
    asking = asyncio.Event()

    async def ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
        yield answered("one", "known")
        asking.set()
        if inquiry.round == 0:
            await asyncio.Event().wait()
        yield answered("two", "known at last")

    quick = Step("quick", "", (Question("three", ("3",), ""),), (), _three)
    sources = Sources(desk.aws, FakeSearch(), shared=SharedReads(desk.clock), read_certificates=lambda _: CaFacts())
    slow = step(ask, again=False)
    look = Investigate(desk.book, (quick, slow), sources, desk.clock, seconds_between_looks=0.01)
    round_ = asyncio.create_task(look(desk.case_id, 0, _nobody))
    await asking.wait()
    await desk.book.decide(desk.case_id, _once(StopAsked(0), slack_user("U1")))
    async with asyncio.timeout(5):
        await round_
    case = await desk.case()
    known = case.investigation
    assert (known.finished, known.started, known.stop_by) == (1, None, None)
    assert known.answers["three"].sentence == "three"
    assert answer.is_stopped(known.answers["two"])
    (finished,) = [one for one in await desk.book.entries(case, 0, case.head.seq) if one.kind == "round:finished"]
    assert finished.data["stopped_by"] == slack_user("U1")
    await look(desk.case_id, 1, _nobody)
    assert (await desk.case()).investigation.answers["two"].sentence == "known at last"


async def test_a_stop_that_a_dead_process_left_ends_the_round_at_once(desk: Desk) -> None:
    """The next life asks nothing more and writes who ended it."""

    async def dies(_inquiry: Inquiry) -> AsyncIterator[Answer]:
        await desk.book.decide(desk.case_id, _once(StopAsked(0), slack_user("U1")))
        raise LogConflict(desk.case_id, 0)
        yield

    with pytest.raises(ExceptionGroup):
        await investigate(desk, step(dies))(desk.case_id, 0, _nobody)
    desk.rise()
    await investigate(desk, step(dies))(desk.case_id, 0, _nobody)
    assert (await desk.case()).investigation.finished == 1


async def test_what_is_new_in_a_round_is_remembered(desk: Desk) -> None:
    """An answer that says the same at another time is no news; all answers of the first round are."""

    async def ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
        yield answered("one", f"None until 12:0{inquiry.round}.")
        yield answered("two", f"{inquiry.round} found.")

    look = investigate(desk, step(ask))
    await look(desk.case_id, 0, _nobody)
    await look(desk.case_id, 1, _nobody)
    news = (await desk.case()).investigation.news
    assert dict(news) == {0: {"one", "two"}, 1: {"two"}}


def _once(event: StopAsked, by: str) -> Rule:
    def rule(case: Case) -> Sequence[Draft]:
        return [] if case.investigation.stop_by else [draft(event, by)]

    return rule
