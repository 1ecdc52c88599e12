"""A containment while AWS lets only half of the calls through: done once each, in bounded time, never doubled."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.adapters import aws_accounts
from bot.adapters.aws_accounts import BotoAccounts
from bot.domain.errors import NOT_SENT, AwsError, AwsThrottled
from bot.domain.identity import Target
from bot.domain.search_run import Precedence
from bot.sandbox.aws.clients import connect
from tests.fakes.aws_worlds import StandInWorld, aws_environment

DISABLE, PUT, GET = "rolesanywhere:DisableTrustAnchor", "iam:PutRolePolicy", "rolesanywhere:GetTrustAnchor"
ROLES = tuple(f"role-{number}" for number in range(8))
DOCUMENT = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StandInWorld]:
    """The stand-in with a role to act with and eight roles to change."""
    with aws_environment(monkeypatch) as endpoint_url:
        iam = connect("iam", endpoint_url)
        iam.create_role(RoleName="actor", AssumeRolePolicyDocument="{}")
        iam.close()
        accounts = BotoAccounts("", "actor")
        made = StandInWorld(endpoint_url, accounts)
        made.add_roles(*ROLES)
        yield made
        await accounts.close()


@pytest.fixture
def target(world: StandInWorld) -> Target:
    """A trust anchor."""
    return world.add_anchor("ci")


def half(world: StandInWorld, *services: str) -> None:
    """Refuse half of the calls of these services for too many requests."""
    for service in services:
        world.control.set_fault(service, "*", "throttle", times=None, share=0.5)


async def contain(world: StandInWorld, target: Target) -> None:
    """Open a session, disable the trust anchor and deny on every role."""
    actor = world.accounts.actor(target, [DISABLE, PUT], session_name="AW-TEST-U1")
    await actor.open()
    await actor.call("rolesanywhere", "DisableTrustAnchor", trustAnchorId=target.anchor_id)
    for role in ROLES:
        await actor.call("iam", "PutRolePolicy", RoleName=role, PolicyName="deny", PolicyDocument=DOCUMENT)


async def test_half_of_the_calls_refused_is_waited_out(world: StandInWorld, target: Target) -> None:
    """STS, Roles Anywhere and IAM refuse every other call: each change happens once, within seconds."""
    half(world, "sts", "iam", "rolesanywhere")
    start = time.monotonic()
    await contain(world, target)
    assert time.monotonic() - start < 30
    done = Counter(f"{one['operation']} {one['parameters'].get('RoleName', '')}" for one in effects(world))
    assert done == Counter(["AssumeRole ", "DisableTrustAnchor ", *(f"PutRolePolicy {role}" for role in ROLES)])
    refused = [one for one in world.control.journal() if one["outcome"].startswith("Throttl")]
    assert len(refused) > 3


def effects(world: StandInWorld) -> list[dict[str, Any]]:
    """Calls that changed something since the seeds, and sessions that were opened."""
    since = world.control.journal()
    first = next(number for number, one in enumerate(since) if one["operation"] == "AssumeRole")
    return [
        one
        for one in since[first:]
        if one["outcome"] == "ok" and one["operation"] in ("AssumeRole", "DisableTrustAnchor", "PutRolePolicy")
    ]


async def test_the_pauses_are_spread_and_end(
    world: StandInWorld, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tries come at uneven times, none later than the patience allows; then it is an error, and nothing happened."""
    slept: list[float] = []

    async def noted(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(seconds)

    known = {"get_running_loop": asyncio.get_running_loop, "to_thread": asyncio.to_thread}
    monkeypatch.setattr(aws_accounts, "asyncio", SimpleNamespace(sleep=noted, **known))
    impatient = BotoAccounts("", "", patience=timedelta(seconds=2.5))
    actor = impatient.actor(target, [DISABLE], session_name="x")
    world.control.set_fault("rolesanywhere", "DisableTrustAnchor", "throttle", times=None)
    with pytest.raises(AwsThrottled):
        await actor.call("rolesanywhere", "DisableTrustAnchor", trustAnchorId=target.anchor_id)
    await impatient.close()
    assert sum(slept) < 2.5
    assert len({round(one, 4) for one in slept}) == len(slept) >= 3
    assert all(0.2 <= one <= 0.4 for one in slept)
    assert world.control.effects("rolesanywhere", "DisableTrustAnchor") == []


async def test_a_containment_passes_a_crowd_of_throttled_reads(world: StandInWorld, target: Target) -> None:
    """Twelve background reads wait for what AWS lets through; the containment among them is done before they are."""
    half(world, "rolesanywhere")
    reader = world.accounts.reader(target, [GET], precedence=Precedence.BACKGROUND)
    reads = [
        asyncio.create_task(reader.call("rolesanywhere", "GetTrustAnchor", trustAnchorId=target.anchor_id))
        for _ in range(12)
    ]
    await asyncio.sleep(0.1)
    actor = world.accounts.actor(target, [DISABLE], session_name="AW-TEST-U1")
    await actor.call("rolesanywhere", "DisableTrustAnchor", trustAnchorId=target.anchor_id)
    assert sum(one.done() for one in reads) < len(reads)
    for one in reads:
        one.cancel()
    await asyncio.gather(*reads, return_exceptions=True)


async def test_a_process_that_stood_still_sends_nothing(
    world: StandInWorld, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two tries the process is stopped for longer than a claim holds: the next try is not sent."""
    # When the patience began, right before the first try, when the pause was chosen, right before the second try.
    moments = iter([0.0, 0.0, 0.0, 61.0])
    monkeypatch.setattr(aws_accounts, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    actor = world.accounts.actor(target, [DISABLE], session_name="AW-TEST-U1")
    world.control.set_fault("rolesanywhere", "DisableTrustAnchor", "throttle", times=1)
    with pytest.raises(AwsError) as error:
        await actor.call("rolesanywhere", "DisableTrustAnchor", trustAnchorId=target.anchor_id)
    assert error.value.code == NOT_SENT
    assert world.reached().count(DISABLE) == 1
