"""Claims in memory, as strict as the stores that last."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.target_claim import CLAIM_LEASE, Claim, ClaimLost, Holder, TargetHeld
from tests.fakes.memory_log import MemoryDisk

_LET_GO = datetime(1970, 1, 1, tzinfo=UTC)


class MemoryClaims:
    """:class:`bot.domain.target_claim.TargetClaims` in memory; ``step`` is called before and after each change."""

    def __init__(self, disk: MemoryDisk, step: Callable[[], None] = lambda: None) -> None:
        self._disk = disk
        self._step = step

    async def take(
        self, targets: Sequence[str], holder: Holder, now: datetime, *, others_are_dead: bool
    ) -> tuple[Claim, ...]:
        """See :meth:`bot.domain.target_claim.TargetClaims.take`."""
        await self._reach()
        taken = []
        for target in sorted(set(targets)):
            known = self._disk.claims.get(target)
            if known is not None and known.keeps_out(holder, now, others_are_dead=others_are_dead):
                raise TargetHeld(known)
            taken.append(Claim(target, holder, known.version + 1 if known else 1, now + CLAIM_LEASE))
        self._disk.claims |= {one.target: one for one in taken}
        self._step()
        return tuple(taken)

    async def renew(self, claims: Sequence[Claim], now: datetime) -> None:
        """See :meth:`bot.domain.target_claim.TargetClaims.renew`."""
        await self._reach()
        for claim in claims:
            if self._disk.claims[claim.target].version != claim.version:
                raise ClaimLost(claim.target)
        self._disk.claims |= {one.target: replace(one, until=now + CLAIM_LEASE) for one in claims}
        self._step()

    async def let_go(self, claims: Sequence[Claim]) -> None:
        """See :meth:`bot.domain.target_claim.TargetClaims.let_go`."""
        await self._reach()
        for claim in claims:
            known = self._disk.claims[claim.target]
            if known.version == claim.version:
                self._disk.claims[claim.target] = replace(known, until=_LET_GO)
        self._step()

    async def _reach(self) -> None:
        self._step()
        await self._disk.reach()
