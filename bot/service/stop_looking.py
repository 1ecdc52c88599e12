"""End a search that runs now: whoever runs it notices, keeps what is known and asks no more."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.investigation import StopAsked
from bot.domain.search_bar import SearchStopAsked, bar_of_entry
from bot.service.press import Answer, Press, PressRule

_ASKED = "Somebody has asked for that already: it ends in a moment."


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
            return refused(Reason.ALREADY_REQUESTED, _ASKED)
        return [draft(StopAsked(known.started.round), press.by)]

    return rule


def cancel_search(policy: ApprovalPolicy, begun_seq: int) -> PressRule:
    """The rule for a press of Cancel below the progress of the search that this entry began."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        bar = bar_of_entry(case, begun_seq)
        if bar is None or bar.ended_at is not None:
            return refused(Reason.NOT_IN_THIS_STATE, "This search is over already. Nothing was done.")
        if bar.stop_by is not None:
            return refused(Reason.ALREADY_REQUESTED, _ASKED)
        if bar.request_id is not None:
            return [draft(SearchStopAsked(bar.request_id), press.by)]
        return [draft(StopAsked(bar.round or 0), press.by)]

    return rule
