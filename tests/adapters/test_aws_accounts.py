"""boto3 as the product uses it: roles, session policies, timeouts, throttling and who goes first."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.aws_clients import Timeouts
from bot.adapters.call_pace import CallPace
from bot.adapters.role_sessions import session_name_of, session_policy
from bot.domain.errors import AwsDenied, AwsError, AwsThrottled, AwsUnclear
from bot.domain.identity import Target, parse_anchor_arn
from bot.sandbox.aws.clients import connect
from tests.fakes.aws_worlds import StandInWorld, aws_environment
from tests.fakes.fake_aws import REGION

GET, DISABLE = "rolesanywhere:GetTrustAnchor", "rolesanywhere:DisableTrustAnchor"
LOOKUP, ROLE = "cloudtrail:LookupEvents", "iam:GetRole"
Make = Callable[..., BotoAccounts]


@pytest.fixture
async def endpoint(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """A stand-in that boto3 finds by the environment, with a role to read and one to act."""
    with aws_environment(monkeypatch) as endpoint_url:
        iam = connect("iam", endpoint_url)
        for name in ("reader", "actor"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")
        iam.close()
        yield endpoint_url


@pytest.fixture
async def make(endpoint: str) -> AsyncIterator[Make]:
    """Makes accounts with both roles, and closes them."""
    del endpoint
    async with AsyncExitStack() as stack:

        def accounts(read_role: str = "reader", act_role: str = "actor", **more: Any) -> BotoAccounts:
            made = BotoAccounts(read_role, act_role, **more)
            stack.push_async_callback(made.close)
            return made

        yield accounts


@pytest.fixture
def world(endpoint: str, make: Make) -> StandInWorld:
    """The stand-in with seeds and faults."""
    return StandInWorld(endpoint, make())


@pytest.fixture
def target(world: StandInWorld) -> Target:
    """A trust anchor."""
    return world.add_anchor("ci")


async def get(aws: Any, target: Target) -> Any:
    """Read the trust anchor."""
    return (await aws.call("rolesanywhere", "GetTrustAnchor", trustAnchorId=target.anchor_id))["trustAnchor"]


async def disable(aws: Any, target: Target) -> None:
    """Disable it."""
    await aws.call("rolesanywhere", "DisableTrustAnchor", trustAnchorId=target.anchor_id)


def assumed(world: StandInWorld) -> list[dict[str, Any]]:
    """The parameters of every AssumeRole."""
    return [entry["parameters"] for entry in world.control.journal(service="sts", operation="AssumeRole")]


async def test_containment_runs_in_a_narrow_short_session(world: StandInWorld, make: Make, target: Target) -> None:
    """The act role is assumed for 900 s, under the given name, with no more than the action's permissions."""
    await disable(make().actor(target, [GET, DISABLE], session_name="AW-TEST/U 1"), target)
    (session,) = assumed(world)
    assert session["RoleArn"] == f"arn:aws:iam::{target.account}:role/actor"
    assert session["RoleSessionName"] == "AW-TEST-U-1"
    assert int(session["DurationSeconds"]) == 900
    assert json.loads(session["Policy"])["Statement"] == [
        {"Effect": "Allow", "Action": [DISABLE, GET], "Resource": target.anchor_arn}
    ]
    (call,) = world.control.effects("rolesanywhere", "DisableTrustAnchor")
    assert call["caller"].endswith(":assumed-role/actor/AW-TEST-U-1")


async def test_a_session_reaches_no_other_trust_anchor(world: StandInWorld, make: Make, target: Target) -> None:
    """AWS itself refuses another trust anchor, whatever a handler asks for."""
    other = world.add_anchor("other")
    actor = make().actor(target, [GET, DISABLE], session_name="x")
    with pytest.raises(AwsDenied, match="session policy"):
        await disable(actor, other)


async def test_reading_shares_one_session(world: StandInWorld, make: Make, target: Target) -> None:
    """Readers of one account use one session of the read role, without a session policy."""
    accounts = make()
    for permissions in ([GET], [GET, DISABLE]):
        await get(accounts.reader(target, permissions), target)
    (session,) = assumed(world)
    assert session["RoleSessionName"] == "anchorwatch-read"
    assert "Policy" not in session


async def test_parallel_first_calls_assume_the_role_once(world: StandInWorld, make: Make, target: Target) -> None:
    """Several calls that come before the session is there wait for one."""
    reader = make().reader(target, [ROLE])
    await asyncio.gather(*(reader.call("iam", "GetRole", RoleName="reader") for _ in range(4)))
    assert len(assumed(world)) == 1


async def test_sessions_are_renewed_before_they_end(world: StandInWorld, make: Make, target: Target) -> None:
    """A session with less than two minutes left is not used any more."""
    ahead = [timedelta(0)]
    accounts = make(now=lambda: datetime.now(UTC) + ahead[0])
    reader = accounts.reader(target, [ROLE])
    for minutes, sessions in ((0, 1), (12, 1), (14, 2), (180, 3)):
        ahead[0] = timedelta(minutes=minutes)
        await reader.call("iam", "GetRole", RoleName="reader")
        assert len(assumed(world)) == sessions


async def test_without_a_role_the_own_credentials_are_used(world: StandInWorld, make: Make, target: Target) -> None:
    """Empty role names mean that nothing is assumed."""
    await disable(make("", "").actor(target, [DISABLE], session_name="x"), target)
    assert assumed(world) == []


async def test_a_role_that_cannot_be_assumed_is_denied(world: StandInWorld, make: Make, target: Target) -> None:
    """The error names the call that failed, and the containment was not tried."""
    with pytest.raises(AwsDenied) as error:
        await disable(make("reader", "missing").actor(target, [DISABLE], session_name="x"), target)
    assert error.value.operation == "sts:AssumeRole"
    assert world.reached() == ["sts:AssumeRole"]


@pytest.mark.parametrize(("partition", "region"), [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")])
async def test_roles_are_in_the_targets_partition(world: StandInWorld, make: Make, partition: str, region: str) -> None:
    """In China and GovCloud the role's ARN begins as the trust anchor's does."""
    target = parse_anchor_arn(f"arn:{partition}:rolesanywhere:{region}:111122223333:trust-anchor/a")
    with pytest.raises(AwsError):
        await get(make().reader(target, [GET]), target)
    assert {one["RoleArn"] for one in assumed(world)} == {f"arn:{partition}:iam::111122223333:role/reader"}


async def test_a_throttled_containment_is_tried_again(world: StandInWorld, make: Make, target: Target) -> None:
    """Throttling that passes is waited out."""
    actor = make().actor(target, [GET, DISABLE], session_name="x")
    world.control.set_fault("rolesanywhere", "DisableTrustAnchor", "throttle", times=2)
    await disable(actor, target)
    assert world.reached().count(DISABLE) == 3
    assert (await get(actor, target))["enabled"] is False


async def test_patience_ends(world: StandInWorld, make: Make, target: Target) -> None:
    """Throttling that stays is an error when the patience is over."""
    actor = make(patience=timedelta(seconds=1)).actor(target, [GET, DISABLE], session_name="x")
    await get(actor, target)
    world.control.set_fault("rolesanywhere", "DisableTrustAnchor", "throttle", times=None)
    start = time.monotonic()
    with pytest.raises(AwsThrottled):
        await disable(actor, target)
    assert time.monotonic() - start < 3
    assert world.reached().count(DISABLE) > 1


async def test_a_slow_answer_to_a_change_is_unclear(world: StandInWorld, make: Make, target: Target) -> None:
    """After the read timeout nobody knows; the call was sent once and happens all the same."""
    accounts = make(timeouts=Timeouts(read_seconds=0.3))
    actor = accounts.actor(target, [GET, DISABLE], session_name="x")
    await get(actor, target)
    world.control.set_fault("rolesanywhere", "DisableTrustAnchor", "delay", seconds=0.6)
    with pytest.raises(AwsUnclear):
        await disable(actor, target)
    async with asyncio.timeout(10):
        while DISABLE not in world.reached():  # noqa: ASYNC110 - The stand-in runs in threads of its own.
            await asyncio.sleep(0.05)
    assert world.reached().count(DISABLE) == 1
    assert (await get(actor, target))["enabled"] is False


async def test_nobody_there_is_no_effect(make: Make, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refused connection is a plain error, also for a change."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_ROLESANYWHERE", "http://127.0.0.1:9")
    with pytest.raises(AwsError) as error:
        await disable(make().actor(target, [DISABLE], session_name="x"), target)
    assert not isinstance(error.value, AwsUnclear)
    assert error.value.code == "EndpointConnectionError"


async def test_the_services_own_endpoint_wins(
    world: StandInWorld, make: Make, target: Target, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWS_ENDPOINT_URL_ROLESANYWHERE is read as boto3 reads it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_ROLESANYWHERE", endpoint)
    assert (await get(make("", "").reader(target, [GET]), target))["trustAnchorArn"] == target.anchor_arn
    assert world.reached() == [GET]


async def test_background_keeps_the_pace_and_containment_does_not_wait(make: Make, target: Target) -> None:
    """Searches go at two a second; a containment goes at once and makes the next read wait."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds))
        clock[0] += seconds

    clock = [0.0]
    accounts = make(pace=CallPace(lambda: clock[0], sleep))
    reader = accounts.reader(target, [GET, LOOKUP])
    for _ in range(5):
        await reader.call("cloudtrail", "LookupEvents", MaxResults=1)
    assert clock[0] == 2.0
    slept.clear()
    await disable(accounts.actor(target, [DISABLE], session_name="x"), target)
    assert slept == []
    await get(reader, target)
    assert slept == [3]


async def test_containment_finds_a_free_thread(world: StandInWorld, make: Make, target: Target) -> None:
    """Slow reads, however many, leave a thread to contain with."""
    accounts = make("", "")
    reader, actor = (
        accounts.reader(target, [ROLE]),
        accounts.actor(target, [GET, DISABLE], session_name="x"),
    )
    await get(actor, target)
    world.control.set_fault("iam", "GetRole", "delay", times=6, seconds=1.5)
    reads = [asyncio.create_task(reader.call("iam", "GetRole", RoleName="reader")) for _ in range(6)]
    await asyncio.sleep(0.3)
    await disable(actor, target)
    assert not any(read.done() for read in reads)
    await asyncio.gather(*reads)


async def test_progress_is_shown_at_most_every_three_seconds(
    make: Make, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first sentence is heard at once, the next after three seconds."""
    heard: list[str] = []

    async def hear(sentence: str) -> None:
        heard.append(sentence)

    reader = make().reader(target, [GET], progress=hear)
    now = time.monotonic()
    for seconds, sentence in ((0, "a"), (2.9, "b"), (3.1, "c"), (4, "d")):
        monkeypatch.setattr("bot.adapters.aws_accounts.time.monotonic", lambda later=seconds: now + later)
        await reader.progress(sentence)
    assert heard == ["a", "c"]


def test_only_what_iam_can_hold_to_the_anchor_is_held() -> None:
    """Lists, roles and searches have no resource that is known before."""
    target = parse_anchor_arn(f"arn:aws:rolesanywhere:{REGION}:111122223333:trust-anchor/a")
    policy = json.loads(session_policy(target, [ROLE, GET, "rolesanywhere:ListProfiles"]))
    assert policy["Statement"] == [
        {"Effect": "Allow", "Action": [GET], "Resource": target.anchor_arn},
        {"Effect": "Allow", "Action": [ROLE, "rolesanywhere:ListProfiles"], "Resource": "*"},
    ]


@given(st.text(max_size=90))
def test_every_text_makes_a_session_name(text: str) -> None:
    """STS takes the name, whatever the case and person are called; what fits already stays."""
    name = session_name_of(text)
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII)
    if re.fullmatch(r"[\w+=,.@-]{2,64}", text, re.ASCII):
        assert name == text
