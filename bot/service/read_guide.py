"""Read the guide of a case: what is known so far, without a call."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, may_start
from bot.domain.case import Case
from bot.domain.plan import Risk
from bot.service.press import Answer, Press, PressRule


def may_read_guide(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening the guide: whoever may start an action that only reads. Nothing is logged of a yes."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del case, now
        decision = may_start(policy, Risk.READ, press.person)
        return [] if decision.allowed else decision

    return rule
