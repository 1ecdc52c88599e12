"""Close a case, as a false positive or as what else it was, with a reason; and open it again."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Part, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.closing import CloseReason
from bot.domain.events import MarkedFalsePositive, Reopened, draft
from bot.service.press import Answer, Press, PressRule

CLOSE_REASON = "close_reason"
"""Under which name a press carries what the case is closed as."""


def may_mark_false_positive(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening the form: everything but the reason."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        if case.closed is not None:
            return refused(Reason.NOT_IN_THIS_STATE, f"This case is closed as a {case.state.value} already.")
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
            return refused(Reason.REASON_MISSING, "Say in a few words why.")
        # A form that was opened before there was a choice has none.
        as_what = press.entered.get(CLOSE_REASON, CloseReason.FALSE_POSITIVE)
        if as_what not in tuple(CloseReason):
            return refused(Reason.FORGED, "This form is not one that Anchorwatch drew. Nothing was done.")
        return [draft(MarkedFalsePositive(press.reason.strip(), str(as_what)), press.by)]

    return rule


def reopen(policy: ApprovalPolicy) -> PressRule:
    """The rule for a press of Reopen."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person, Part.NOTE)
        if not decision.allowed:
            return decision
        if case.closed is None:
            return refused(Reason.NOT_IN_THIS_STATE, "This case is open already.")
        return [draft(Reopened(), press.by)]

    return rule
