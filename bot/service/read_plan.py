"""Read AWS for a request that waits for a yes, so that nobody agrees to a state that was not shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.audit import Draft
from bot.domain.case import Case, Request, RequestState
from bot.domain.errors import AwsError, AwsNotFound
from bot.domain.events import RunStopped, draft
from bot.domain.identity import CaseId
from bot.domain.plan import Plan, differences, plan_name
from bot.domain.response_action import ResponseAction
from bot.domain.search_run import Precedence
from bot.domain.seen import PlanRead
from bot.ports import AwsAccounts
from bot.service.aws_words import aws_sentence
from bot.service.case_book import CaseBook
from bot.service.live_plan import live_ladder, live_plan, not_there

_MOVED = "AWS does not show what was asked for any more. Nothing was run."


class ReadPlan:
    """Makes the plans of waiting requests again from live AWS, and shows them or what is different.

    Args:
        book: the cases.
        actions: the response actions by id.
        accounts: AWS.
    """

    def __init__(self, book: CaseBook, actions: Mapping[str, ResponseAction], accounts: AwsAccounts) -> None:
        self._book = book
        self._actions = actions
        self._accounts = accounts

    async def __call__(self, case_id: CaseId, request_id: str) -> None:
        """Append what AWS said; a failure is written down, and the log says when it is tried again."""
        case = await self._book.load(case_id)
        request = case.requests[request_id]
        try:
            event = await self._read(case, request)
        except KeyError:
            event = RunStopped(request_id, "This action is not installed any more.")

        def rule(now: Case) -> Sequence[Draft]:
            there = now.requests[request_id]
            first = there.seen.waits and there.seen.tries == request.seen.tries
            return [draft(event)] if there.state is RequestState.PENDING and first else []

        await self._book.decide(case_id, rule)

    async def _read(self, case: Case, request: Request) -> PlanRead | RunStopped:
        before = plan_name(request.digest)
        try:
            live = await self._live(case, request)
        except AwsNotFound:
            return RunStopped(request.request_id, f"{not_there(self._actions.get(request.action_id))} Nothing was run.")
        except AwsError as error:
            return PlanRead(request.request_id, None, shown_as=before, before=before, error=aws_sentence(error))
        if found := differences(request.plan, live):
            return RunStopped(request.request_id, _MOVED, found, self._anchor_state(live), plan=live)
        digest = live.digest()
        return PlanRead(request.request_id, live, digest, plan_name(digest), before)

    async def _live(self, case: Case, request: Request) -> Plan:
        if request.plan.rungs:
            return await live_ladder(self._accounts, case, request, self._actions, Precedence.AWAITED)
        action = self._actions[request.action_id]
        return await live_plan(self._accounts, case, request, action, Precedence.AWAITED)

    def _anchor_state(self, live: Plan) -> dict[str, str] | None:
        """The trust anchor's state in the plan, or in that of the rung that acts on it; None where none does."""
        plans = [rung.plan for rung in live.rungs] or [live]
        return next((dict(one.state) for one in plans if self._actions[one.action_id].on_anchor), None)
