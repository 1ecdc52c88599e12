"""Asks Slack again, right before a call, whether everybody who had a part in it may still have it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from bot.domain.approval_words import lacking_words
from bot.domain.case import Case, Request
from bot.domain.people import Part, Person, not_told
from bot.domain.suspect import part_of_asking, part_of_voting, suspected
from bot.domain.terms import Terms, Yes, missing
from bot.ports import Clock, Directory

# "Approve and Run" means now: what could not run for so long is asked for again, with what AWS shows then.
_YES_HOLDS = timedelta(minutes=15)
_ASK_AGAIN_SECONDS = (0.5, 1.0)


class StillAllowed:
    """Whether a request may still run.

    Args:
        directory: people, as Slack knows them now.
        clock: how old the last yes is.
    """

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    async def __call__(self, case: Case, request: Request) -> str | None:
        """Why somebody's part in this no longer holds, or None when everybody's does."""
        glass = request.glass
        agreed_at = glass.at if glass else max((vote.at for vote in request.votes), default=request.at)
        if self._clock.now() - agreed_at > _YES_HOLDS:
            minutes = int(_YES_HOLDS.total_seconds() / 60)
            return f"The last yes is older than {minutes} minutes, and nobody has run it since. Ask for it again."
        terms, voters, agree = request.terms, request.let_run_by, "approve"
        agreeing = part_of_voting(request.action_id, request.risk)
        if glass is not None:
            # Nobody's yes is needed then, so those who gave one before may have left.
            terms, voters, agree = Terms(approvers=terms.break_glass), (glass.user_id,), "break the glass"
            agreeing = Part.BREAK
        people = await asyncio.gather(*(self._fresh(one, terms) for one in (request.by, *voters)))
        requester, *approvers = (suspected(case, one) for one in people)
        asking = part_of_asking(request.action_id, request.risk)
        if not (_is_here(requester, asking) and requester.responder):
            return _no_longer(requester, terms, "ask for this")
        for person in approvers:
            if not (_is_here(person, agreeing) and terms.may_approve(person)):
                return _no_longer(person, terms, agree)
        return _short_of(terms, approvers)

    async def _fresh(self, user_id: str, terms: Terms) -> Person:
        """Ask who somebody is, some times while Slack can't tell: an approved containment is worth the wait."""
        for pause_seconds in _ASK_AGAIN_SECONDS:
            person = await self._directory.fresh(user_id)
            if _not_told(person, terms) is None:
                return person
            await asyncio.sleep(pause_seconds)
        return await self._directory.fresh(user_id)


def _is_here(person: Person, part: Part) -> bool:
    return person.active and person.unseen is None and not person.is_barred(part)


def _not_told(person: Person, terms: Terms) -> str | None:
    """What Slack could not tell of all that counts here."""
    return person.unseen or person.unknown or not_told(person.lost_groups.intersection(terms.named.groups))


def _short_of(terms: Terms, approvers: Sequence[Person]) -> str | None:
    """What is missing when only what Slack shows now counts: somebody may have left the group that was needed."""
    given = [
        Yes(one.user_id, tuple(name for name, is_of in terms.shares_of(one).items() if is_of)) for one in approvers
    ]
    lacking = missing(terms, given)
    if lacking.nothing:
        return None
    lost = next((why for why in (_not_told(one, terms) for one in approvers) if why), None)
    if lost:
        return f"{lost}, so nobody knows whether enough of the right people said yes."
    return f"Not enough of the right people say yes any more: it needs {lacking_words(lacking)}."


def _no_longer(person: Person, terms: Terms, what: str) -> str:
    lost = _not_told(person, terms)
    if person.active and lost:
        return f"{lost}, so nobody knows whether <@{person.user_id}> may still {what}."
    return f"<@{person.user_id}> may not {what} any more."
