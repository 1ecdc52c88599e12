"""Run an approved action: check who said yes and what was shown, write the intent, call AWS, read AWS back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import structlog

from bot.domain import events as ev
from bot.domain.action import Plan, Report, ResponseAction, Risk, Verdict, differences
from bot.domain.audit import Draft
from bot.domain.case import Case, Request, RequestState
from bot.domain.errors import AwsDenied, AwsError, AwsNotFound, AwsThrottled, AwsUnclear, LogConflict
from bot.domain.identity import CaseId
from bot.domain.plain import to_plain
from bot.ports import AwsAccounts, Clock, Directory
from bot.service.case_book import CaseBook

_log = structlog.get_logger()

_LEASE = timedelta(seconds=60)
_READ_LEASE = timedelta(minutes=15)
_LOOK_AGAIN_SECONDS = (0.5, 1.0, 2.0)

Progress = Callable[[str], Awaitable[None]]


class RunAction:
    """Runs approved requests.

    Args:
        book: the cases.
        actions: the response actions by id.
        accounts: AWS.
        directory: people, asked again right before the call.
        clock: the time of leases.
    """

    def __init__(
        self,
        book: CaseBook,
        actions: Mapping[str, ResponseAction],
        accounts: AwsAccounts,
        directory: Directory,
        clock: Clock,
    ) -> None:
        self._book = book
        self._actions = actions
        self._accounts = accounts
        self._directory = directory
        self._clock = clock

    async def __call__(self, case_id: CaseId, request_id: str, progress: Progress) -> None:
        """Bring a request from approved (or from what a dead process left) to its end.

        Raises:
            LogConflict, StoreUnavailable: the outcome could not be written; the next look settles it.
        """
        case = await self._book.load(case_id)
        request = case.requests[request_id]
        action = self._actions.get(request.action_id)
        if action is None:
            await self._stop(case, request, "This action is not installed any more. Nothing was run.")
        elif action.risk is Risk.READ:
            await self._read(case, request, action, progress)
        elif request.state is RequestState.RUNNING:
            await self._settle(case, request, action)
        elif request.state is RequestState.APPROVED:
            await self._contain(case, request, action)

    async def _read(self, case: Case, request: Request, action: ResponseAction, progress: Progress) -> None:
        aws = self._accounts.reader(case.target, action.permissions, progress=progress)
        case = await self._start(case, request, {}, {}, _READ_LEASE)
        try:
            plan = await action.plan(case.target, aws)
            report = await action.apply(plan, aws)
        except AwsError as error:
            await self._finish(case, request, ev.Outcome.FAILED, aws_sentence(error))
            return
        await self._finish(case, request, ev.Outcome.DONE, report.summary, report=report)

    async def _contain(self, case: Case, request: Request, action: ResponseAction) -> None:
        live, lost = await asyncio.gather(self._live_plan(case, action), self._lost_right(request))
        if lost is not None:
            await self._stop(case, request, lost)
        elif isinstance(live, str):
            await self._stop(case, request, live)
        elif found := differences(request.plan, live):
            why = "AWS does not show what was approved any more. Nothing was run."
            await self._stop(case, request, why, ev.RunStopped(request.request_id, why, found, dict(live.state)))
        else:
            case = await self._start(case, request, dict(live.state), dict(live.capsule), _LEASE)
            await self._apply(case, request, action, live)

    async def _apply(self, case: Case, request: Request, action: ResponseAction, plan: Plan) -> None:
        session_name = f"{case.case_id}-{request.by}"
        actor = self._accounts.actor(case.target, action.permissions, session_name=session_name)
        report, failure = None, None
        try:
            report = await action.apply(plan, actor)
        except AwsUnclear as error:
            _log.warning("containment_answer_lost", case=case.case_id, operation=error.operation)
        except AwsError as error:
            failure = error
        if failure is not None and not isinstance(failure, AwsNotFound):
            await self._finish(case, request, ev.Outcome.FAILED, aws_sentence(failure))
            return
        await self._finish_by(case, request, await self._verdict(case, action, plan), report)

    async def _settle(self, case: Case, request: Request, action: ResponseAction) -> None:
        """Find out what a process did that died between its intent and its outcome."""
        verdict = await self._verdict(case, action, request.plan)
        if verdict.done is False and action.idempotent:
            await self._contain(case, request, action)
            return
        await self._finish_by(case, request, verdict, None, settled=True)

    async def _finish_by(
        self, case: Case, request: Request, verdict: Verdict, report: Report | None, *, settled: bool = False
    ) -> None:
        outcome = {True: ev.Outcome.DONE, False: ev.Outcome.FAILED, None: ev.Outcome.UNKNOWN}[verdict.done]
        state = dict(verdict.state) or None
        await self._finish(case, request, outcome, verdict.sentence, report=report, state=state, settled=settled)

    async def _verdict(self, case: Case, action: ResponseAction, plan: Plan) -> Verdict:
        reader = self._accounts.reader(case.target, action.permissions, urgent=True)
        verdict = Verdict(None, "AWS could not be read back.")
        for pause_seconds in (*_LOOK_AGAIN_SECONDS, None):
            try:
                verdict = await action.verify(plan, reader)
            except AwsError as error:
                verdict = Verdict(None, aws_sentence(error))
            if verdict.done is not None or pause_seconds is None:
                break
            await asyncio.sleep(pause_seconds)
        return verdict

    async def _live_plan(self, case: Case, action: ResponseAction) -> Plan | str:
        try:
            return await action.plan(case.target, self._accounts.reader(case.target, action.permissions, urgent=True))
        except AwsNotFound:
            return "The trust anchor is not there any more. Nothing was run."
        except AwsError as error:
            return f"AWS could not be read right before the call, so nothing was run. {aws_sentence(error)}"

    async def _lost_right(self, request: Request) -> str | None:
        """Why somebody's part in this no longer holds, or None when everybody's does."""
        voters = tuple(dict.fromkeys(vote.user_id for vote in request.votes))
        requester, *approvers = await asyncio.gather(*(self._directory.fresh(one) for one in (request.by, *voters)))
        if not (requester.active and requester.responder):
            return f"<@{request.by}> may not ask for this any more. Nothing was run."
        for person in approvers:
            if not (person.active and person.approver):
                return f"<@{person.user_id}> may not approve any more. Nothing was run."
        return None

    async def _start(
        self, case: Case, request: Request, state: dict[str, str], capsule: dict[str, object], lease: timedelta
    ) -> Case:
        until = self._clock.now() + lease
        owner = self._book.standing.owner
        event = ev.RunStarted(request.request_id, owner, until, state, dict(to_plain(capsule)))

        def rule(now: Case) -> Sequence[Draft]:
            return [ev.draft(event)] if _may_start(now, request) else []

        after = await self._book.decide(case.case_id, rule)
        if after.requests[request.request_id].started != event:
            raise LogConflict(case.case_id, case.head.seq)
        return after

    async def _stop(self, case: Case, request: Request, why: str, event: ev.RunStopped | None = None) -> None:
        await self._end(case, request, event or ev.RunStopped(request.request_id, why))

    async def _finish(
        self,
        case: Case,
        request: Request,
        outcome: ev.Outcome,
        sentence: str,
        *,
        report: Report | None = None,
        state: dict[str, str] | None = None,
        settled: bool = False,
    ) -> None:
        event = ev.RunFinished(request.request_id, outcome, sentence, report, state, settled)
        await self._end(case, request, event)
        _log.info("run_finished", case=case.case_id, action=request.action_id, outcome=outcome.value)

    async def _end(self, case: Case, request: Request, event: ev.RunStopped | ev.RunFinished) -> None:
        def rule(now: Case) -> Sequence[Draft]:
            return [ev.draft(event)] if now.requests[request.request_id].is_open else []

        await self._book.decide(case.case_id, rule)


def _may_start(case: Case, seen: Request) -> bool:
    """Whether nobody else has taken the request since it was seen."""
    now = case.requests[seen.request_id]
    return now.state in (RequestState.APPROVED, RequestState.RUNNING) and now.started == seen.started


def aws_sentence(error: AwsError) -> str:
    """What AWS's error means for the person who waits."""
    if isinstance(error, AwsDenied):
        return f"AWS refused: the permission {error.operation} is missing. {error}"
    if isinstance(error, AwsThrottled):
        return f"AWS refused {error.operation} for too many requests. Try again in a minute."
    if isinstance(error, AwsUnclear):
        return f"AWS gave no answer to {error.operation}."
    return f"AWS answered {error.operation} with {error.code}: {error}"
