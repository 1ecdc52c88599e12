"""Keeps two runs off the same thing in AWS: claims it before anything is read, and again right before each call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import structlog

from bot.domain.action_aws import ActionAws
from bot.domain.case import Case, Request
from bot.domain.effects import Standing
from bot.domain.errors import AnchorwatchError, StoreUnavailable
from bot.domain.target_claim import Claim, Holder, TargetClaims, targets_of
from bot.ports import Clock

_log = structlog.get_logger()


class Fences:
    """Puts a fence around the targets of a run.

    Args:
        claims: where every process sees them.
        clock: the time of their leases.
        standing: which process this is.
    """

    def __init__(self, claims: TargetClaims, clock: Clock, standing: Standing) -> None:
        self._claims = claims
        self._clock = clock
        self._standing = standing

    @asynccontextmanager
    async def around(self, case: Case, request: Request) -> AsyncIterator[Fence]:
        """Hold everything that a request's plan changes while the block runs.

        What breaks off in another way than by an error of ours, such as a cancelled task, keeps the claims until their
        lease ends: a call may still be under way.

        Raises:
            TargetHeld: somebody else changes one of them now.
            StoreUnavailable: nothing is held.
        """
        holder = Holder(case.case_id, request.request_id, self._standing.owner, request.by)
        claims = await self._claims.take(
            targets_of(request.plan), holder, self._clock.now(), others_are_dead=self._standing.exclusive
        )
        try:
            yield Fence(self._claims, claims, self._clock)
        except AnchorwatchError:
            await self._let_go(claims)
            raise
        await self._let_go(claims)

    async def _let_go(self, claims: tuple[Claim, ...]) -> None:
        try:
            await self._claims.let_go(claims)
        except StoreUnavailable as error:
            # What happened is written already, and the lease ends by itself.
            _log.warning("claim_not_let_go", error=str(error))


class Fence:
    """The claims of one run.

    Args:
        claims: where they are kept.
        held: those of this run.
        clock: the time of their leases.
    """

    def __init__(self, claims: TargetClaims, held: tuple[Claim, ...], clock: Clock) -> None:
        self._claims = claims
        self._held = held
        self._clock = clock

    async def check(self) -> None:
        """Hold everything for another lease.

        Raises:
            ClaimLost: somebody else has taken a target since: nothing may be called any more.
            StoreUnavailable: whether it is held is not known, so nothing may be called either.
        """
        await self._claims.renew(self._held, self._clock.now())

    def guarded(self, aws: ActionAws) -> ActionAws:
        """AWS that makes no call without a claim."""
        return _GuardedAws(aws, self)


class _GuardedAws:
    """AWS behind a fence; implements :class:`bot.domain.action.ActionAws`."""

    def __init__(self, aws: ActionAws, fence: Fence) -> None:
        self._aws = aws
        self._fence = fence

    async def call(self, service: str, operation: str, /, **parameters: object) -> Mapping[str, Any]:
        """See :meth:`bot.domain.action.ActionAws.call`. Raises as :meth:`Fence.check` too."""
        await self._fence.check()
        return await self._aws.call(service, operation, **parameters)

    async def pages(self, service: str, operation: str, /, **parameters: object) -> AsyncIterator[Mapping[str, Any]]:
        """See :meth:`bot.domain.action.ActionAws.pages`."""
        async for page in self._aws.pages(service, operation, **parameters):
            yield page

    async def progress(self, sentence: str) -> None:
        """See :meth:`bot.domain.action.ActionAws.progress`."""
        await self._aws.progress(sentence)

    def now(self) -> datetime:
        """See :meth:`bot.domain.action.ActionAws.now`."""
        return self._aws.now()
