"""Runs that revoke with one managed policy: several rungs and cases write into it, and each is exact about its part."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest

from bot.domain.approval import ApprovalPolicy
from bot.domain.approval_rule import rules_by_risk
from bot.domain.case import RequestState
from bot.domain.detection import Detection
from bot.domain.identity import Target
from bot.domain.managed_denials import premade_document
from bot.domain.session_revocation import managed_policy_arn
from bot.registry import load_handlers
from tests.fakes import desk as desks
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import Desk, Killed
from tests.fakes.ladder import session_actor
from tests.fakes.ladder_desk import known, states
from tests.fakes.receipt_desk import after, prove

NAME = "security/anchorwatch-revoke"
HANDLERS = desks.HANDLERS.with_managed_policy(NAME)
DONE, STOPPED = RequestState.DONE, RequestState.STOPPED


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A case with two roles, one of which made the call, in an account that has the policy."""
    desk, made = Desk(actions=HANDLERS.actions), desks.detection_of
    roles = [desk.aws.add_role(name, trust_policy()) for name in ("deployer", "reader")]
    by = session_actor(roles[0])

    def detection_of(target: Target, event_id: str = "event-1") -> Detection:
        return replace(made(target, event_id), actor=by)

    monkeypatch.setattr(desks, "HANDLERS", HANDLERS)
    monkeypatch.setattr(desks, "detection_of", detection_of)
    desk.aws.iam().managed.add(managed_policy_arn(desk.target, NAME), premade_document())
    await desk.detect()
    await desk.work()
    named = [{"arn": desk.aws.add_profile("one", roles), "name": "one"}]
    await known(desk, "reachable_roles", {"open_profiles": named, "open_roles": roles})
    return desk


def document(desk: Desk) -> object:
    """What the policy denies now."""
    return desk.aws.iam().managed.document(managed_policy_arn(desk.target, NAME))


async def test_a_ladder_writes_twice_and_is_not_stopped_by_itself(desk: Desk) -> None:
    """Two rungs change the policy one after the other: what the first wrote is no surprise to the second."""
    await desk.ask("U1", "contain_all")
    await desk.work()
    assert await states(desk) == [DONE] * 5
    assert len(document(desk)["Statement"]) == 3  # type: ignore[index]
    for number, action in enumerate(("lift_session_revocation", "release_actor"), 2):
        await desk.ask("U1", action)
        await desk.work()
        assert (await desk.case()).requests[f"R{number}"].state is DONE
    assert document(desk) == premade_document()
    assert not any(desk.aws.iam().managed.attached.values())
    assert desk.aws.iam().policies == {}


async def test_what_another_case_wrote_since_stops_the_run(desk: Desk) -> None:
    """The policy is not as it was shown: nothing is written over it, and the difference is named."""
    desk.policy = ApprovalPolicy(rules_by_risk(reversible=1))
    await desk.ask("U1", "revoke_role_sessions")
    await desk.work()
    other = replace(desk.target, anchor_arn=f"{str(desk.target.anchor_arn)[:-4]}0000", anchor_id="0")
    action = HANDLERS.actions["revoke_role_sessions"]
    (request,) = (await desk.case()).requests.values()
    theirs = replace(other, known=request.plan.evidence)
    plan = await action.plan(theirs, desk.aws.reader(theirs, action.permissions))
    await action.apply(plan, desk.aws.actor(theirs, action.permissions, session_name="x"))
    before = document(desk)
    assert (await desk.approve("U3")).allowed
    await desk.work()
    request = (await desk.case()).requests["R1"]
    assert request.state is STOPPED
    assert "managed policy anchorwatch-revoke, for other cases" in [one.what for one in request.differences]
    assert document(desk) == before
    await desk.ask("U1", "revoke_role_sessions")
    assert (await desk.approve("U3", "R2")).allowed
    await desk.work()
    assert (await desk.case()).requests["R2"].state is DONE


async def test_why_there_is_no_plan_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was revoked with the policy can't be lifted once the setting is gone, and the person reads what to set."""
    await desk.ask("U1", "revoke_role_sessions")
    await desk.work()
    monkeypatch.setattr(desks, "HANDLERS", load_handlers())
    decision = await desk.ask("U1", "lift_session_revocation")
    assert decision.sentence == (
        "There is no plan: this case revoked with anchorwatch-revoke: set ANCHORWATCH_REVOKE_POLICY to it again. "
        "Nothing was done."
    )


async def test_a_policy_of_another_hand_stops_the_run(desk: Desk) -> None:
    """Somebody wrote into it meanwhile: nothing is attached, and the request says why in plain words."""
    await desk.ask("U1", "revoke_role_sessions")
    document(desk)["Statement"].append({"Effect": "Allow", "Action": "*", "Resource": "*"})  # type: ignore[index]
    await desk.work()
    request = (await desk.case()).requests["R1"]
    assert request.state is not DONE
    assert "anchorwatch-revoke holds something that Anchorwatch did not write" in str(request.sentence)
    assert not any(desk.aws.iam().managed.attached.values())


async def test_every_call_is_proved(desk: Desk) -> None:
    """The version and each attachment are events of ours; a call that was not needed is not missed."""
    await desk.ask("U1", "revoke_role_sessions")
    prove(desk)
    await desk.work()
    receipt = (await after(desk, 6)).receipt
    assert sorted(one.call for one in receipt.calls) == [
        "iam:AttachRolePolicy",
        "iam:AttachRolePolicy",
        "iam:CreatePolicyVersion",
    ]
    assert receipt.missing == ()


@pytest.mark.parametrize("steps", [1, 4, 8, 9, 10, 11, 12, 14])
async def test_a_death_at_any_step_ends_in_the_truth(desk: Desk, steps: int) -> None:
    """However far the dead process came, the next one finishes: the policy denies it to both roles, once."""
    await desk.ask("U1", "revoke_role_sessions")
    desk.life.steps_left = steps
    with contextlib.suppress(Killed):
        await desk.work()
    assert desk.life.is_over
    desk.rise()
    await desk.note_due()
    assert (await desk.case()).requests["R1"].state is DONE
    assert len(document(desk)["Statement"]) == 2  # type: ignore[index]
    assert set(desk.aws.iam().managed.attached) == {"deployer", "reader"}
