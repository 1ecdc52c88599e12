"""The printed policies are enough for every action and the guide, hold each change to its place, and trust few."""

from __future__ import annotations

import json
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from bot.adapters.aws_accounts import BotoAccounts
from bot.cli import build_parser
from bot.domain.action import ResponseAction, Risk
from bot.iam_policies import ACT, FORMATS, READ, Place, permissions_policy, printed, trust_policy
from bot.ports import Acting
from bot.registry import load_actions
from bot.sandbox.aws.clients import connect
from bot.sandbox.aws.policies import trusts
from bot.service.guide.steps import STEPS
from tests.fakes.aws_worlds import StandInWorld, aws_environment
from tests.fakes.ladder import ready, searching
from tests.fakes.with_own_store import with_own_store

ACTIONS = load_actions()
EVERY = tuple(ACTIONS.values())
ACCOUNT = "123456789012"
BOT = "arn:aws:iam::111122223333:role/anchorwatch"
PLACE = Place(ACCOUNT, BOT, "aw-read", "aw-act", "shared-by-both")
ACTING = Acting("AW-0123456789", "R1", "U1", ("U3",))
ARGUMENTS = ["iam", "--account", ACCOUNT, "--principal", BOT]


def add_role(endpoint_url: str, name: str, role: str) -> str:
    """A role in the stand-in as it was printed."""
    iam = connect("iam", endpoint_url)
    trust = json.dumps(trust_policy(role, PLACE))
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    policy = json.dumps(permissions_policy(role, EVERY, PLACE))
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
