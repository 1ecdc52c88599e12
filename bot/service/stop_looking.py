"""End the round of questions that runs now: whoever runs it notices, keeps what is known and asks no more."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.investigation import StopAsked
from bot.service.press import Answer, Press, PressRule


def stop_looking(policy: ApprovalPolicy) -> PressRule:
    """The rule for a press of Stop Looking. Later rounds come all the same."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        known = case.investigation
        if known.started is None:
            return refused(Reason.NOT_IN_THIS_STATE, "Anchorwatch is not looking now. Nothing was done.")
        if known.stop_by is not None:
            return refused(Reason.ALREADY_REQUESTED, "Somebody has asked for that already: it ends in a moment.")
        return [draft(StopAsked(known.started.round), press.by)]

    return rule
