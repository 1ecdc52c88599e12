"""Mark as false positive, with a reason; and open again what was closed so."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import MarkedFalsePositive, Reopened, draft
from bot.service.press import Answer, Press, PressRule


def may_mark_false_positive(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening the form: everything but the reason."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        if case.false_positive is not None:
            return refused(Reason.NOT_IN_THIS_STATE, "This case is closed as a false positive already.")
        if case.open_request is not None:
            return refused(
                Reason.NOT_IN_THIS_STATE,
                "A request for containment is open. Reject it or let it finish before you close the case.",
            )
        return []

    return rule


def mark_false_positive(policy: ApprovalPolicy) -> PressRule:
    """The rule for sending the form."""
    may = may_mark_false_positive(policy)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        if not press.reason.strip():
            return refused(Reason.REASON_MISSING, "Say in a few words why nothing is wrong here.")
        return [draft(MarkedFalsePositive(press.reason.strip()), press.by)]

    return rule


def reopen(policy: ApprovalPolicy) -> PressRule:
    """The rule for a press of Reopen."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        if case.false_positive is None:
            return refused(Reason.NOT_IN_THIS_STATE, "This case is open already.")
        return [draft(Reopened(), press.by)]

    return rule
