"""Stop a ladder after the rung that runs: it comes to its end and is read back, and no other begins."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.ladder_event import LadderStopped
from bot.service.press import Answer, Press, PressRule


def stop_ladder(policy: ApprovalPolicy) -> PressRule:
    """The rule for a press of Stop after This Step."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        request = case.requests.get(press.request_id)
        if request is None:
            return refused(Reason.FORGED, "This button belongs to no request of this case. Nothing was done.")
        if not (request.rungs and request.is_open):
            return refused(Reason.SETTLED, "All of it has ended already, so there is nothing to stop.")
        if request.stopped_by:
            return refused(Reason.ALREADY_REQUESTED, "Somebody stopped it already: it ends with the step that runs.")
        return [draft(LadderStopped(request.request_id), press.by)]

    return rule
