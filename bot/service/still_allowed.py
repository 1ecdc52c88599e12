"""Asks Slack again, right before a call, whether everybody who had a part in it may still have it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.domain.approval import Person
from bot.domain.case import Request
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

    async def __call__(self, request: Request) -> str | None:
        """Why somebody's part in this no longer holds, or None when everybody's does."""
        agreed_at = max((vote.at for vote in request.votes), default=request.at)
        if self._clock.now() - agreed_at > _YES_HOLDS:
            minutes = int(_YES_HOLDS.total_seconds() / 60)
            return f"The last yes is older than {minutes} minutes, and nobody has run it since. Ask for it again."
        voters = tuple(dict.fromkeys(vote.user_id for vote in request.votes))
        requester, *approvers = await asyncio.gather(*(self._fresh(one) for one in (request.by, *voters)))
        if not (requester.active and requester.responder):
            return _no_longer(requester, "ask for this")
        for person in approvers:
            if not (person.active and person.approver):
                return _no_longer(person, "approve")
        return None

    async def _fresh(self, user_id: str) -> Person:
        """Ask who somebody is, some times while Slack can't tell: an approved containment is worth the wait."""
        for pause_seconds in _ASK_AGAIN_SECONDS:
            person = await self._directory.fresh(user_id)
            if person.unknown is None:
                return person
            await asyncio.sleep(pause_seconds)
        return await self._directory.fresh(user_id)


def _no_longer(person: Person, what: str) -> str:
    if person.active and person.unknown:
        return f"{person.unknown}, so nobody knows whether <@{person.user_id}> may still {what}."
    return f"<@{person.user_id}> may not {what} any more."
