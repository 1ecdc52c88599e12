"""What the guide asks and what was found: a question, its answer, and how sure the answer is.

A question that could not be looked into is never answered with "nothing found": it says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_MOST_EVENTS = 50
_STOPPED = "Somebody ended the look before this was answered."
# Dates and times of day: a search that was made later differs in these and says nothing new by it.
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}:\d{2}(:\d{2})?")


class Standing(StrEnum):
    """How far a question is answered.

    ``not_allowed`` names the IAM actions that are missing; ``could_not_check`` is every other failure, with its
    reason; ``needs_person`` is a question that no API can answer; ``does_not_apply`` says why it has no sense here.
    """

    ANSWERED = "answered"
    NEEDS_PERSON = "needs a person"
    NOT_ALLOWED = "not allowed"
    COULD_NOT_CHECK = "could not check"
    DOES_NOT_APPLY = "does not apply"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a step: ``rows`` are the rows of the guide that it answers, ``text`` is for people."""

    id: str
    rows: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """Something found that speaks for or against trouble: a stable code and one plain sentence.

    What a code means for the verdict stands in :mod:`bot.domain.verdict`. ``people`` are the Slack users whose word or
    deed it is, shown by name behind the sentence. ``events`` are the ids of all the events that it tells of, by which a
    second sign about the same is known; empty where that is not known, or they are too many to keep.
    """

    code: str
    sentence: str
    people: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


def events_told(event_ids: Iterable[str]) -> tuple[str, ...]:
    """The ids as a sign keeps them: each once, and none where one is missing or they are more than 50."""
    ids = tuple(dict.fromkeys(event_ids))
    return ids if all(ids) and len(ids) <= _MOST_EVENTS else ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for one question.

    ``sentence`` is the answer in one plain sentence, ``lines`` the evidence; both may hold text that an attacker
    wrote, which is neutralised where it is shown. ``missing`` are the IAM actions that AWS refused. ``not_checked``
    says what this answer does not cover. ``facts`` are JSON values for later steps. ``people`` are the Slack users on
    whose word it rests.
    """

    question: str
    standing: Standing
    sentence: str
    lines: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()
    missing: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    people: tuple[str, ...] = ()


def answered(question: str, sentence: str, **more: object) -> Answer:
    """An answer that was found; ``more`` are further fields of :class:`Answer`."""
    return Answer(question, Standing.ANSWERED, sentence, **more)  # type: ignore[arg-type]


def does_not_apply(question: str, why: str) -> Answer:
    """The question has no sense for this case; ``why`` is a plain sentence."""
    return Answer(question, Standing.DOES_NOT_APPLY, why)


def needs_person(question: str, what: str) -> Answer:
    """Only a person can know; ``what`` says what to ask whom."""
    return Answer(question, Standing.NEEDS_PERSON, what)


def not_allowed(question: str, operation: str) -> Answer:
    """AWS refused a call that the answer needs; ``operation`` is the IAM action."""
    return Answer(
        question, Standing.NOT_ALLOWED, f"Not allowed: the permission {operation} is missing.", missing=(operation,)
    )


def could_not_check(question: str, why: str) -> Answer:
    """The question stays open; ``why`` is a plain sentence."""
    return Answer(question, Standing.COULD_NOT_CHECK, why)


def stopped(question: str) -> Answer:
    """A person ended the round before this was answered; later rounds ask it again."""
    return could_not_check(question, _STOPPED)


def is_stopped(answer: Answer) -> bool:
    """Whether the question is open because a person ended the round."""
    return answer.sentence == _STOPPED


def is_news(before: Answer | None, now: Answer) -> bool:
    """Whether an answer says more than the one before it; another time of looking alone says nothing new."""
    return before is None or _core(before) != _core(now)


def _core(answer: Answer) -> tuple[object, ...]:
    said = tuple(_TIME.sub("", one) for one in (answer.sentence, *answer.lines))
    return answer.standing, said, tuple(one.code for one in answer.signs), answer.missing
