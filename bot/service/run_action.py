"""Run an approved action: check who said yes and what was shown, write the intent, call AWS, read AWS back."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.domain import events as ev
from bot.domain.action_aws import ActingAws, ActionAws
from bot.domain.case import Case, Request, RequestState
from bot.domain.errors import AwsError, AwsNotFound, AwsUnclear
from bot.domain.evidence_saved import unsaved
from bot.domain.identity import CaseId
from bot.domain.plan import Difference, Plan, Risk, Verdict, differences, unseen
from bot.domain.response_action import ResponseAction
from bot.domain.search_run import Precedence, SearchRun
from bot.domain.source_identity import source_identity
from bot.domain.target_claim import CLAIM_LEASE, TargetClaims, TargetHeld
from bot.kill_points import KillPoint, reached
from bot.ports import Acting, AwsAccounts, Clock, Directory, EventSearch
from bot.service.aws_with_search import AwsWithSearch
from bot.service.aws_words import aws_sentence
from bot.service.case_book import CaseBook
from bot.service.fence import Fence, Fences
from bot.service.live_plan import live_plan, not_there
from bot.service.read_back import ReadBack
from bot.service.read_for_action import HearProgress, ReadForAction
from bot.service.rules_now import RulesNow
from bot.service.run_log import Moved, RunLog, begun_plan, never_ended
from bot.service.still_allowed import StillAllowed

_log = structlog.get_logger()

_READ_LEASE = timedelta(minutes=15)
_MOVED = "AWS does not show what was approved any more."
# A call that kills the process each time, say, must not be made for ever.
_MOST_STARTS = 3


class RunAction:
    """Runs approved requests.

    Args:
        book: the cases.
        actions: the response actions by id.
        accounts: AWS.
        directory: people, asked again right before the call.
        clock: the time of leases.
        search: searches CloudTrail for the actions that need it.
        claims: keep two runs off the same thing.
        rules_now: what the approval rules ask for by now.
    """

    def __init__(
        self,
        book: CaseBook,
        actions: Mapping[str, ResponseAction],
        accounts: AwsAccounts,
        directory: Directory,
        clock: Clock,
        search: EventSearch,
        claims: TargetClaims,
        rules_now: RulesNow,
    ) -> None:
        self._book = book
        self._clock = clock
        self._actions = actions
        self._accounts = accounts
        self._directory = directory
        self._still_allowed = StillAllowed(directory, clock)
        self._rules_now = rules_now
        self._search = search
        self._reading = ReadForAction(book, accounts, search)
        self._log = RunLog(book, clock)
        self._read_back = ReadBack(accounts)
        self._fences = Fences(claims, clock, book.standing)

    async def __call__(self, case_id: CaseId, request_id: str, progress: HearProgress) -> None:
        """Bring a request from approved (or from what a dead process left) to its end.

        Raises:
            LogConflict, StoreUnavailable: the outcome could not be written; the next look settles it.
        """
        case = await self._book.load(case_id)
        request = case.requests[request_id]
        action = self._actions.get(request.action_id)
        if action is None:
            await self._log.stop(case, request, "This action is not installed any more.")
        elif action.risk is Risk.READ:
            await self._read(case, request, action, progress)
        elif request.state in (RequestState.APPROVED, RequestState.RUNNING):
            await self._alone(case, request, action)

    async def _read(self, case: Case, request: Request, action: ResponseAction, progress: HearProgress) -> None:
        if request.starts >= _MOST_STARTS:
            await self._log.finish(case, request, ev.Outcome.FAILED, never_ended(request))
            return
        case, request = await self._log.start(case, request, _READ_LEASE)
        reading = await self._reading(case, request, action, progress)
        await self._log.finish(
            case, request, reading.outcome, reading.sentence, report=reading.report, measured=reading.measured
        )
        await self._reading.forget(case, request)

    async def _alone(self, case: Case, request: Request, action: ResponseAction) -> None:
        """Go on while nobody else changes the same things.

        Raises:
            TargetHeld: somebody else does, and what a dead process began here must wait for them.
        """
        try:
            async with self._fences.around(case, request) as fence:
                go_on = self._contain if request.state is RequestState.APPROVED else self._settle
                await go_on(case, request, action, fence)
        except TargetHeld as held:
            holder = held.claim.holder
            own = (holder.case_id, holder.request_id) == (case.case_id, request.request_id)
            if own or request.started is not None:
                raise
            await self._log.stop(case, request, _held(held), held_by=holder.asked_by)

    async def _contain(self, case: Case, request: Request, action: ResponseAction, fence: Fence) -> None:
        live, lost = await asyncio.gather(self._live_plan(case, request, action), self._still_allowed(case, request))
        lost = self._rules_now(case, request, action) or lost
        if lost is not None:
            await self._log.stop(case, request, lost, about_people=True)
        elif (why := self._unsaved(case, request)) is not None:
            await self._log.stop(case, request, why)
        elif isinstance(live, str):
            await self._log.stop(case, request, live)
        elif found := differences(request.plan, live) or _never_shown(request, live):
            await self._log.stop(case, request, _MOVED, found, Moved(live, on_anchor=action.on_anchor))
        else:
            await self._begin(case, request, action, live, fence)

    def _unsaved(self, case: Case, request: Request) -> str | None:
        """Why it would take evidence away; of requests that an older version took, or from before the guide was on."""
        guided = self._book.standing.investigates
        return unsaved(case, request.action_id, self._clock.now()) if guided else None

    async def _begin(self, case: Case, request: Request, action: ResponseAction, plan: Plan, fence: Fence) -> None:
        actor = self._actor(case, request, action, plan)
        try:
            # Before the intent, so that the log knows the key by which CloudTrail will know our calls.
            session = await actor.open()
        except AwsError as error:
            await self._log.stop(case, request, aws_sentence(error))
            return
        case, request = await self._log.start(case, request, CLAIM_LEASE, plan, session)
        await self._apply(case, request, action, plan, fence.guarded(actor))

    def _actor(self, case: Case, request: Request, action: ResponseAction, plan: Plan) -> ActingAws:
        person = source_identity(self._directory.person(request.by))
        return self._accounts.actor(
            case.target,
            action.permissions,
            session_name=f"{case.case_id}-{request.by}",
            touches=plan.touches,
            acting=Acting(case.case_id, request.request_id, request.by, request.let_run_by, person),
        )

    async def _apply(self, case: Case, request: Request, action: ResponseAction, plan: Plan, actor: ActionAws) -> None:
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
            await self._log.finish(case, request, ev.Outcome.FAILED, aws_sentence(error))
            return
        reached(KillPoint.AFTER_AWS_CALL)
        verdict = await self._read_back.verdict(case, action, plan, patient=unanswered is not None)
        if unanswered is not None and verdict.done is False:
            sentence = (
                f"{aws_sentence(unanswered)} {verdict.sentence} It may still happen: look in AWS before you ask again."
            )
            verdict = Verdict(None, sentence, verdict.state)
        await self._log.finish_by(case, request, verdict, report)

    def _searching(self, case: Case, action: ResponseAction, actor: ActionAws) -> AwsWithSearch:
        run = SearchRun(Counter(), _unheard, Precedence.CONTAINMENT)
        return AwsWithSearch(actor, case.target, action.permissions, self._search, run)

    async def _settle(self, case: Case, request: Request, action: ResponseAction, fence: Fence) -> None:
        """Find out what a process did that died between its intent and its outcome."""
        verdict = await self._read_back.verdict(case, action, begun_plan(request))
        if verdict.done is False and action.idempotent and request.starts < _MOST_STARTS:
            await self._contain(case, request, action, fence)
            return
        if verdict.done is False:
            verdict = Verdict(done=False, sentence=f"{verdict.sentence} {never_ended(request)}", state=verdict.state)
        await self._log.finish_by(case, request, await self._read_back.proved(case, verdict), None, settled=True)

    async def _live_plan(self, case: Case, request: Request, action: ResponseAction) -> Plan | str:
        try:
            return await live_plan(self._accounts, case, request, action, Precedence.CONTAINMENT)
        except AwsNotFound:
            return not_there(action)
        except AwsError as error:
            return f"AWS could not be read right before the call. {aws_sentence(error)}"


async def _unheard(_sentence: str, _part: float | None) -> None:
    """A containment shows no progress: its outcome is waited for."""


def _never_shown(request: Request, live: Plan) -> tuple[Difference, ...]:
    """What makes an irreversible run a run on something that nobody saw, as a request of an older version could be."""
    if request.risk is not Risk.IRREVERSIBLE:
        return ()
    news = unseen(request.plan, live)
    return tuple(Difference(what, "not known when it was shown", value) for what, value in news.items())


def _held(held: TargetHeld) -> str:
    holder = held.claim.holder
    return (
        f"{held.claim.target} is being changed at this moment by request {holder.request_id} of case {holder.case_id}. "
        "Wait until that is over, then ask again."
    )
