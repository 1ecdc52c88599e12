"""Break the glass: one person alone lets run what can be undone, in the form in which they ask or on a card."""

from __future__ import annotations

from datetime import datetime

from bot.domain.approval import Decision, Reason, refused, too_late
from bot.domain.case import Case, Request
from bot.domain.code_check import CodeCheck, code_refusal
from bot.domain.events import ActionRequested, draft
from bot.domain.glass import GlassBroken
from bot.domain.glass_rule import may_break_glass
from bot.domain.plan import plan_name
from bot.domain.terms import Terms
from bot.service.cast_vote import pending
from bot.service.press import Answer, Press, PressRule
from bot.service.signed_yes import Surface, not_to_be_signed


def may_open_glass(surface: Surface) -> PressRule:
    """The rule for opening the form: everything but the reason and the code."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        request = _broken_for(case, press, now, surface)
        return request if isinstance(request, Decision) else []

    return rule


def break_glass(surface: Surface) -> PressRule:
    """The rule for sending the form; ``surface`` knows what the card shows of a plan."""

    def rule(case: Case, press: Press, now: datetime) -> Answer:
        request = _broken_for(case, press, now, surface)
        if isinstance(request, Decision):
            return request
        problem = _incomplete(request.terms, press)
        if problem is not None:
            return problem
        return [draft(_broken(request.request_id, request.digest, press, rendered=press.rendered), press.by)]

    return rule


def glass_at_asking(asked: ActionRequested, terms: Terms, press: Press) -> GlassBroken | Decision:
    """The broken glass of a request that is made in the same moment, with the plan of the form; or why not."""
    may = may_break_glass(press.person, terms)
    problem = _incomplete(terms, press) if may.allowed else may
    return problem or _broken(asked.request_id, asked.digest, press, at_asking=True)


def _broken_for(case: Case, press: Press, now: datetime, surface: Surface) -> Request | Decision:
    """The request that this person may let run alone as they see it, or why they may not."""
    request = pending(case, press)
    if isinstance(request, Decision):
        return request
    may = may_break_glass(press.person, request.terms)
    if not may.allowed:
        return may
    if (late := too_late(request.deadline, now)) is not None:
        return late
    return not_to_be_signed(case, request, press, surface) or request


def _incomplete(terms: Terms, press: Press) -> Decision | None:
    """What is missing of what only the form has."""
    if not press.reason.strip():
        return refused(Reason.REASON_MISSING, "Say in a few words why this can't wait for others.")
    return code_refusal(press.code) if terms.one_time_code else None


def _broken(request_id: str, digest: str, press: Press, *, rendered: str = "", at_asking: bool = False) -> GlassBroken:
    return GlassBroken(
        request_id=request_id,
        digest=digest,
        reason=press.reason.strip(),
        shown_as=plan_name(digest),
        rendered=rendered,
        at_asking=at_asking,
        proved=press.code is CodeCheck.RIGHT,
    )
