"""The thread's notes of rounds: all of it once, then only what changed, in one message that Slack takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain import events as ev
from bot.domain.answer import Answer, Question, Standing, answered, could_not_check, does_not_apply, not_allowed
from bot.domain.case import Case
from bot.domain.event_search import Scan
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered
from bot.sandbox.hands import texts
from bot.service.guide.inquiry import Step
from bot.slack.controls import Controls
from bot.slack.guide_notes import round_line
from bot.slack.notes import Notes
from tests.slack.card_states import ACTIONS, AVA, BEN, CARLA, CHANNEL, NOON, Event, at_noon, case_in
from tests.slack.hostile_surfaces import never_asked
from tests.slack.what_slack_shows import complaints

PEOPLE = {AVA, BEN, CARLA}
CALLS = {"cloudtrail:LookupEvents": 2}


def step(number: int, questions: int = 3) -> Step:
    """A step with some questions."""
    named = tuple(Question(f"q{number}-{one}", ("1",), f"Question {one} of {number}?") for one in range(questions))
    return Step(f"s{number}", f"Step {number}", named, (), never_asked, again=True)


def note(*rounds: tuple[int, tuple[Answer, ...], str | None], steps: tuple[Step, ...]) -> Mapping[str, Any]:
    """The note of the last of these rounds: number, answers, and who ended it."""
    case: Case = case_in("new")[0]
    for number, answers, stopped_by in rounds:
        happened: list[Event] = [
            (RoundStarted(number, case.detection_seq, "me", NOON), ev.ANCHORWATCH),
            (StepAnswered(number, "s", answers), ev.ANCHORWATCH),
            (RoundFinished(number, CALLS, 2_000, stopped_by), ev.ANCHORWATCH),
        ]
        case, entries = at_noon(*happened, before=case)
    notes = Notes(CHANNEL, "C07ANCHOROP", Controls(ACTIONS), "<!subteam^S07APPROVER>", steps)
    message = notes.note(case, entries[-1:])
    assert complaints(message.rich, PEOPLE, set()) == []
    assert complaints(message.plain(), PEOPLE, set()) == []
    return message.rich


def test_the_first_note_has_the_answers_by_step() -> None:
    """Title, a line an answer, evidence below, and what is open once at the end."""
    answers = (
        answered("q1-0", "It was used.", lines=("one line",), not_checked=("Other Regions.",)),
        not_allowed("q1-1", "iam:GetRole"),
        does_not_apply("q1-2", "No key."),
    )
    said = texts(note((0, answers, None), steps=(step(1),))["blocks"])
    assert said.startswith("*The guide, answered* in 2 s and 2 AWS calls.\n*Step 1*\n• It was used.\n")
    assert "Question 0 of 1?\n  one line" in said
    assert said.endswith(
        "*Not checked*\n• AWS refused `iam:GetRole`: the read role lacks it.\n• Other Regions.\n"
        "1 question does not apply here."
    )
    assert "No key." not in said


def test_a_persons_word_has_a_name() -> None:
    """In the note as a mention."""
    said = texts(note((0, (answered("q1-0", "It was closed.", people=(AVA,)),), None), steps=(step(1),))["blocks"])
    assert f"• It was closed. By <@{AVA}>." in said


def test_a_later_note_tells_only_what_is_new() -> None:
    """An answer that differs in its times alone says nothing new."""
    first = (answered("q1-0", "None until 12:05."), answered("q1-1", "One."))
    then = (answered("q1-0", "None until 12:10."), answered("q1-1", "Two."))
    said = texts(note((0, first, None), (1, then, None), steps=(step(1),))["blocks"])
    assert ": 1 answer is new." in said
    assert "• Two." in said
    assert "None until" not in said


def test_a_later_round_without_news_is_one_line() -> None:
    """It says until when CloudTrail was searched."""
    same = (answered("q1-0", "None until 12:05."),)
    message = note((0, same, None), (1, same, None), steps=(step(1),))
    assert len(message["blocks"]) == 1
    assert "nothing new. CloudTrail was searched until" in texts(message["blocks"])


def test_a_round_says_what_its_searches_cost() -> None:
    """Bytes and money of all searches together, where they were paid."""
    case, _ = case_in("new")
    scan = Scan("1 account", 4_000_000_000, 0.02, "SELECT ?", ("'x'",))
    paid = RoundFinished(0, {"iam:GetRole": 3}, 4_200, scans=(scan, scan))
    line = "in 4 s and 3 AWS calls (Athena: 8.0 GB scanned, about 0.04 USD)."
    assert round_line(case, paid, NOON).endswith(line)


def test_who_ended_a_round_is_named() -> None:
    """With what will happen to the rest."""
    said = texts(note((0, (), ev.slack_user(AVA)), steps=(step(1),))["blocks"])
    assert said.startswith(f"<@{AVA}> ended the look after 2 s and 2 AWS calls.")


@pytest.mark.parametrize("lines", [0, 20])
def test_a_long_guide_fits_one_message_and_says_what_is_left_out(lines: int) -> None:
    """A hundred and eighty long answers: sentences come before evidence, the rest is counted."""
    steps = tuple(step(number, 9) for number in range(20))
    long = ("Evidence " * 30,) * lines
    answers = tuple(
        answered(one.id, f"{one.id} has a long sentence for its answer. " * 6, lines=long)
        for each in steps
        for one in each.questions
    )
    said = texts(note((0, answers, None), steps=steps)["blocks"])
    assert "more: press *Guide* on the card." in said
    assert "Evidence" not in said


def test_much_evidence_is_cut_and_counted() -> None:
    """Five lines below their question, and how many more the guide has; equal sentences stand once."""
    answers = tuple(answered(f"q1-{one}", "The same.", lines=tuple(map(str, range(9)))) for one in range(2))
    said = texts(note((0, answers, None), steps=(step(1),))["blocks"])
    assert said.count("• The same.") == 1
    assert said.endswith("Question 1 of 1?\n  0\n  1\n  2\n  3\n  4\n  and 4 more: press Guide on the card")


def test_a_usual_guide_is_told_whole() -> None:
    """Forty answers of a usual length with some evidence are all there."""
    steps = tuple(step(number, 5) for number in range(8))
    answers = tuple(
        answered(one.id, f"Answer {one.id}: 3 calls in 90 days, none of them refused.", lines=("a line",))
        for each in steps
        for one in each.questions
    )
    said = texts(note((0, answers, None), steps=steps)["blocks"])
    assert all(f"Answer {one.question}:" in said for one in answers)
    assert "press *Guide*" not in said


def test_many_open_ends_are_cut_and_counted() -> None:
    """The thread names a few, the guide all."""
    steps = (step(1, 30),)
    answers = tuple(could_not_check(one.id, f"Reason {one.id}.") for one in steps[0].questions)
    said = texts(note((0, answers, None), steps=steps)["blocks"])
    assert "• and 22 more: press *Guide* on the card" in said
    assert all(one.standing is Standing.COULD_NOT_CHECK for one in answers)
