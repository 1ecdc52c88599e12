"""How the question to the CA's owners moves: asked, shown, answered once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bot.domain.audit import Entry
from bot.domain.case import Case
from bot.domain.investigation import StepAnswered
from bot.domain.ownership import (
    OWNERS_QUESTION,
    OwnersAnswered,
    OwnersAsked,
    OwnersQuestion,
    OwnersSaid,
    QuestionShown,
    owners_answer,
)
from bot.domain.request_steps import decides, user_of


def with_question(case: Case, seq: int, **changes: object) -> Case:
    """The case with its newest question changed; another question than the one of this entry changes nothing."""
    question = case.ownership.question
    if question is None or question.seq != seq:
        return case
    changed = replace(question, **changes)  # type: ignore[arg-type]
    return replace(case, ownership=replace(case.ownership, question=changed))


def with_owners_answer(case: Case) -> Case:
    """The case whose investigation says what the owners say now."""
    answers = {**case.investigation.answers, OWNERS_QUESTION: owners_answer(case)}
    return replace(case, investigation=replace(case.investigation, answers=MappingProxyType(answers)))


def without_answers_about_another_ca(before: Case, after: Case) -> Case:
    """The case after a detection: what was answered about a CA with other keys is no answer about this one."""
    keys = ({one.spki_sha256 for one in case.ca.certificates} for case in (before, after))
    if next(keys) == next(keys):
        return after
    return replace(after, investigation=replace(after.investigation, answers=MappingProxyType({})))


def owners_kept(case: Case, event: StepAnswered) -> Case:
    """The case after a step: the owners may have answered while it was asking."""
    return with_owners_answer(case) if any(one.question == OWNERS_QUESTION for one in event.answers) else case


def _asked(case: Case, entry: Entry, event: OwnersAsked) -> Case:
    question = OwnersQuestion(
        entry.seq, user_of(entry.by), entry.at, event.group, frozenset(event.keys), changed_seq=entry.seq
    )
    asked = replace(case, ownership=replace(case.ownership, question=question), display_seq=entry.seq)
    return with_owners_answer(asked)


def _answered(case: Case, entry: Entry, event: OwnersAnswered) -> Case:
    question = case.ownership.question
    if question is None or question.seq != event.question_seq or question.said is not None or not user_of(entry.by):
        return case
    said = OwnersSaid(user_of(entry.by), entry.at, event.ours, event.reason, question.keys)
    ownership = replace(
        case.ownership,
        question=replace(question, said=said, changed_seq=entry.seq),
        said=(*case.ownership.said, said),
    )
    # Whoever is about to decide must see this first.
    return with_owners_answer(decides(case, entry, ownership=ownership))


def _shown(case: Case, entry: Entry, event: QuestionShown) -> Case:
    del entry
    return with_question(case, event.question_seq, shown_seq=event.shown_seq)


OWNERSHIP_STEPS: Mapping[type, Callable[[Case, Entry, Any], Case]] = {
    OwnersAsked: _asked,
    OwnersAnswered: _answered,
    QuestionShown: _shown,
}
"""What each event about the CA's owners makes of a case."""
