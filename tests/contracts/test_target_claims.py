"""The contract of ``TargetClaims``, over the fake and over each real store."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.target_claim import CLAIM_LEASE, Claim, ClaimLost, Holder, TargetClaims, TargetHeld
from tests.fakes.chains import NOON
from tests.fakes.stores import CLAIMS, OpenClaims

ROLE, PROFILE, ANCHOR = "arn:aws:iam::1:role/r", "arn:aws:rolesanywhere:r:1:profile/p", "arn:aws:x:trust-anchor/a"
AVA = Holder("AW-0000000001", "R1", "one", "U1")
BEN = Holder("AW-0000000002", "R7", "two", "U2")
MOMENT = timedelta(microseconds=1)


@pytest.fixture(params=list(CLAIMS))
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> OpenClaims:
    """Opens the claims under test; a second use is their next life."""
    return CLAIMS[request.param](tmp_path)


async def take(
    claims: TargetClaims, holder: Holder, *targets: str, after: timedelta = timedelta(0), others_are_dead: bool = False
) -> tuple[Claim, ...]:
    """Claim targets so long after noon."""
    return await claims.take(targets, holder, NOON + after, others_are_dead=others_are_dead)


def versions(taken: Sequence[Claim]) -> list[int]:
    """The versions, in order."""
    return [one.version for one in taken]


class TestTargetClaims:
    """What all claims promise."""

    async def test_one_holder_at_a_time(self, opened: OpenClaims) -> None:
        """A second one hears who holds it, also after a restart, until the lease is over."""
        async with opened() as claims:
            (taken,) = await take(claims, AVA, ANCHOR)
        assert taken == Claim(ANCHOR, AVA, 1, NOON + CLAIM_LEASE)
        async with opened() as claims:
            with pytest.raises(TargetHeld) as held:
                await take(claims, BEN, ANCHOR, after=CLAIM_LEASE - MOMENT)
            assert held.value.claim == taken
            assert versions(await take(claims, BEN, ANCHOR, after=CLAIM_LEASE)) == [2]

    async def test_all_or_none(self, opened: OpenClaims) -> None:
        """Where one of several is held, the others stay free; each is claimed once, in the order of the ARNs."""
        async with opened() as claims:
            await take(claims, AVA, PROFILE)
            with pytest.raises(TargetHeld):
                await take(claims, BEN, ROLE, PROFILE, ANCHOR)
            taken = await take(claims, BEN, ROLE, ANCHOR)
        assert [one.target for one in taken] == sorted([ROLE, ANCHOR])
        assert versions(taken) == [1, 1]

    async def test_let_go_is_free_at_once(self, opened: OpenClaims) -> None:
        """What was let go can be taken, and has a new version."""
        async with opened() as claims:
            await claims.let_go(await take(claims, AVA, ANCHOR))
            assert versions(await take(claims, BEN, ANCHOR)) == [2]

    async def test_whoever_woke_too_late_has_lost_it(self, opened: OpenClaims) -> None:
        """After somebody else took it, nothing can be renewed, and letting go does not end the other's claim."""
        async with opened() as claims:
            slept = await take(claims, AVA, ROLE, ANCHOR)
            await take(claims, BEN, ANCHOR, after=CLAIM_LEASE)
            with pytest.raises(ClaimLost):
                await claims.renew(slept, NOON + CLAIM_LEASE)
            await claims.let_go(slept)
            with pytest.raises(TargetHeld) as held:
                await take(claims, AVA, ANCHOR, after=CLAIM_LEASE)
            assert held.value.claim.holder == BEN

    async def test_a_lost_claim_renews_none_of_the_others(self, opened: OpenClaims) -> None:
        """Renewing is all or none too."""
        async with opened() as claims:
            slept = await take(claims, AVA, ANCHOR, ROLE)
            await take(claims, BEN, ROLE, after=CLAIM_LEASE)
            with pytest.raises(ClaimLost):
                await claims.renew(slept, NOON + CLAIM_LEASE)
            assert versions(await take(claims, BEN, ANCHOR, after=CLAIM_LEASE)) == [2]

    async def test_renewed_holds_longer(self, opened: OpenClaims) -> None:
        """A renewed claim lasts from then on, also when it had run out and nobody wanted it."""
        late = CLAIM_LEASE * 2
        async with opened() as claims:
            taken = await take(claims, AVA, ANCHOR)
            await claims.renew(taken, NOON + late)
            with pytest.raises(TargetHeld):
                await take(claims, BEN, ANCHOR, after=late + CLAIM_LEASE - MOMENT)

    async def test_the_same_run_takes_it_again(self, opened: OpenClaims) -> None:
        """A run that broke off in this process begins again; its earlier claim is lost."""
        async with opened() as claims:
            earlier = await take(claims, AVA, ANCHOR)
            assert versions(await take(claims, AVA, ANCHOR)) == [2]
            with pytest.raises(ClaimLost):
                await claims.renew(earlier, NOON)

    @pytest.mark.parametrize("dead", [False, True])
    async def test_only_the_dead_are_passed_over(self, opened: OpenClaims, *, dead: bool) -> None:
        """The same run in another process waits, unless no other process can be alive."""
        again = replace(AVA, owner="two")
        async with opened() as claims:
            await take(claims, AVA, ANCHOR)
            if dead:
                assert versions(await take(claims, again, ANCHOR, others_are_dead=True)) == [2]
            else:
                with pytest.raises(TargetHeld):
                    await take(claims, again, ANCHOR)

    async def test_one_wins_the_race(self, opened: OpenClaims) -> None:
        """Of eight at once, for crossing sets of targets, one gets both; no version is given twice."""
        runs = [Holder(f"AW-000000000{number}", "R1", "one", "U1") for number in range(8)]
        async with opened() as claims:
            orders = [(ROLE, ANCHOR), (ANCHOR, ROLE)]
            tries = [take(claims, run, *orders[number % 2]) for number, run in enumerate(runs)]
            ended = await asyncio.gather(*tries, return_exceptions=True)
        won = [one for one in ended if isinstance(one, tuple)]
        assert [versions(one) for one in won] == [[1, 1]]
        assert sum(isinstance(one, TargetHeld) for one in ended) == 7
