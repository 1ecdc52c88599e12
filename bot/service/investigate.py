"""Investigate: ask the guide's questions in rounds, each step's answers into the log as soon as it has them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from bot.domain.all_clear import WATCHING_STEPS, is_watch, next_round
from bot.domain.answer import Answer, could_not_check, is_stopped, not_allowed, stopped
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.errors import AnchorwatchError, AwsDenied, AwsError, LogConflict
from bot.domain.events import draft
from bot.domain.identity import CaseId
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered
from bot.domain.kept_search import pinned
from bot.domain.search_bar import Progress
from bot.ports import Clock
from bot.service.aws_words import aws_sentence
from bot.service.case_book import CaseBook
from bot.service.guide.inquiry import Inquiry, Sources, Step, unanswered
from bot.service.read_for_action import HearProgress

_log = structlog.get_logger()

_LEASE = timedelta(minutes=10)
_LONGEST_STEP = timedelta(minutes=5)
# A step that kills the process each time must not be asked for ever.
_MOST_STARTS = 5


class Investigate:
    """Asks the guide's questions about a case.

    Args:
        book: the cases.
        steps: the guide's steps, in the order in which they are shown.
        sources: where they look.
        clock: the time of leases.
        seconds_between_looks: how often the log is asked whether a person wants the round to end.
    """

    def __init__(
        self,
        book: CaseBook,
        steps: Sequence[Step],
        sources: Sources,
        clock: Clock,
        seconds_between_looks: float = 0.5,
    ) -> None:
        self._book = book
        self._steps = tuple(steps)
        self._sources = sources
        self._clock = clock
        self._seconds_between_looks = seconds_between_looks

    async def __call__(self, case_id: CaseId, number: int, progress: HearProgress) -> None:
        """Ask the questions of a round that have no answer yet, and end the round.

        Raises:
            LogConflict, StoreUnavailable: an answer could not be written; the next look goes on from the log.
        """
        case = await self._start(case_id, number)
        began = time.monotonic()
        known = case.investigation
        steps = self._to_ask(case, number)
        total = len(steps) + len(known.steps_done)

        async def say(sentence: str) -> None:
            done = len((await self._book.load(case_id)).investigation.steps_done)
            await progress(Progress(sentence, done, total, inquiry.calls.total()))

        now, kept_for = pinned(known.started_at, self._clock.now()), f"{case_id}:{known.for_seq}:{number}"
        inquiry = Inquiry(case, self._sources, now, number, dict(known.answers), say, kept_for=kept_for)
        if known.starts > _MOST_STARTS or known.stop_by is not None:
            steps = ()
        await self._ask_all(case_id, inquiry, steps)
        took_ms = round((time.monotonic() - began) * 1000)
        stop_by = (await self._book.load(case_id)).investigation.stop_by
        finished = RoundFinished(number, dict(inquiry.calls), took_ms, stop_by, tuple(inquiry.scans))
        await self._append(case_id, number, finished)
        await self._sources.search.forget(kept_for)
        _log.info("round_finished", case=case_id, round=number, steps=len(steps), took_ms=took_ms)

    def _to_ask(self, case: Case, number: int) -> tuple[Step, ...]:
        known = case.investigation
        open_ = [step for step in self._steps if step.id not in known.steps_done]
        if is_watch(number):
            return tuple(step for step in open_ if step.id in WATCHING_STEPS)
        return tuple(step for step in open_ if number == 0 or step.again or _was_stopped(step, known.answers))

    async def _ask_all(self, case_id: CaseId, inquiry: Inquiry, steps: Sequence[Step]) -> None:
        """Every step as soon as the ones before it are over."""
        over = {step.id: asyncio.Event() for step in steps}

        async def ask(step: Step) -> None:
            for before in step.after:
                if before in over:
                    await over[before].wait()
            try:
                answers = await answers_of(step, inquiry.of(step))
                inquiry.answers.update({answer.question: answer for answer in answers})
                await self._append(case_id, inquiry.round, StepAnswered(inquiry.round, step.id, answers))
                await inquiry.report_progress(f"{step.title}: answered")
            finally:
                over[step.id].set()

        async with asyncio.TaskGroup() as group:
            asking = {group.create_task(ask(step)): step for step in steps}
            watching = group.create_task(self._until_stopped(case_id))
            while asking and not watching.done():
                ended, _ = await asyncio.wait([*asking, watching], return_when=asyncio.FIRST_COMPLETED)
                asking = {task: step for task, step in asking.items() if task not in ended}
            watching.cancel()
            for task in (*asking, *(inquiry.kept.values() if asking else ())):
                task.cancel()
        for step in asking.values():
            await self._leave_open(case_id, inquiry, step)

    async def _until_stopped(self, case_id: CaseId) -> None:
        """Return when a person asks the round to end."""
        while (await self._book.load(case_id)).investigation.stop_by is None:  # noqa: ASYNC110 - Others may write it.
            await asyncio.sleep(self._seconds_between_looks)

    async def _leave_open(self, case_id: CaseId, inquiry: Inquiry, step: Step) -> None:
        """Say of a step that was not over which of its questions have no answer, of this round or an earlier one."""
        answers = tuple(stopped(one.id) for one in step.questions if one.id not in inquiry.answers)
        if answers:
            await self._append(case_id, inquiry.round, StepAnswered(inquiry.round, step.id, answers))

    async def _start(self, case_id: CaseId, number: int) -> Case:
        owner = self._book.standing.owner
        started: list[RoundStarted] = []

        def rule(case: Case) -> Sequence[Draft]:
            due = next_round(case)
            if due is None or due[0] != number:
                return []
            started[:] = [RoundStarted(number, case.detection_seq, owner, self._clock.now() + _LEASE)]
            return [draft(started[0])]

        after = await self._book.decide(case_id, rule)
        if not started or after.investigation.started != started[0]:
            raise LogConflict(case_id, after.head.seq)
        return after

    async def _append(self, case_id: CaseId, number: int, event: StepAnswered | RoundFinished) -> None:
        owner = self._book.standing.owner

        def rule(case: Case) -> Sequence[Draft]:
            started = case.investigation.started
            mine = started is not None and started.round == number and started.owner == owner
            return [draft(event)] if mine else []

        await self._book.decide(case_id, rule)


def _was_stopped(step: Step, answers: Mapping[str, Answer]) -> bool:
    known = (answers.get(one.id) for one in step.questions)
    return any(one is not None and is_stopped(one) for one in known)


async def answers_of(step: Step, inquiry: Inquiry) -> tuple[Answer, ...]:
    """One answer for each question of a step, whatever AWS says."""
    found: list[Answer] = []
    try:
        async with asyncio.timeout(_LONGEST_STEP.total_seconds()):
            async for answer in step.ask(inquiry):
                found.append(answer)  # noqa: PERF401 - What came before a refusal is kept.
    except AwsDenied as error:
        found.extend(not_allowed(one.id, error.operation) for one in unanswered(step, found))
    except AwsError as error:
        found.extend(could_not_check(one.id, aws_sentence(error)) for one in unanswered(step, found))
    except TimeoutError:
        minutes = int(_LONGEST_STEP.total_seconds() / 60)
        why = f"It took longer than {minutes} minutes."
        found.extend(could_not_check(one.id, why) for one in unanswered(step, found))
    except AnchorwatchError:
        raise
    except Exception as error:  # noqa: BLE001 - One step's defect must not stop the others: this is a loop's top.
        _log.exception("step_broke", case=inquiry.case.case_id, step=step.id)
        why = f"Anchorwatch has a defect here ({type(error).__name__}); its log has the details."
        found.extend(could_not_check(one.id, why) for one in unanswered(step, found))
    left = unanswered(step, found)
    found.extend(could_not_check(one.id, "The step ended without an answer.") for one in left)
    return tuple(found)
