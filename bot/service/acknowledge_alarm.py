"""Acknowledge what came back after a containment: somebody has it, so nobody else is reminded."""

from __future__ import annotations

from datetime import datetime

from bot.domain.alarms import AlarmAcknowledged
from bot.domain.approval import ApprovalPolicy, Part, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.plan import Risk
from bot.service.press import Answer, Press, PressRule


def acknowledge_alarm(policy: ApprovalPolicy, through: int) -> PressRule:
    """The rule for a press of Acknowledge on the alarm of the entry ``through``; it counts for those before it too.

    Responders and approvers may: whoever looks into it first is welcome.
    """

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, Risk.READ, press.person, Part.NOTE)
        if not decision.allowed:
            return decision
        alarm = next((one for one in case.aftermath.alarms if one.seq == through), None)
        if alarm is None:
            return refused(Reason.FORGED, "There is no such alarm in this case. Nothing was done.")
        if any(one.waits and one.seq <= through for one in case.aftermath.alarms):
            return [draft(AlarmAcknowledged(through), press.by)]
        if alarm.acknowledged_by is None:
            return refused(Reason.SETTLED, "This alarm waits for nobody.")
        by = "You have" if alarm.acknowledged_by == press.person.user_id else f"<@{alarm.acknowledged_by}> has"
        return refused(Reason.SETTLED, f"{by} acknowledged this already.")

    return rule
