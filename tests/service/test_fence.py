"""One run at a time for each thing in AWS: across cases, people and processes, and also for who slept too long."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.action import Plan, Report, SearchingAws
from bot.domain.answer import answered
from bot.domain.case import Request, RequestState
from bot.domain.errors import AwsError
from bot.domain.events import RunStarted, draft
from bot.domain.investigation import StepAnswered
from bot.domain.target_claim import CLAIM_LEASE, ClaimLost, Holder, TargetHeld, targets_of
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import ACTIONS, Desk, Killed
from tests.fakes.memory_claims import MemoryClaims

DISABLE = "rolesanywhere:DisableTrustAnchor"


async def beside(desk: Desk) -> Desk:
    """Another case about another trust anchor, in the same store and account."""
    other = Desk(aws=desk.aws, disk=desk.disk, clock=desk.clock)
    await other.detect("event-2")
    await other.work()
    return other


async def replica(desk: Desk) -> Desk:
    """Another process that works on the same case; neither is alone with the store."""
    other = Desk(aws=desk.aws, disk=desk.disk, clock=desk.clock, slack=desk.slack)
    other.target, other.case_id, other.lives = desk.target, desk.case_id, 50
    for one in (desk, other):
        one.exclusive = False
        one.rise()
    return other


async def reach(profile: str, role: str, *desks: Desk) -> None:
    """The investigation of each case finds the same open profile and role."""
    facts = {"open_profiles": [{"arn": profile, "name": "deploy"}], "open_roles": [role]}
    for desk in desks:
        step = StepAnswered(0, "reachable_roles", (answered("reachable_roles", "Found.", facts=facts),))
        await desk.appended(draft(step))


async def ended(desk: Desk) -> Request:
    """The case's first request."""
    return (await desk.case()).requests["R1"]


@pytest.mark.parametrize("action_id", ["disable_profile", "revoke_role_sessions"])
async def test_two_cases_make_one_call(desk: Desk, action_id: str) -> None:
    """Two people in two cases change the same profile or role at once: one call, and the other hears who is at it."""
    other = await beside(desk)
    role = desk.aws.add_role("deployer", trust_policy())
    await reach(desk.aws.add_profile("deploy", [role]), role, desk, other)
    await desk.ask("U1", action_id)
    await other.ask("U2", action_id)
    desk.aws.latency = timedelta(milliseconds=5)
    await asyncio.gather(desk.work(), other.work())
    done, refused = sorted([await ended(desk), await ended(other)], key=lambda one: one.state is RequestState.STOPPED)
    assert (done.state, refused.state) == (RequestState.DONE, RequestState.STOPPED)
    assert len(desk.aws.effects()) == 1
    winner = desk if (await ended(desk)).state is RequestState.DONE else other
    assert f"by request R1 of case {winner.case_id}" in refused.sentence
    assert refused.sentence.endswith("Nothing was run.")
    (entry,) = (desk if winner is other else other).kinds("run:stopped")
    assert entry.data["held_by"] == done.by


async def test_it_can_be_asked_again_when_the_other_is_over(desk: Desk) -> None:
    """A claim is let go with the end of its run."""
    other = await beside(desk)
    role = desk.aws.add_role("deployer", trust_policy())
    await reach(desk.aws.add_profile("deploy", [role]), role, desk, other)
    for one in (desk, other):
        await one.ask("U1", "disable_profile")
        await one.work()
        assert (await ended(one)).state is RequestState.DONE


async def test_two_replicas_make_one_call(desk: Desk) -> None:
    """Both processes find the approved request; one runs it."""
    other = await replica(desk)
    await desk.ask("U1", "disable_trust_anchor")
    desk.aws.latency = timedelta(milliseconds=5)
    await asyncio.gather(desk.work(rounds=1), other.work(rounds=1))
    assert (await ended(desk)).state is RequestState.DONE
    assert [call.permission for call in desk.aws.effects()] == [DISABLE]
    assert len(desk.kinds("run:started")) == 1


async def test_whoever_slept_past_the_lease_calls_nothing_and_writes_nothing(desk: Desk) -> None:
    """A process stops right before its call; another one takes over and ends it; then the first one wakes up."""
    action, asleep, awake = ACTIONS["disable_trust_anchor"], asyncio.Event(), asyncio.Event()

    async def slowly(plan: Plan, aws: SearchingAws) -> Report:
        asleep.set()
        await awake.wait()
        return await action.apply(plan, aws)

    desk.actions = {**ACTIONS, action.id: replace(action, apply=slowly)}
    other = await replica(desk)
    await desk.ask("U1", action.id)
    first = asyncio.create_task(desk.work(rounds=1))
    await asyncio.wait_for(asleep.wait(), 2)
    await other.work(rounds=1)
    assert not desk.aws.effects()
    desk.clock.advance(CLAIM_LEASE)
    await other.work()
    assert (await ended(other)).state is RequestState.DONE
    awake.set()
    await first
    assert [type(one) for one in desk.errors] == [ClaimLost]
    assert [call.permission for call in desk.aws.effects()] == [DISABLE]
    assert len(desk.kinds("run:finished")) == 1


async def test_whoever_slept_in_the_call_does_not_write_the_end(desk: Desk) -> None:
    """A process stops inside its call and another one ends the run: what the first one found is not written."""
    action, asleep, awake = ACTIONS["disable_trust_anchor"], asyncio.Event(), asyncio.Event()

    async def slowly(plan: Plan, aws: SearchingAws) -> Report:
        report = await action.apply(plan, aws)
        asleep.set()
        await awake.wait()
        return replace(report, summary="too late")

    desk.actions = {**ACTIONS, action.id: replace(action, apply=slowly)}
    other = await replica(desk)
    await desk.ask("U1", action.id)
    first = asyncio.create_task(desk.work(rounds=1))
    await asyncio.wait_for(asleep.wait(), 2)
    desk.clock.advance(CLAIM_LEASE)
    await other.work()
    awake.set()
    await first
    (entry,) = desk.kinds("run:finished")
    assert (entry.data["outcome"], entry.data["settled"], entry.data["report"]) == ("done", True, None)
    assert len(desk.aws.effects()) == 1


async def test_whoever_was_overtaken_does_not_write_a_failure(desk: Desk) -> None:
    """AWS refuses the sleeper's call while another process is at it again: the run is not called failed."""
    action, wakes = ACTIONS["disable_trust_anchor"], [asyncio.Event(), asyncio.Event()]
    begun = [asyncio.Event(), asyncio.Event()]

    async def slowly(plan: Plan, aws: SearchingAws) -> Report:
        number = sum(one.is_set() for one in begun)
        begun[number].set()
        await wakes[number].wait()
        if number == 0:
            raise AwsError("ValidationException", "no", DISABLE)
        return await action.apply(plan, aws)

    desk.actions = {**ACTIONS, action.id: replace(action, apply=slowly)}
    other = await replica(desk)
    other.actions = desk.actions
    other.rise()
    await desk.ask("U1", action.id)
    first = asyncio.create_task(desk.work(rounds=1))
    await asyncio.wait_for(begun[0].wait(), 2)
    desk.clock.advance(CLAIM_LEASE)
    second = asyncio.create_task(other.work(rounds=1))
    await asyncio.wait_for(begun[1].wait(), 2)
    wakes[0].set()
    await first
    assert (await ended(other)).state is RequestState.RUNNING
    wakes[1].set()
    await second
    assert (await ended(other)).state is RequestState.DONE


async def test_the_next_life_does_not_wait_for_the_dead(desk: Desk) -> None:
    """A process that is alone with the store takes over at once what the dead one held."""
    await desk.ask("U1", "disable_trust_anchor")
    desk.life.steps_left = 4
    with pytest.raises(Killed):
        await desk.work()
    assert desk.disk.claims
    desk.rise()
    await desk.work()
    assert (await ended(desk)).state is RequestState.DONE
    assert len(desk.aws.effects()) == 1


async def test_what_a_dead_process_left_waits_for_whoever_holds_it_now(desk: Desk) -> None:
    """A begun run is not given up because somebody else holds its target: it is looked at again."""
    await desk.ask("U1", "disable_trust_anchor")
    await desk.work(rounds=0)
    holder = Holder("AW-0000000009", "R4", desk.standing.owner, "U9")
    claims = MemoryClaims(desk.disk)
    request = await ended(desk)
    await desk.appended(draft(RunStarted("R1", "dead", desk.clock.now(), {}, {})))
    held = await claims.take(targets_of(request.plan), holder, desk.clock.now(), others_are_dead=True)
    await desk.work(rounds=1)
    assert [type(one) for one in desk.errors] == [TargetHeld]
    assert (await ended(desk)).state is RequestState.RUNNING
    await claims.let_go(held)
    await desk.work()
    assert (await ended(desk)).state is RequestState.DONE
