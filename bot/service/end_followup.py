"""End an open point of a case, or all of them: a press, decided on the case as it is."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ALLOWED, ApprovalPolicy, Decision, Person, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.followups import Followup, FollowupEnded
from bot.domain.plan import Risk
from bot.service.press import Answer, Press, PressRule


def may_end(point: Followup, person: Person) -> Decision:
    """Whether this person may end it: nobody ends what is about their own deed."""
    if person.user_id in point.not_by:
        return refused(Reason.OWN_REQUEST, "This point is about what you did yourself, so somebody else must end it.")
    if point.request_id:
        return refused(Reason.NOT_IN_THIS_STATE, "A broken glass is closed by its review only. Press Review beside it.")
    if point.by_approver and not person.approver:
        return refused(Reason.NOT_AN_APPROVER, "Only an approver can end this point.")
    return ALLOWED


def end_followup(policy: ApprovalPolicy, number: int) -> PressRule:
    """The rule for a press of Done beside the point of this number: responders and approvers may."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision, point = may_start(policy, Risk.READ, press.person), case.followups.numbered(number)
        if not decision.allowed:
            return decision
        if point is None:
            return refused(Reason.FORGED, "There is no such point in this case. Nothing was done.")
        if not point.is_open:
            return refused(Reason.SETTLED, "This point is closed already.")
        decision = may_end(point, press.person)
        return [draft(FollowupEnded(point.key), press.by)] if decision.allowed else decision

    return rule


def end_followups(policy: ApprovalPolicy) -> PressRule:
    """The rule for a press of Close All: it ends every point that this person may end."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, Risk.READ, press.person)
        if not decision.allowed:
            return decision
        if not case.followups.open:
            return refused(Reason.SETTLED, "Every point is closed already.")
        decisions = [(one, may_end(one, press.person)) for one in case.followups.open]
        ended = [draft(FollowupEnded(one.key), press.by) for one, may in decisions if may.allowed]
        return ended or decisions[0][1]

    return rule
