"""Right before a call: whether the approval rules of now ask for more than those under which it was agreed on.

The rules may have changed since, with a restart, and a house that has just asked for more must not see less.
"""

from __future__ import annotations

from typing import Protocol

from bot.domain.approval import Decision
from bot.domain.case import Case, Request
from bot.domain.plan import Risk
from bot.domain.response_action import ResponseAction
from bot.domain.terms import Terms
from bot.domain.terms_now import asks_more, glass_asks_more


class TermsFor(Protocol):
    """See :meth:`bot.domain.approval.ApprovalPolicy.terms_for`."""

    def __call__(
        self, action_id: str, risk: Risk, account: str | None, region: str | None, *, least: int = 0
    ) -> Terms | Decision:
        """What the first rule that fits asks for, or the no where none does."""


class RulesNow:
    """Compares a request with the rules of now.

    Args:
        terms_for: the rules.
    """

    def __init__(self, terms_for: TermsFor) -> None:
        self._terms_for = terms_for

    def __call__(self, case: Case, request: Request, action: ResponseAction) -> str | None:
        """Why the request may not run under the rules of now; None when it may. A rung's ladder must pass too."""
        place = case.target.account, case.target.region
        asked = [self._terms_for(action.id, action.risk, *place, least=action.least_approvals)]
        ladder = case.requests.get(request.ladder)
        if ladder is not None:
            asked.append(self._terms_for(ladder.action_id, ladder.risk, *place))
        return next((why for now in asked if (why := _why_not(request, now)) is not None), None)


def tightened(terms_for: TermsFor, case: Case, request: Request) -> str | None:
    """As :class:`RulesNow`, for somebody who is about to agree: why their yes would run nothing, None when it may.

    A ladder's steps are asked about as they run: what each of them needs is not known here.
    """
    if request.plan.rungs:
        return None
    return _why_not(request, terms_for(request.action_id, request.risk, case.target.account, case.target.region))


def _why_not(request: Request, now: Terms | Decision) -> str | None:
    if isinstance(now, Decision):
        return f"The approval rules were changed since this was asked for. {now.sentence}"
    more = (asks_more if request.glass is None else glass_asks_more)(request.terms, now)
    if more is None:
        return None
    return f"The approval rules were changed since this was asked for: now it needs {more}. Ask for it again."
