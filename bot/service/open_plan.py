"""Open the whole plan of a request: who may, and the entry that says who had which page of it before them."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.case import Case, RequestState
from bot.domain.events import draft
from bot.domain.plan import Risk, plan_name
from bot.domain.seen import PlanOpened
from bot.service.press import Answer, Press, PressRule


def may_open_plan(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening a plan: whoever may start an action that only reads. Nothing is logged of a yes."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, Risk.READ, press.person)
        if not decision.allowed:
            return decision
        if press.request_id not in case.requests:
            return refused(Reason.FORGED, "This button belongs to no request of this case. Nothing was done.")
        return []

    return rule


def plan_opened(policy: ApprovalPolicy, page: int, pages: int) -> PressRule:
    """The rule for a page that Slack has shown to somebody: it is logged once, while the request waits."""
    may = may_open_plan(policy)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        request = case.requests[press.request_id]
        known = (press.person.user_id, page, pages) in request.seen.opened
        if request.state is not RequestState.PENDING or press.digest != request.digest or known:
            return []
        opened = PlanOpened(request.request_id, request.digest, plan_name(request.digest), page, pages)
        return [draft(opened, press.by)]

    return rule
