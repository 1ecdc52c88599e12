"""A yes is to what the person saw: the plan's digest, the card as it was drawn, and all of the plan."""

from __future__ import annotations

from typing import Protocol

from bot.domain.approval import Decision, Reason, refused
from bot.domain.case import Case, Request
from bot.domain.code_check import CodeCheck, code_refusal
from bot.domain.events import ApprovalGiven, draft
from bot.domain.plan import plan_name
from bot.service.press import Answer, Press


class Surface(Protocol):
    """What the card shows; pure, so that it can be asked at every press."""

    def rendered(self, case: Case) -> str:
        """The SHA-256 (hex) of the blocks of the case's card, but for what only says how far a search is."""
        ...

    def fits(self, request: Request) -> bool:
        """Whether the card shows the whole plan."""
        ...


def signed_yes(case: Case, request: Request, press: Press, surface: Surface) -> Answer:
    """The yes as it is logged, or why it is none. What the button carries is compared only, and proves nothing."""
    problem = not_to_be_signed(case, request, press, surface)
    if problem is None and request.terms.one_time_code:
        problem = code_refusal(press.code)
    if problem is not None:
        return problem
    known = request.terms.shares_of(press.person)
    shares = tuple(name for name, is_of in known.items() if is_of)
    given = ApprovalGiven(
        request_id=request.request_id,
        digest=request.digest,
        shares=shares,
        rendered=press.rendered,
        shown_as=plan_name(request.digest),
        proved=press.code is CodeCheck.RIGHT,
    )
    return [draft(given, press.by)]


def not_to_be_signed(case: Case, request: Request, press: Press, surface: Surface) -> Decision | None:
    """Why nobody who sees what this person saw can say yes; None when they can."""
    problem = _not_read(request) or _not_this_card(case, request, press, surface)
    return problem or _not_opened(request, press, surface)


def _not_read(request: Request) -> Decision | None:
    if not request.seen.waits:
        return None
    if request.seen.error is None:
        sentence = "AWS is being read for this plan. Look at the card again in a moment, then press."
        return refused(Reason.NOT_READ_YET, sentence)
    sentence = "AWS could not be read for this plan, so nobody can say yes to it yet. It is tried again by itself."
    return refused(Reason.NOT_READ_YET, sentence)


def _not_this_card(case: Case, request: Request, press: Press, surface: Surface) -> Decision | None:
    """What was pressed must be the card as it is drawn now, or as it stood in Slack since the last decision.

    Answers of the guide come in while somebody reads, and a yes a moment before the next update is to what was shown.
    """
    shown = press.rendered == surface.rendered(case) or case.card.has_shown(press.rendered, case.revision)
    if press.digest == request.digest and shown:
        return None
    return refused(
        Reason.OTHER_CARD, "The card shows something else now than when you pressed. Read it again, then press."
    )


def _not_opened(request: Request, press: Press, surface: Surface) -> Decision | None:
    if surface.fits(request) or request.seen.opened_in_full(press.person.user_id):
        return None
    sentence = (
        f"Plan {plan_name(request.digest)} is longer than the card. Press “Show the Whole Plan” and read it to its "
        "last page, then approve."
    )
    return refused(Reason.NOT_OPENED, sentence)
