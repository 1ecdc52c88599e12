"""Writes into a case's log what becomes of a run; only whoever began it last may write its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from bot.domain import events as ev
from bot.domain.audit import Draft
from bot.domain.case import Case, Request, RequestState
from bot.domain.errors import LogConflict
from bot.domain.plain import to_plain
from bot.domain.plan import Difference, Plan, Report, Verdict
from bot.domain.receipt import OwnSession
from bot.domain.search_bar import SearchMeasured
from bot.ports import Clock
from bot.service.case_book import CaseBook

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Moved:
    """The plan as AWS shows it now, where it is not what was shown; ``on_anchor`` is the action's."""

    plan: Plan
    on_anchor: bool

    @property
    def anchor_state(self) -> dict[str, str] | None:
        """The trust anchor's state, where the plan is about it."""
        return dict(self.plan.state) if self.on_anchor else None


class RunLog:
    """The beginnings and ends of runs.

    Args:
        book: the cases.
        clock: the time of leases.
    """

    def __init__(self, book: CaseBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock

    async def start(
        self,
        case: Case,
        request: Request,
        lease: timedelta,
        plan: Plan | None = None,
        session: OwnSession | None = None,
    ) -> tuple[Case, Request]:
        """Write the intent, and return the case and the request as they are then.

        ``plan`` is from AWS right before the call, and ``session`` makes it; both are None for reads.

        Raises:
            LogConflict: somebody else has taken the request since it was seen.
        """
        until = self._clock.now() + lease
        state, capsule = (dict(plan.state), dict(to_plain(plan.capsule))) if plan else ({}, {})
        event = ev.RunStarted(request.request_id, self._book.standing.owner, until, state, capsule, session)

        def rule(now: Case) -> Sequence[Draft]:
            return [ev.draft(event)] if _may_start(now, request) else []

        after = await self._book.decide(case.case_id, rule)
        begun = after.requests[request.request_id]
        if begun.started != event:
            raise LogConflict(case.case_id, case.head.seq)
        return after, begun

    async def stop(
        self,
        case: Case,
        request: Request,
        why: str,
        found: tuple[Difference, ...] = (),
        moved: Moved | None = None,
        held_by: str = "",
        *,
        about_people: bool = False,
    ) -> None:
        """End a request without a call; what a dead process began may have made its call all the same."""
        live = moved.anchor_state if moved is not None else None
        if request.started is None:
            plan = moved.plan if moved is not None else None
            said = f"{why} Nothing was run."
            event = ev.RunStopped(request.request_id, said, found, live, held_by, plan, about_people)
            await self._end(case, request, event)
            return
        changes = "; ".join(f"{one.what} was {one.shown}, is {one.live}" for one in found)
        sentence = f"{never_ended(request)} AWS does not show it as done, and it was not tried again. {why} {changes}"
        await self.finish(case, request, ev.Outcome.FAILED, sentence.strip(), state=live, settled=True)

    async def finish_by(
        self, case: Case, request: Request, verdict: Verdict, report: Report | None, *, settled: bool = False
    ) -> None:
        """End a run as AWS shows it."""
        outcome = {True: ev.Outcome.DONE, False: ev.Outcome.FAILED, None: ev.Outcome.UNKNOWN}[verdict.done]
        state = dict(verdict.state) or None
        await self.finish(case, request, outcome, verdict.sentence, report=report, state=state, settled=settled)

    async def finish(
        self,
        case: Case,
        request: Request,
        outcome: ev.Outcome,
        sentence: str,
        *,
        report: Report | None = None,
        state: dict[str, str] | None = None,
        settled: bool = False,
        measured: SearchMeasured | None = None,
    ) -> None:
        """End a run; nothing is written when somebody else has begun it again or ended it since.

        ``measured`` is what a reading action took; None for everything else.
        """
        event = ev.RunFinished(request.request_id, outcome, sentence, report, state, settled)
        await self._end(case, request, *([measured] if measured else []), event)
        _log.info("run_finished", case=case.case_id, action=request.action_id, outcome=outcome.value)

    async def _end(
        self, case: Case, request: Request, *events: SearchMeasured | ev.RunStopped | ev.RunFinished
    ) -> None:
        def rule(now: Case) -> Sequence[Draft]:
            known = now.requests[request.request_id]
            # A process that slept past its lease finds another beginning here: the end is not its to write.
            mine = known.is_open and known.started == request.started
            return [ev.draft(event) for event in events] if mine else []

        await self._book.decide(case.case_id, rule)


def _may_start(case: Case, seen: Request) -> bool:
    """Whether nobody else has taken the request since it was seen."""
    now = case.requests[seen.request_id]
    return now.state in (RequestState.APPROVED, RequestState.RUNNING) and now.started == seen.started


def never_ended(request: Request) -> str:
    """The sentence about a run that a dead process left."""
    times = "once" if request.starts == 1 else f"{request.starts} times"
    return f"Anchorwatch began this {times} and was cut off before it was over."


def begun_plan(request: Request) -> Plan:
    """The plan with what AWS said right before the call, when that was reached."""
    if request.started is None:
        return request.plan
    return replace(request.plan, state=request.started.state, capsule=request.started.capsule)
