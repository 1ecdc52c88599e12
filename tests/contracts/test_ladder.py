"""The contract of every ladder in ``handlers/``: what one rung does never stops the next one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.aws_accounts import BotoAccounts
from bot.domain.action import Ladder, Target, differences
from bot.domain.case import Case
from bot.domain.ladder import ladder_plan
from bot.domain.plan import Plan
from bot.ports import AwsAccounts
from bot.registry import load_handlers
from bot.service.known_state import KnownAws
from tests.fakes.aws_worlds import StandInWorld, aws_environment
from tests.fakes.fake_aws import NOW, FakeAws
from tests.fakes.ladder import searching

LADDERS = load_handlers().ladders
every_ladder = pytest.mark.parametrize("ladder", LADDERS.values(), ids=lambda ladder: ladder.id)


async def approved_plan(ladder: Ladder, accounts: AwsAccounts, target: Target) -> Plan:
    """The plan as people approve it: on the trust anchor from AWS, everything else from the log."""
    known = KnownAws(Case("AW-0000000000"), NOW)
    plans = [
        await action.plan(target, accounts.reader(target, action.permissions) if action.on_anchor else known)
        for action in ladder.actions
    ]
    return ladder_plan(ladder, str(target.anchor_arn), tuple(plans), ())


async def climb(plan: Plan, ladder: Ladder, accounts: AwsAccounts, target: Target) -> None:
    """Do every rung as it is run: planned again, compared, done in a session of its own, and read back."""
    for rung, action in zip(plan.rungs, ladder.actions, strict=True):
        asked = replace(target, known=rung.plan.evidence)
        reader = accounts.reader(asked, action.permissions)
        live = await action.plan(asked, reader)
        assert differences(rung.plan, live) == ()
        actor = accounts.actor(asked, action.permissions, session_name=action.id, touches=live.touches)
        await action.apply(live, searching(actor, accounts, asked, action))
        assert (await action.verify(live, reader)).done is True


@every_ladder
async def test_no_rung_stops_the_next_one(ladder: Ladder, aws: FakeAws, target: Target) -> None:
    """With what was approved before the first call, every rung still finds what it was approved for."""
    plan = await approved_plan(ladder, aws, target)
    await climb(plan, ladder, aws, target)


@every_ladder
@pytest.mark.parametrize("by", ["user", "session"])
async def test_no_rung_stops_the_next_one_over_http(ladder: Ladder, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same with boto3, in sessions that may do nothing but the rung's calls on what it touches."""
    with aws_environment(monkeypatch) as endpoint_url:
        accounts = BotoAccounts("actor", "actor")
        world = StandInWorld(endpoint_url, accounts)
        world.add_roles("actor")
        target = world.add_ladder(world.add_anchor("ci"), by=by)
        try:
            await climb(await approved_plan(ladder, accounts, target), ladder, accounts, target)
        finally:
            await accounts.close()


@every_ladder
async def test_the_digest_is_over_all_rungs(ladder: Ladder, aws: FakeAws, target: Target) -> None:
    """A rung less, other calls of one rung, or another order is another plan."""
    plan = await approved_plan(ladder, aws, target)
    first, second, *rest = plan.rungs
    others = [
        replace(plan, rungs=(second, *rest)),
        replace(plan, rungs=(second, first, *rest)),
        replace(plan, rungs=(replace(first, plan=replace(first.plan, state={"enabled": "?"})), second, *rest)),
    ]
    assert len({one.digest() for one in (plan, *others)}) == 4
