"""Say how a run ended whose outcome is not known: a person has looked, and it is kept as their word, not as proof."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Reason, may_start, refused
from bot.domain.case import Case, RequestState
from bot.domain.events import draft
from bot.domain.receipt import OutcomeTold
from bot.service.cast_vote import settled_words
from bot.service.press import Answer, Press, PressRule


def may_tell(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening the form: everything but the reason."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        decision = may_start(policy, None, press.person)
        if not decision.allowed:
            return decision
        request = case.requests.get(press.request_id)
        if request is None:
            return refused(Reason.FORGED, "This button belongs to no request of this case. Nothing was done.")
        if request.state is not RequestState.UNKNOWN:
            return refused(Reason.SETTLED, f"How this ended is known by now: {settled_words(request)}.")
        return []

    return rule


def tell_outcome(policy: ApprovalPolicy, *, done: bool) -> PressRule:
    """The rule for sending the form."""
    may = may_tell(policy)

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        answer = may(case, press, now)
        if answer:
            return answer
        if not press.reason.strip():
            return refused(Reason.REASON_MISSING, "Say in a few words where you looked and what you saw.")
        return [draft(OutcomeTold(press.request_id, done, press.reason.strip()), press.by)]

    return rule
