"""The investigation of a case: rounds of questions, because CloudTrail is late, and what they have brought so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from bot.domain.answer import Answer, is_news
from bot.domain.audit import Entry
from bot.domain.event_search import Scan

if TYPE_CHECKING:
    from bot.domain.case import Case

ROUNDS_AFTER = (timedelta(0), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
"""When each round is due after the newest detection. CloudTrail delivers within about 5 minutes on average.

See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """``owner`` (a process) asks the questions of a round until ``lease_until``; steps with an answer are skipped."""

    KIND: ClassVar[str] = "round:started"
    round: int
    for_seq: int
    owner: str
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class StepAnswered:
    """What a step of a round has found: one answer for each of its questions."""

    KIND: ClassVar[str] = "step:answered"
    round: int
    step: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class RoundFinished:
    """Every step of a round has its answers. ``calls`` counts the API calls by IAM action.

    ``scans`` are its searches that were paid by the byte, with the text of each query.
    ``stopped_by`` is the person who stopped it early, as in an entry's ``by``; None when it came to its end.
    """

    KIND: ClassVar[str] = "round:finished"
    round: int
    calls: dict[str, int]
    took_ms: int
    stopped_by: str | None = None
    scans: tuple[Scan, ...] = ()


@dataclass(frozen=True, slots=True)
class StopAsked:
    """Somebody wants the round that runs to end; whoever runs it ends it, with what is known by then."""

    KIND: ClassVar[str] = "round:stop_asked"
    round: int


InvestigationEvent = RoundStarted | StepAnswered | RoundFinished | StopAsked


@dataclass(frozen=True, slots=True)
class Investigation:
    """What is known of the investigation.

    ``for_seq`` is the detection that it is about: a new one begins it anew. ``finished`` is how many rounds are over.
    ``steps_done`` are the steps of the current round that have their answers. ``answers`` are by question, the newest.
    ``calls`` counts API calls of all rounds by IAM action, ``took_ms`` the milliseconds of the last finished round
    and ``scans`` its searches that were paid by the byte.
    ``started_at`` is when the newest round was first begun. ``stop_by`` is who asked the running round to end, as in an
    entry's ``by``. ``news`` are the questions of each round, by its number, whose answers said something new then.
    ``heard_seq`` is the newest entry of the investigation. ``saved`` says that a round was over once, of whichever
    detection.
    """

    for_seq: int = 0
    finished: int = 0
    started: RoundStarted | None = None
    starts: int = 0
    steps_done: frozenset[str] = frozenset()
    answers: Mapping[str, Answer] = field(default_factory=lambda: MappingProxyType({}))
    answered_at: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))
    calls: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    took_ms: int = 0
    scans: tuple[Scan, ...] = ()
    started_at: datetime | None = None
    stop_by: str | None = None
    news: Mapping[int, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    heard_seq: int = 0
    saved: bool = False

    def round_due(self, detection_seq: int, detected_at: datetime) -> tuple[int, datetime] | None:
        """The next round and when it is due; None when all are over."""
        number = self.finished if self.for_seq == detection_seq else 0
        if number >= len(ROUNDS_AFTER):
            return None
        return number, detected_at + ROUNDS_AFTER[number]


def _round_started(case: Case, entry: Entry, event: RoundStarted) -> Case:
    known = case.investigation
    anew = event.for_seq != known.for_seq
    again = known.started is not None and not anew and known.started.round == event.round
    return replace(
        case,
        display_seq=entry.seq,
        investigation=replace(
            known,
            for_seq=event.for_seq,
            finished=event.round,
            started=event,
            starts=known.starts + 1 if again else 1,
            steps_done=known.steps_done if again else frozenset(),
            started_at=known.started_at if again else entry.at,
            stop_by=known.stop_by if again else None,
            news=MappingProxyType({} if anew else known.news),
            heard_seq=entry.seq,
        ),
    )


def _step_answered(case: Case, entry: Entry, event: StepAnswered) -> Case:
    known = case.investigation
    fresh = {answer.question: answer for answer in event.answers}
    times = dict.fromkeys(fresh, entry.at)
    new = {one for one, answer in fresh.items() if is_news(known.answers.get(one), answer)}
    news = {**known.news, event.round: known.news.get(event.round, frozenset()) | new}
    return replace(
        case,
        display_seq=entry.seq,
        investigation=replace(
            known,
            steps_done=known.steps_done | {event.step},
            answers=MappingProxyType({**known.answers, **fresh}),
            answered_at=MappingProxyType({**known.answered_at, **times}),
            news=MappingProxyType(news),
            heard_seq=entry.seq,
        ),
    )


def _round_finished(case: Case, entry: Entry, event: RoundFinished) -> Case:
    known = case.investigation
    calls = dict(known.calls)
    for operation, number in event.calls.items():
        calls[operation] = calls.get(operation, 0) + number
    return replace(
        case,
        display_seq=entry.seq,
        investigation=replace(
            known,
            finished=event.round + 1,
            started=None,
            starts=0,
            steps_done=frozenset(),
            calls=MappingProxyType(calls),
            took_ms=event.took_ms,
            scans=event.scans,
            stop_by=None,
            heard_seq=entry.seq,
            saved=True,
        ),
    )


def _stop_asked(case: Case, entry: Entry, event: StopAsked) -> Case:
    known = case.investigation
    if known.started is None or known.started.round != event.round or known.stop_by is not None:
        return case
    return replace(case, display_seq=entry.seq, investigation=replace(known, stop_by=entry.by))


INVESTIGATION_STEPS: dict[type, Callable[[Case, Entry, Any], Case]] = {
    RoundStarted: _round_started,
    StepAnswered: _step_answered,
    RoundFinished: _round_finished,
    StopAsked: _stop_asked,
}
"""What each event of an investigation makes of a case."""
