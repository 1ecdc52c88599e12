"""Claims on what a run changes: one run at a time for each thing in AWS, across cases, people and processes.

A claim has a version that grows each time somebody takes the target. Whoever was away for longer than their claim, and
finds another version there, has lost it: they may neither call AWS nor write the outcome any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.errors import AnchorwatchError
from bot.domain.plan import Plan

CLAIM_LEASE = timedelta(seconds=60)
"""How long a claim holds unless it is renewed; longer than one call takes with everything that it waits for."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who changes a target: a request of a case, the process that runs it, and the Slack user who asked for it."""

    case_id: str
    request_id: str
    owner: str
    asked_by: str

    def is_run_of(self, other: Holder) -> bool:
        """Whether both are the same request, perhaps in two processes."""
        return (self.case_id, self.request_id) == (other.case_id, other.request_id)


@dataclass(frozen=True, slots=True)
class Claim:
    """A target (an ARN) that ``holder`` alone may change until ``until``, unless the claim is renewed or let go."""

    target: str
    holder: Holder
    version: int
    until: datetime

    def keeps_out(self, other: Holder, now: datetime, *, others_are_dead: bool) -> bool:
        """Whether another holder may not take the target now.

        ``others_are_dead`` says that no other process is alive, so that its claims mean nothing.
        """
        if self.until <= now or (others_are_dead and self.holder.owner != other.owner):
            return False
        return not (self.holder.is_run_of(other) and self.holder.owner == other.owner)


class TargetHeld(AnchorwatchError):
    """Somebody else changes a target now; ``claim`` says who."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(f"{claim.target} is held by {claim.holder.request_id} of {claim.holder.case_id}")
        self.claim = claim


class ClaimLost(AnchorwatchError):
    """A claim ran out and somebody else has taken the target since: nothing may be called or written any more."""

    def __init__(self, target: str) -> None:
        super().__init__(f"the claim on {target} was lost to somebody else")
        self.target = target


class TargetClaims(Protocol):
    """Keeps claims where every process that shares the case log sees them."""

    async def take(
        self, targets: Sequence[str], holder: Holder, now: datetime, *, others_are_dead: bool
    ) -> tuple[Claim, ...]:
        """Claim all of these targets or none, for :data:`CLAIM_LEASE`; each gets a new version.

        The same run of the same process may take again what it holds, which ends its earlier claim.

        Raises:
            TargetHeld: the first, by ARN, that somebody else holds; nothing was claimed.
            StoreUnavailable: nothing was claimed.
        """
        ...

    async def renew(self, claims: Sequence[Claim], now: datetime) -> None:
        """Hold claims for another :data:`CLAIM_LEASE`, also when they ran out and nobody has taken them since.

        Raises:
            ClaimLost: one of them has another version by now; none was renewed.
            StoreUnavailable: none was renewed.
        """
        ...

    async def let_go(self, claims: Sequence[Claim]) -> None:
        """End claims; one that was lost already stays with whoever has it.

        Raises:
            StoreUnavailable: they end by themselves.
        """
        ...


def targets_of(plan: Plan) -> tuple[str, ...]:
    """The ARNs that a plan changes, each once, in an order that is the same for every run."""
    return tuple(sorted({*plan.touches} or {plan.target_arn}))
