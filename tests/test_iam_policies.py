"""The printed policies are enough for every action and the guide, hold each change to its place, and trust few."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.adapters.aws_accounts import BotoAccounts
from bot.cli import build_parser
from bot.domain.action import ResponseAction, Risk
from bot.domain.managed_denials import premade_document
from bot.iam_policies import ACT, FORMATS, READ, Place, permissions_policy, printed, trust_policy
from bot.ports import Acting
from bot.registry import load_actions, load_handlers
from bot.sandbox.aws.clients import Credentials, connect
from bot.sandbox.aws.policies import trusts
from bot.service.guide.steps import STEPS
from tests.fakes.aws_worlds import StandInWorld, aws_environment
from tests.fakes.ladder import TAKES_BACK, ready, searching
from tests.fakes.with_own_store import with_own_store

ACTIONS = load_actions()
EVERY = tuple(ACTIONS.values())
ACCOUNT = "123456789012"
BOT = "arn:aws:iam::111122223333:role/anchorwatch"
PLACE = Place(ACCOUNT, BOT, "aw-read", "aw-act", "shared-by-both")
POLICY = "sec/aw-revoke"
WITH_POLICY = replace(PLACE, revoke_policy=POLICY)
MANAGED = {one.id: one for one in load_handlers().with_managed_policy(POLICY).actions.values() if one.managed_policy}
ACTING = Acting("AW-0123456789", "R1", "U1", ("U3",))
ARGUMENTS = ["iam", "--account", ACCOUNT, "--principal", BOT]


def add_role(
    endpoint_url: str, name: str, role: str, place: Place = PLACE, actions: Sequence[ResponseAction] = EVERY
) -> str:
    """A role in the stand-in as it was printed."""
    iam = connect("iam", endpoint_url)
    trust = json.dumps(trust_policy(role, place))
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    policy = json.dumps(permissions_policy(role, actions, place))
    iam.put_role_policy(RoleName=name, PolicyName="anchorwatch", PolicyDocument=policy)
    iam.close()
    return str(arn)


@pytest.mark.parametrize("by", ["user", "session"])
@pytest.mark.parametrize("action", EVERY, ids=lambda action: action.id)
async def test_the_printed_roles_are_enough_for_every_action(
    action: ResponseAction, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the two roles as printed, a plan is drawn, carried out and read back over HTTP."""
    with aws_environment(monkeypatch) as endpoint_url:
        boto = BotoAccounts("aw-read", "aw-act", external_id="shared-by-both")
        accounts, world = with_own_store(boto), StandInWorld(endpoint_url, boto)
        for name, role in (("aw-read", READ), ("aw-act", ACT)):
            add_role(endpoint_url, name, role)
        target = await ready(action, ACTIONS, accounts, world.add_ladder(world.add_anchor("ci"), by=by))
        reader = accounts.reader(target, action.permissions)
        try:
            plan = await action.plan(target, reader)
            actor = accounts.actor(target, action.permissions, session_name="x-U1", touches=plan.touches, acting=ACTING)
            runs_as = reader if action.risk is Risk.READ else actor
            await action.apply(plan, searching(runs_as, accounts, target, action))
            assert (await action.verify(plan, reader)).done is True
        finally:
            await boto.close()


@pytest.mark.parametrize("action_id", MANAGED)
async def test_the_printed_roles_are_enough_with_a_managed_policy(
    action_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the roles and the policy as printed, nothing inline is written, and the way back leaves it as printed."""
    with aws_environment(monkeypatch) as endpoint_url:
        boto = BotoAccounts("aw-read", "aw-act", external_id="shared-by-both")
        accounts, world = with_own_store(boto), StandInWorld(endpoint_url, boto)
        for name, role in (("aw-read", READ), ("aw-act", ACT)):
            add_role(endpoint_url, name, role, WITH_POLICY, tuple(MANAGED.values()))
        iam = connect("iam", endpoint_url)
        made = json.loads(printed("json", (ACT,), EVERY, WITH_POLICY))["revoke_policy"]
        document = json.dumps(made["policy"])
        iam.create_policy(PolicyName=made["policy_name"], Path=made["path"], PolicyDocument=document)
        target = world.add_ladder(world.add_anchor("ci"), by="session")
        target = replace(target, known=replace(target.known, managed_policy=POLICY, identities=("CN=build",)))
        target = await ready(MANAGED[action_id], MANAGED, accounts, target)
        try:
            for action in (MANAGED[action_id], MANAGED[str(MANAGED[action_id].undo)]):
                plan = await action.plan(target, accounts.reader(target, action.permissions))
                actor = accounts.actor(
                    target, action.permissions, session_name="x-U1", touches=plan.touches, acting=ACTING
                )
                await action.apply(plan, searching(actor, accounts, target, action))
                assert (await action.verify(plan, accounts.reader(target, action.permissions))).done is True
                ran = {**target.known.ran, action.id: (plan.capsule,)}
                target = replace(target, known=replace(target.known, ran=ran))
            assert iam.list_role_policies(RoleName="deployer")["PolicyNames"] == []
            arn = WITH_POLICY.revoke_policy_arn
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            now = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            is_back = action_id not in TAKES_BACK
            assert (now == made["policy"]) is is_back
            assert bool(iam.list_attached_role_policies(RoleName="deployer")["AttachedPolicies"]) is not is_back
        finally:
            iam.close()
            await boto.close()


def test_the_act_role_can_do_nothing_with_other_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other policy is attached or changed, none at all is attached to our own role, and nothing inline is put."""
    administrator, ours = "arn:aws:iam::aws:policy/AdministratorAccess", WITH_POLICY.revoke_policy_arn
    refused: tuple[tuple[str, dict[str, str]], ...] = (
        ("attach_role_policy", {"RoleName": "deployer", "PolicyArn": administrator}),
        ("attach_role_policy", {"RoleName": "aw-act", "PolicyArn": ours}),
        ("create_policy_version", {"PolicyArn": f"{ours}-2", "PolicyDocument": "{}"}),
        ("put_role_policy", {"RoleName": "deployer", "PolicyName": "p", "PolicyDocument": "{}"}),
    )
    with aws_environment(monkeypatch) as endpoint_url:
        iam, sts = connect("iam", endpoint_url), connect("sts", endpoint_url)
        iam.create_role(RoleName="deployer", AssumeRolePolicyDocument="{}")
        arn = add_role(endpoint_url, "aw-act", ACT, WITH_POLICY, tuple(MANAGED.values()))
        made = sts.assume_role(RoleArn=arn, RoleSessionName="x-U1")["Credentials"]
        key = Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        act = connect("iam", endpoint_url, credentials=key)
        for operation, parameters in refused:
            with pytest.raises(ClientError, match="AccessDenied"):
                getattr(act, operation)(**parameters)


def test_the_policy_is_printed_in_every_form() -> None:
    """A stack makes it, Terraform makes it and never writes it back; without a name there is none."""
    stack = json.loads(printed("cloudformation", (ACT,), EVERY, WITH_POLICY))["Resources"]["AnchorwatchRevokePolicy"]
    properties = stack["Properties"]
    assert (properties["ManagedPolicyName"], properties["Path"]) == ("aw-revoke", "/sec/")
    assert properties["PolicyDocument"] == premade_document()
    made = json.loads(printed("terraform", (ACT,), EVERY, WITH_POLICY))["resource"]["aws_iam_policy"]
    assert made["anchorwatch_revoke"]["lifecycle"] == {"ignore_changes": ["policy"]}
    for form in FORMATS:
        assert "Nobody" not in printed(form, (READ, ACT), EVERY, PLACE)
        assert "Nobody" not in printed(form, (READ,), EVERY, WITH_POLICY)


async def test_the_command_takes_the_policy(capsys: pytest.CaptureFixture[str]) -> None:
    """What it prints needs no inline policy any more but to lift those that are there."""
    arguments = build_parser().parse_args([*ARGUMENTS, "--revoke-policy", POLICY])
    assert await arguments.do(arguments) == 0
    made = json.loads(capsys.readouterr().out)
    assert "iam:PutRolePolicy" not in json.dumps(made)
    (held,) = [one for one in made["act"]["permissions_policy"]["Statement"] if "Condition" in one]
    assert held["Action"] == ["iam:AttachRolePolicy", "iam:DetachRolePolicy"]
    assert held["Condition"] == {"ArnEquals": {"iam:PolicyARN": f"arn:aws:iam::{ACCOUNT}:policy/{POLICY}"}}
    assert made["revoke_policy"]["policy"] == premade_document()


def test_the_read_role_has_every_permission_of_the_guide_and_changes_nothing() -> None:
    """Each step's calls are in it, and no call that is no read."""
    statements = permissions_policy(READ, EVERY, PLACE)["Statement"]
    allowed = {action for one in statements for action in one["Action"]}
    assert {permission for step in STEPS for permission in step.permissions} <= allowed
    reads = ("Get", "List", "Lookup", "Describe", "BatchGet", "Simulate", "Generate")
    assert all(action.partition(":")[2].startswith(reads) for action in allowed)


def test_changes_are_held_to_their_account_and_kind() -> None:
    """No change goes anywhere but what makes something, which has no resource; our own roles are out of reach."""
    statements = permissions_policy(ACT, EVERY, PLACE)["Statement"]
    for one in statements:
        anywhere = [
            action
            for action in one["Action"]
            if not action.partition(":")[2].startswith(("Get", "List", "Create", "Import"))
        ]
        assert not (one["Effect"] == "Allow" and one["Resource"] == "*" and anywhere)
    (deny,) = [one for one in statements if one["Effect"] == "Deny"]
    assert deny["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("aw-read", "aw-act")]
    assert "iam:PutRolePolicy" in deny["Action"]


def test_an_action_that_is_left_out_leaves_no_permission() -> None:
    """Without the actions that write to IAM, the act role has nothing to do there."""
    kept = [action for action in EVERY if not any(one.startswith("iam:") for one in action.permissions)]
    assert "iam:" not in json.dumps(permissions_policy(ACT, kept, PLACE))


@pytest.mark.parametrize(
    ("left_out", "role", "lets_in"),
    [
        ("", ACT, True),
        ("", READ, True),
        ("sts:externalid", ACT, False),
        ("sts:externalid", READ, False),
        ("sts:sourceidentity", ACT, False),
        ("aws:requesttag/case", ACT, False),
        ("sts:sourceidentity", READ, True),
    ],
)
def test_who_may_assume_a_role(left_out: str, role: str, monkeypatch: pytest.MonkeyPatch, *, lets_in: bool) -> None:
    """The act role takes sessions only that name a person and a case; both want the external id."""
    context = {
        "sts:externalid": ("shared-by-both",),
        "sts:sourceidentity": ("U1",),
        "aws:requesttag/case": ("AW-0123456789",),
    }
    context.pop(left_out, None)
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"] if role == ACT else ["sts:AssumeRole"]
    with aws_environment(monkeypatch) as endpoint_url:
        arn = add_role(endpoint_url, "aw", role)
        assert all(trusts(arn, ("AWS", BOT), action, context) for action in actions) is lets_in
        assert not any(trusts(arn, ("AWS", f"{BOT}-2"), action, context) for action in actions)


@pytest.mark.parametrize(
    ("name", "lets_in"),
    [("U07AVA", True), ("ava@example.com", True), ("ava@evil.example", False), ("ava@example.com.evil", False)],
)
def test_a_person_is_named_by_id_or_by_an_address_of_a_domain(name: str, *, lets_in: bool) -> None:
    """The patterns of the trust policy let the addresses of the named domains in, and no others."""
    place = replace(PLACE, email_domains=("example.com",))
    (first, *_) = trust_policy(ACT, place)["Statement"]
    patterns = first["Condition"]["StringLike"]["sts:SourceIdentity"]
    assert any(fnmatchcase(name, one) for one in patterns) is lets_in


async def test_the_command_takes_domains(capsys: pytest.CaptureFixture[str]) -> None:
    """They stand in the act role's trust policy and not in the read role's."""
    arguments = build_parser().parse_args([*ARGUMENTS, "--email-domain", "example.com"])
    assert await arguments.do(arguments) == 0
    made = json.loads(capsys.readouterr().out)
    assert "*@example.com" in texts(made["act"]["trust_policy"])
    assert "*@example.com" not in texts(made["read"])


def texts(value: Any) -> list[str]:
    """Every text in a JSON value."""
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts(one)]
    return [text for one in value for text in texts(one)] if isinstance(value, list) else [str(value)]


def test_all_forms_say_the_same() -> None:
    """JSON, CloudFormation and Terraform hold the same two trust policies and the same two permissions policies."""
    made = {form: json.loads(printed(form, (READ, ACT), EVERY, PLACE)) for form in FORMATS}
    for role in (READ, ACT):
        wanted = (trust_policy(role, PLACE), permissions_policy(role, EVERY, PLACE))
        plain = made["json"][role]
        assert (plain["trust_policy"], plain["permissions_policy"]) == wanted
        properties = made["cloudformation"]["Resources"][f"Anchorwatch{role.capitalize()}Role"]["Properties"]
        assert (properties["AssumeRolePolicyDocument"], properties["Policies"][0]["PolicyDocument"]) == wanted
        resources, name = made["terraform"]["resource"], f"anchorwatch_{role}"
        terraform = resources["aws_iam_role"][name], resources["aws_iam_role_policy"][name]
        assert (json.loads(terraform[0]["assume_role_policy"]), json.loads(terraform[1]["policy"])) == wanted
        assert terraform[1]["role"] == f"${{aws_iam_role.{name}.id}}"


@pytest.mark.parametrize("role", [READ, ACT])
def test_the_policies_fit_into_roles(role: str) -> None:
    """A role's inline policies have at most 10,240 characters, a trust policy 2,048 unless AWS raised that."""
    assert len(json.dumps(permissions_policy(role, EVERY, PLACE), separators=(",", ":"))) <= 10_240
    assert len(json.dumps(trust_policy(role, PLACE), separators=(",", ":"))) <= 2_048


async def test_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """One role, without an action, from the command line."""
    arguments = build_parser().parse_args([*ARGUMENTS, "--role", "act", "--without", "delete_trust_anchor"])
    assert await arguments.do(arguments) == 0
    made = json.loads(capsys.readouterr().out)
    assert list(made) == ["act"]
    assert made["act"]["role_name"] == "anchorwatch-act"
    assert "rolesanywhere:DeleteTrustAnchor" not in texts(made)
    assert BOT in texts(made)


@pytest.mark.parametrize(
    "wrong",
    [["--account", "1"], ["--principal", "me"], ["--act-role", "a b"], ["--format", "x"], ["--email-domain", "*"]],
)
def test_wrong_words_are_refused(wrong: list[str]) -> None:
    """What can't be an account, an ARN or a name ends the command."""
    with pytest.raises(SystemExit):
        build_parser().parse_args([*ARGUMENTS, *wrong])


async def test_an_unknown_action_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt action would leave permissions in that somebody wanted out."""
    arguments = build_parser().parse_args([*ARGUMENTS, "--without", "delete"])
    assert await arguments.do(arguments) == 2
    assert "There is no action delete." in capsys.readouterr().err
