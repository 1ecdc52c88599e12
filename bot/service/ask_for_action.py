"""Ask for a response action: check that the person may, and log the request with the plan that they saw."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import ActionRequested, draft
from bot.domain.plan import Plan, Risk
from bot.domain.response_action import ResponseAction
from bot.service.press import Answer, Press, PressRule


def may_ask(policy: ApprovalPolicy, action: ResponseAction) -> PressRule:
    """The rule for opening an action's form: everything but the reason and the plan."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, action.risk, press.person)
        if not decision.allowed:
            return decision
        if case.target.anchor_arn is None:
            return refused(Reason.NO_TARGET, "No report names the trust anchor's ARN, so there is nothing to act on.")
        if case.false_positive is not None and action.risk is not Risk.READ:
            return refused(Reason.NOT_IN_THIS_STATE, "This case is closed as a false positive. Reopen it first.")
        if any(one.is_open and one.action_id == action.id for one in case.requests.values()):
            return refused(Reason.ALREADY_REQUESTED, f"“{action.title}” is asked for already and not settled yet.")
        return []

    return rule


def ask_for_action(policy: ApprovalPolicy, action: ResponseAction, plan: Plan) -> PressRule:
    """The rule for sending an action's form; ``plan`` is made from what is known now."""
    may = may_ask(policy, action)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        if action.risk is not Risk.READ and not press.reason.strip():
            return refused(Reason.REASON_MISSING, "Say in a few words why this is needed.")
        if action.risk is not Risk.READ and press.digest != plan.digest():
            return refused(
                Reason.OLD_CARD,
                "What is known of the trust anchor has changed since this opened. Close it and press again.",
            )
        return [draft(_request(policy, action, plan, case, press, now), press.by)]

    return rule


def _request(
    policy: ApprovalPolicy, action: ResponseAction, plan: Plan, case: Case, press: Press, now: datetime
) -> ActionRequested:
    rule = policy.rule_for(action.risk)
    return ActionRequested(
        request_id=f"R{len(case.requests) + 1}",
        action_id=action.id,
        risk=action.risk,
        reason=press.reason.strip(),
        plan=plan,
        digest=plan.digest(),
        needed=rule.approvals,
        deadline=now + rule.expires_after,
        contains=action.contains,
    )
