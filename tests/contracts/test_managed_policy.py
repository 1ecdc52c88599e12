"""Revoking with a managed policy that was made before: the whole life of each action that can, and its limits."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.action import ResponseAction, Target
from bot.domain.errors import AwsDenied, AwsError, AwsUnclear
from bot.domain.managed_denials import premade_document, roles_of
from bot.domain.plan import Plan, differences
from bot.registry import load_handlers
from tests.fakes.aws_samples import trust_policy
from tests.fakes.fake_aws import FakeAws
from tests.fakes.ladder import applied, evidence, planned, ready, session_actor

NAME = "security/anchorwatch-revoke"
ARN = f"arn:aws:iam::111122223333:policy/{NAME}"
OTHERS = "arn:aws:iam::aws:policy/ReadOnlyAccess"
PLAIN = load_handlers().actions
ACTIONS = load_handlers().with_managed_policy(NAME).actions
IDS = ("revoke_role_sessions", "revoke_known_sessions", "quarantine_actor", "lift_session_revocation", "release_actor")
PUTS = IDS[:3]
CREATE = "iam:CreatePolicyVersion"

every_action = pytest.mark.parametrize("action", [ACTIONS[one] for one in IDS], ids=IDS)
every_put = pytest.mark.parametrize("action", [ACTIONS[one] for one in PUTS], ids=PUTS)


@pytest.fixture
def aws() -> FakeAws:
    """An account that has the policy, and a role that has another one."""
    aws = FakeAws()
    aws.iam().managed.add(ARN, premade_document())
    aws.iam().managed.attached["deployer"] = [OTHERS]
    return aws


@pytest.fixture
def target(aws: FakeAws) -> Target:
    """A trust anchor whose CA entered a role, made by a session."""
    target, role = aws.add_anchor(), aws.add_role("deployer", trust_policy())
    known = evidence(aws.add_profile("deploy", [role]), role, session_actor(role))
    return replace(target, known=replace(known, managed_policy=NAME, identities=("CN=build",)))


@pytest.fixture
async def prepared(action: ResponseAction, aws: FakeAws, target: Target) -> Target:
    """The target with something for the action to do."""
    made = await ready(action, ACTIONS, aws, target)
    aws.journal.clear()
    return made


def everything(aws: FakeAws) -> object:
    """What is in force and who has it; old versions are history."""
    managed = aws.iam().managed
    return deepcopy((managed.document(ARN), managed.attached, aws.iam().policies))


def after(target: Target, *plans: Plan) -> Target:
    """The target once these plans ran."""
    ran: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for plan in plans:
        ran[plan.action_id] = (*ran.get(plan.action_id, ()), plan.capsule)
    return replace(target, known=replace(target.known, ran=ran))


@every_action
async def test_it_runs_is_verified_and_taken_back(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """Done, read back, twice is once, and its undo leaves the policy and the role as they were before."""
    before = everything(aws)
    plan = await planned(action, aws, prepared)
    reader = aws.reader(prepared, action.permissions)
    assert (await action.verify(plan, reader)).done is False
    for _ in range(2):
        await action.apply(plan, aws.actor(prepared, action.permissions, session_name="x", touches=plan.touches))
        assert (await action.verify(plan, reader)).done is True
    done = everything(aws)
    assert done != before
    assert aws.iam().policies == {}
    back = after(prepared, plan)
    undo = replace(back, known=replace(back.known, ran={**prepared.known.ran, **back.known.ran}))
    await applied(ACTIONS[str(action.undo)], aws, undo)
    if action.id in PUTS:
        assert everything(aws) == before
    assert {call.permission for call in aws.journal} <= {*action.permissions, *ACTIONS[str(action.undo)].permissions}


@every_put
async def test_what_is_attached_and_written_is_the_plan(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """One statement names this role and case; the role has the policy beside its own; the plan names both ARNs."""
    plan = await applied(action, aws, target)
    nobody, *ours = aws.iam().managed.document(ARN)["Statement"]
    assert nobody == premade_document()["Statement"][0]
    assert {arn for one in ours for arn in roles_of(one)} == {plan.touches[0]}
    assert aws.iam().managed.attached["deployer"] == [OTHERS, ARN]
    assert plan.touches[1:] == (ARN,)
    assert plan.who_would_notice.endswith("Other roles that have anchorwatch-revoke notice nothing.")
    assert plan.calls[0] == f"iam:CreatePolicyVersion PolicyArn={ARN} SetAsDefault=true"


@every_put
async def test_without_an_answer_it_is_settled_by_looking(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """The version's answer is lost: the roles are attached all the same, and AWS shows the denial."""
    plan = await planned(action, aws, target)
    aws.fail(CREATE, "unclear_after_effect")
    with pytest.raises(AwsUnclear):
        await action.apply(plan, aws.actor(target, action.permissions, session_name="x"))
    assert (await action.verify(plan, aws.reader(target, action.permissions))).done is True


@every_put
async def test_a_refused_version_touches_no_role(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """Without the denial in it, the policy is attached to nobody."""
    plan = await planned(action, aws, target)
    aws.fail(CREATE, "deny")
    with pytest.raises(AwsDenied):
        await action.apply(plan, aws.actor(target, action.permissions, session_name="x"))
    assert aws.effects() == []


@every_put
@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Sid": "AnchorwatchXAW0123456789", "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}},
        {"Sid": "AnchorwatchXAW0123456789", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {}},
        "text",
    ],
)
async def test_a_policy_of_another_hand_is_left_alone(
    action: ResponseAction, statement: object, aws: FakeAws, target: Target
) -> None:
    """What anybody else wrote into it would come along: no plan is made, and what was planned does not run."""
    plan = await planned(action, aws, target)
    aws.iam().managed.document(ARN)["Statement"].append(statement)
    with pytest.raises(AwsError, match="did not write"):
        await planned(action, aws, target)
    with pytest.raises(AwsError, match="did not write"):
        await action.apply(plan, aws.actor(target, action.permissions, session_name="x"))
    assert aws.effects() == []


async def test_another_cases_denial_stays_and_moves_the_plan(aws: FakeAws, target: Target) -> None:
    """Two cases share the policy: each adds and removes its own, and what one sees of the other is in its plan."""
    action, lift = ACTIONS["revoke_role_sessions"], ACTIONS["lift_session_revocation"]
    other = replace(aws.add_anchor(), known=target.known)
    shown = await planned(action, aws, other)
    first = await applied(action, aws, target)
    live = await planned(action, aws, other)
    assert [one.what for one in differences(shown, live)] == [
        "managed policy anchorwatch-revoke on role deployer",
        "managed policy anchorwatch-revoke, for other cases",
    ]
    second = await applied(action, aws, other)
    assert len(aws.iam().managed.document(ARN)["Statement"]) == 3
    await applied(lift, aws, after(target, first))
    assert len(aws.iam().managed.document(ARN)["Statement"]) == 2
    assert ARN in aws.iam().managed.attached["deployer"]
    assert (await action.verify(second, aws.reader(other, action.permissions))).done is True


async def test_one_case_in_two_ways_keeps_the_policy_until_both_are_lifted(aws: FakeAws, target: Target) -> None:
    """A quarantine of the same role keeps it attached; the one that goes last detaches it, whoever attached it."""
    before = everything(aws)
    first = await applied(ACTIONS["revoke_role_sessions"], aws, target)
    second = await applied(ACTIONS["quarantine_actor"], aws, target)
    await applied(ACTIONS["lift_session_revocation"], aws, after(target, first, second))
    assert ARN in aws.iam().managed.attached["deployer"]
    await applied(ACTIONS["release_actor"], aws, after(target, first, second))
    assert everything(aws) == before


async def test_what_the_house_attached_stays_attached(aws: FakeAws, target: Target) -> None:
    """A role that had the policy before has it afterwards."""
    aws.iam().managed.attached["deployer"] = [ARN]
    before = everything(aws)
    plan = await applied(ACTIONS["revoke_role_sessions"], aws, target)
    await applied(ACTIONS["lift_session_revocation"], aws, after(target, plan))
    assert everything(aws) == before


async def test_the_oldest_version_makes_room(aws: FakeAws, target: Target) -> None:
    """AWS keeps five: the oldest that is not in force goes, and the newest is always ours."""
    for _ in range(6):
        aws.advance(timedelta(minutes=1))
        await applied(ACTIONS["revoke_role_sessions"], aws, target)
    assert sorted(aws.iam().managed.versions[ARN]) == [3, 4, 5, 6, 7]


async def test_a_role_that_has_no_room_is_named_and_the_rest_is_done(aws: FakeAws, target: Target) -> None:
    """The plan says it before anybody agrees; the other role is denied all the same."""
    action, full = ACTIONS["revoke_role_sessions"], [f"arn:aws:iam::aws:policy/P{number}" for number in range(10)]
    aws.iam().managed.attached["deployer"] = full
    with pytest.raises(AwsError, match="no room, it has 10 of 10 managed policies"):
        await planned(action, aws, target)
    second = replace(target.known.roles[0], arn=aws.add_role("reader", trust_policy()))
    both = replace(target, known=replace(target.known, roles=(*target.known.roles, second)))
    plan = await planned(action, aws, both)
    assert plan.state["managed policy anchorwatch-revoke on role deployer"] == (
        "not attached: no room, it has 10 of 10 managed policies"
    )
    report = await action.apply(plan, aws.actor(both, action.permissions, session_name="x"))
    assert report.lines == ("deployer: LimitExceeded of iam:AttachRolePolicy",)
    verdict = await action.verify(plan, aws.reader(both, action.permissions))
    assert (verdict.done, verdict.sentence) == (False, "AWS shows the denial on 1 of 2 roles. Not on: deployer.")
    aws.iam().managed.most_attached = 20
    assert (await planned(action, aws, target)).state["managed policy anchorwatch-revoke on role deployer"] == (
        "not attached"
    )


@every_put
async def test_an_account_without_the_policy_says_so(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """Nothing falls back to an inline policy that nobody agreed to."""
    aws.iam().managed.versions.clear()
    with pytest.raises(AwsError, match=r"no policy security/anchorwatch-revoke; anchorwatch iam prints it"):
        await planned(action, aws, target)


async def test_what_does_not_fit_is_refused_in_the_plan(aws: FakeAws, target: Target) -> None:
    """A managed policy may have 6,144 characters."""
    (role,) = target.known.roles
    names = tuple(f"AROAEXAMPLE000000001:{number:064x}" for number in range(80))
    many = replace(target, known=replace(target.known, roles=(replace(role, user_ids=names),)))
    with pytest.raises(AwsError, match="AWS takes 6144"):
        await planned(ACTIONS["revoke_known_sessions"], aws, many)


async def test_lifting_needs_the_setting_still(aws: FakeAws, target: Target) -> None:
    """Without the setting there are no permissions to lift it with, and the plan says what to do."""
    plan = await applied(ACTIONS["revoke_role_sessions"], aws, target)
    later = after(target, plan)
    without = replace(later, known=replace(later.known, managed_policy=""))
    with pytest.raises(AwsError, match="set ANCHORWATCH_REVOKE_POLICY to it again"):
        await planned(PLAIN["lift_session_revocation"], aws, without)


async def test_what_was_put_inline_before_is_lifted_too(aws: FakeAws, target: Target) -> None:
    """The setting came between: both are lifted by one lifting, each as it was put."""
    inline = replace(target, known=replace(target.known, managed_policy=""))
    before = everything(aws)
    first = await applied(PLAIN["revoke_role_sessions"], aws, inline)
    second = await applied(ACTIONS["revoke_known_sessions"], aws, target)
    await applied(ACTIONS["lift_session_revocation"], aws, after(target, first, second))
    assert everything(aws) == before
