"""Review a broken glass: somebody who could have approved it says whether it was right, in their words."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import ApprovalPolicy, Decision, Reason, refused
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.glass import GlassReviewed
from bot.domain.glass_rule import may_review
from bot.service.press import Answer, Press, PressRule

JUDGEMENT = "judgement"
"""The field of the form that says whether it was right; :data:`RIGHT` or :data:`NOT_RIGHT`."""
RIGHT, NOT_RIGHT = "right", "not_right"


def may_review_glass(policy: ApprovalPolicy) -> PressRule:
    """The rule for opening the form."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        return _refusal(policy, case, press) or []

    return rule


def review_glass(policy: ApprovalPolicy) -> PressRule:
    """The rule for sending the form."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        del now
        refusal = _refusal(policy, case, press)
        if refusal is not None:
            return refusal
        judgement, words = press.entered.get(JUDGEMENT), press.reason.strip()
        if judgement not in (RIGHT, NOT_RIGHT):
            return refused(Reason.REASON_MISSING, "Say whether it was right to break the glass.")
        if not words:
            return refused(Reason.REASON_MISSING, "Say in a few words why it was right, or why not.")
        return [draft(GlassReviewed(press.request_id, judgement == RIGHT, words), press.by)]

    return rule


def _refusal(policy: ApprovalPolicy, case: Case, press: Press) -> Decision | None:
    request = case.requests.get(press.request_id)
    glass = request.glass if request is not None and not request.ladder else None
    if request is None or glass is None:
        return refused(Reason.FORGED, "There is no broken glass of this request. Nothing was done.")
    if glass.review is not None:
        return refused(Reason.SETTLED, "Somebody has reviewed this already.")
    decision = may_review(policy, press.person, request.terms, (glass.user_id, request.by))
    return None if decision.allowed else decision
