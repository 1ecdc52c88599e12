"""Acknowledge: somebody has it."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Part, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import Acknowledged, draft
from bot.service.press import Answer, Press, PressRule


def acknowledge(policy: ApprovalPolicy) -> PressRule:
    """The rule for a press of Acknowledge."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person, Part.NOTE)
        if not decision.allowed:
            return decision
        if case.acknowledged_by == press.person.user_id:
            return refused(Reason.NOT_IN_THIS_STATE, "You have acknowledged this already.")
        if case.acknowledged_by:
            return refused(Reason.NOT_IN_THIS_STATE, f"<@{case.acknowledged_by}> has acknowledged this already.")
        if case.closed is not None:
            return refused(Reason.NOT_IN_THIS_STATE, f"This case is closed as a {case.state.value}. Reopen it first.")
        return [draft(Acknowledged(), press.by)]

    return rule
