"""Run an approved action: check who said yes and what was shown, write the intent, call AWS, read AWS back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from bot.domain import events as ev
from bot.domain.action_aws import ActionAws
from bot.domain.audit import Draft
from bot.domain.case import Case, Request, RequestState
from bot.domain.errors import AwsDenied, AwsError, AwsNotFound, AwsThrottled, AwsUnclear, LogConflict
from bot.domain.identity import CaseId
from bot.domain.plain import to_plain
from bot.domain.plan import Difference, Plan, Report, Risk, Verdict, differences
from bot.domain.response_action import ResponseAction
from bot.domain.search_run import Precedence, SearchRun
from bot.domain.visible_text import quoted
from bot.kill_points import KillPoint, reached
from bot.ports import Acting, AwsAccounts, Clock, Directory, EventSearch
from bot.service.aws_with_search import AwsWithSearch
from bot.service.case_book import CaseBook
from bot.service.still_allowed import StillAllowed

_log = structlog.get_logger()

_LEASE = timedelta(seconds=60)
_READ_LEASE = timedelta(minutes=15)
_LOOK_AGAIN_SECONDS = (0.5, 1.0, 2.0)
# A call that kills the process each time, say, must not be made for ever.
_MOST_STARTS = 3

Progress = Callable[[str], Awaitable[None]]


class RunAction:
    """Runs approved requests.

    Args:
        book: the cases.
        actions: the response actions by id.
        accounts: AWS.
        directory: people, asked again right before the call.
        clock: the time of leases.
        search: searches CloudTrail for the actions that need it.
    """

    def __init__(
        self,
        book: CaseBook,
        actions: Mapping[str, ResponseAction],
        accounts: AwsAccounts,
        directory: Directory,
        clock: Clock,
        search: EventSearch,
    ) -> None:
        self._book = book
        self._actions = actions
        self._accounts = accounts
        self._still_allowed = StillAllowed(directory, clock)
        self._clock = clock
        self._search = search

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
        if request.starts >= _MOST_STARTS:
            await self._finish(case, request, ev.Outcome.FAILED, _never_ended(request))
            return
        reader = self._accounts.reader(
            case.target, action.permissions, progress=progress, precedence=Precedence.AWAITED
        )
        run = SearchRun(Counter(), lambda sentence, _: progress(sentence), Precedence.AWAITED)
        aws = AwsWithSearch(reader, case.target, action.permissions, self._search, run)
        case = await self._start(case, request, {}, {}, _READ_LEASE)
        try:
            plan = await action.plan(case.target, aws)
            report = await action.apply(plan, aws)
        except AwsError as error:
            await self._finish(case, request, ev.Outcome.FAILED, aws_sentence(error))
            return
        await self._finish(case, request, ev.Outcome.DONE, report.summary, report=report)

    async def _contain(self, case: Case, request: Request, action: ResponseAction) -> None:
        live, lost = await asyncio.gather(self._live_plan(case, request, action), self._still_allowed(request))
        if lost is not None:
            await self._stop(case, request, lost)
        elif isinstance(live, str):
            await self._stop(case, request, live)
        elif found := differences(request.plan, live):
            moved = dict(live.state) if action.on_anchor else None
            await self._stop(case, request, "AWS does not show what was approved any more.", found, moved)
        else:
            case = await self._start(case, request, dict(live.state), dict(live.capsule), _LEASE)
            await self._apply(case, request, action, live)

    async def _apply(self, case: Case, request: Request, action: ResponseAction, plan: Plan) -> None:
        session_name = f"{case.case_id}-{request.by}"
        voters = tuple(dict.fromkeys(vote.user_id for vote in request.votes))
        acting = Acting(case.case_id, request.request_id, request.by, voters)
        actor = self._accounts.actor(
            case.target, action.permissions, session_name=session_name, touches=plan.touches, acting=acting
        )
        report, unanswered = None, None
        reached(KillPoint.BEFORE_AWS_CALL)
        try:
            report = await action.apply(plan, self._searching(case, action, actor))
        except AwsUnclear as error:
            unanswered = error
            _log.warning("containment_answer_lost", case=case.case_id, operation=error.operation)
        except AwsNotFound as error:
            # Reading back says what that means.
            _log.info("containment_target_not_found", case=case.case_id, operation=error.operation)
        except AwsError as error:
            await self._finish(case, request, ev.Outcome.FAILED, aws_sentence(error))
            return
        reached(KillPoint.AFTER_AWS_CALL)
        verdict = await self._verdict(case, action, plan, patient=unanswered is not None)
        if unanswered is not None and verdict.done is False:
            sentence = (
                f"{aws_sentence(unanswered)} {verdict.sentence} It may still happen: look in AWS before you ask again."
            )
            verdict = Verdict(None, sentence, verdict.state)
        await self._finish_by(case, request, verdict, report)

    def _searching(self, case: Case, action: ResponseAction, actor: ActionAws) -> AwsWithSearch:
        run = SearchRun(Counter(), _unheard, Precedence.CONTAINMENT)
        return AwsWithSearch(actor, case.target, action.permissions, self._search, run)

    async def _settle(self, case: Case, request: Request, action: ResponseAction) -> None:
        """Find out what a process did that died between its intent and its outcome."""
        verdict = await self._verdict(case, action, _begun_plan(request))
        if verdict.done is False and action.idempotent and request.starts < _MOST_STARTS:
            await self._contain(case, request, action)
            return
        if verdict.done is False:
            verdict = Verdict(done=False, sentence=f"{verdict.sentence} {_never_ended(request)}", state=verdict.state)
        elif verdict.done and verdict.state.get("exists") == "no" and not await self._reads_the_account(case):
            verdict = Verdict(None, f"These credentials are not of account {case.target.account}, so AWS can't tell.")
        await self._finish_by(case, request, verdict, None, settled=True)

    async def _reads_the_account(self, case: Case) -> bool:
        """Whether "not found" means gone: in another account nothing is found either."""
        reader = self._accounts.reader(case.target, ("sts:GetCallerIdentity",), precedence=Precedence.CONTAINMENT)
        try:
            answer = await reader.call("sts", "GetCallerIdentity")
        except AwsError:
            # The intent was written right after the trust anchor was read here; only STS naming another account
            # takes that proof away.
            return True
        return answer.get("Account") in (None, case.target.account)

    async def _finish_by(
        self, case: Case, request: Request, verdict: Verdict, report: Report | None, *, settled: bool = False
    ) -> None:
        outcome = {True: ev.Outcome.DONE, False: ev.Outcome.FAILED, None: ev.Outcome.UNKNOWN}[verdict.done]
        state = dict(verdict.state) or None
        await self._finish(case, request, outcome, verdict.sentence, report=report, state=state, settled=settled)

    async def _verdict(self, case: Case, action: ResponseAction, plan: Plan, *, patient: bool = False) -> Verdict:
        """Read AWS back; ``patient`` looks again also when it is not done, because it may be on its way."""
        reader = self._accounts.reader(case.target, action.permissions, precedence=Precedence.CONTAINMENT)
        verdict = Verdict(None, "AWS could not be read back.")
        for pause_seconds in (*_LOOK_AGAIN_SECONDS, None):
            try:
                verdict = await action.verify(plan, reader)
            except AwsError as error:
                verdict = Verdict(None, aws_sentence(error))
            if verdict.done or (verdict.done is False and not patient) or pause_seconds is None:
                break
            await asyncio.sleep(pause_seconds)
        return verdict

    async def _live_plan(self, case: Case, request: Request, action: ResponseAction) -> Plan | str:
        target = replace(case.target, known=request.plan.evidence)
        try:
            reader = self._accounts.reader(target, action.permissions, precedence=Precedence.CONTAINMENT)
            return await action.plan(target, reader)
        except AwsNotFound:
            what = "the trust anchor" if action.on_anchor else "what this acts on"
            return f"AWS does not have {what} any more."
        except AwsError as error:
            return f"AWS could not be read right before the call. {aws_sentence(error)}"

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

    async def _stop(
        self,
        case: Case,
        request: Request,
        why: str,
        found: tuple[Difference, ...] = (),
        live: dict[str, str] | None = None,
    ) -> None:
        """End a request without a call; what a dead process began may have made its call all the same."""
        if request.started is None:
            await self._end(case, request, ev.RunStopped(request.request_id, f"{why} Nothing was run.", found, live))
            return
        changes = "; ".join(f"{one.what} was {one.shown}, is {one.live}" for one in found)
        sentence = f"{_never_ended(request)} AWS does not show it as done, and it was not tried again. {why} {changes}"
        await self._finish(case, request, ev.Outcome.FAILED, sentence.strip(), state=live, settled=True)

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


async def _unheard(_sentence: str, _part: float | None) -> None:
    """A containment shows no progress: its outcome is waited for."""


def _may_start(case: Case, seen: Request) -> bool:
    """Whether nobody else has taken the request since it was seen."""
    now = case.requests[seen.request_id]
    return now.state in (RequestState.APPROVED, RequestState.RUNNING) and now.started == seen.started


def _begun_plan(request: Request) -> Plan:
    """The plan with what AWS said right before the call, when that was reached."""
    if request.started is None:
        return request.plan
    return replace(request.plan, state=request.started.state, capsule=request.started.capsule)


def _never_ended(request: Request) -> str:
    times = "once" if request.starts == 1 else f"{request.starts} times"
    return f"Anchorwatch began this {times} and was cut off before it was over."


def aws_sentence(error: AwsError) -> str:
    """What AWS's error means for the person who waits."""
    if isinstance(error, AwsDenied):
        return f"AWS refused: the permission {error.operation} is missing. It said {quoted(str(error))}."
    if isinstance(error, AwsThrottled):
        return f"AWS refused {error.operation} for too many requests. Try again in a minute."
    if isinstance(error, AwsUnclear):
        return f"AWS gave no answer to {error.operation}."
    return f"AWS answered {error.operation} with {error.code}: {quoted(str(error))}."
