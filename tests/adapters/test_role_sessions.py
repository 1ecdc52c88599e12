"""Sessions of our roles: what they may do, whom they name, and that CloudTrail shows it."""

from __future__ import annotations

import json

import pytest

from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.role_sessions import role_session, session_policy
from bot.domain.action import Risk
from bot.domain.identity import Target
from bot.ports import Acting
from bot.registry import load_actions
from tests.fakes.aws_worlds import StandInWorld, aws_environment
from tests.fakes.ladder import ready, searching

TARGET = Target("111122223333", "eu-west-1", "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a", "a")
ACTING = Acting("AW-0123456789", "R1", "U1", ("U3", "U4"))
ACTIONS = load_actions()
IRREVERSIBLE = [action for action in ACTIONS.values() if action.risk is Risk.IRREVERSIBLE]


def test_a_session_has_the_person_and_the_tags() -> None:
    """Who asked is the source identity; the case, the request and everybody's yes are tags."""
    session = role_session(TARGET, "act", "AW-0123456789-U1", acting=ACTING)
    assert session is not None
    assert session.source_identity == "U1"
    assert dict(session.tags) == {"case": "AW-0123456789", "request": "R1", "requester": "U1", "approver": "U3 U4"}
    assert "ExternalId" not in session.request("")
    assert session.request("secret")["ExternalId"] == "secret"
    assert session.request("")["DurationSeconds"] == 900


def test_what_does_not_fit_is_made_to_fit() -> None:
    """Characters that STS does not take become dashes, and long values are cut."""
    session = role_session(TARGET, "act", "x", acting=Acting("c", "r", "Ünal <x>", tuple(["U2"] * 200)))
    assert session is not None
    assert session.source_identity == "-nal--x-"
    assert all(len(value) <= 256 for _, value in session.tags)


def test_without_a_role_there_is_no_session() -> None:
    """The bot's own credentials are used as they are."""
    assert role_session(TARGET, "", "x", acting=ACTING) is None


def test_changes_are_held_to_what_the_plan_touches() -> None:
    """Reads go anywhere, the trust anchor's calls to it, other changes to the plan's ARNs."""
    permissions = ("iam:GetRole", "iam:PutRolePolicy", "rolesanywhere:GetTrustAnchor")
    statements = json.loads(session_policy(TARGET, permissions, ("arn:aws:iam::111122223333:role/b",)))["Statement"]
    assert [(one["Action"], one["Resource"]) for one in statements] == [
        (["rolesanywhere:GetTrustAnchor"], TARGET.anchor_arn),
        (["iam:PutRolePolicy"], ["arn:aws:iam::111122223333:role/b"]),
        (["iam:GetRole"], "*"),
    ]


def test_a_managed_policy_is_the_only_one_that_may_be_used() -> None:
    """Versions of it alone, and attaching it alone; what is done to roles is held to the plan's roles."""
    role, policy = "arn:aws:iam::111122223333:role/b", "arn:aws:iam::111122223333:policy/sec/p"
    permissions = ("iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:GetPolicy", "iam:DeleteRolePolicy")
    for roles in ((role,), tuple(f"{role}{'x' * 60}{number}" for number in range(40))):
        made = json.loads(session_policy(TARGET, permissions, (*roles, policy)))["Statement"]
        on_roles = made[1]["Resource"]
        assert all(str(one).startswith(role) for one in (on_roles if isinstance(on_roles, list) else [on_roles]))
        assert made == [
            {"Effect": "Allow", "Action": ["iam:CreatePolicyVersion"], "Resource": [policy]},
            {
                "Effect": "Allow",
                "Action": ["iam:AttachRolePolicy"],
                "Resource": on_roles,
                "Condition": {"ArnEquals": {"iam:PolicyARN": [policy]}},
            },
            {"Effect": "Allow", "Action": ["iam:DeleteRolePolicy"], "Resource": on_roles},
            {"Effect": "Allow", "Action": ["iam:GetPolicy"], "Resource": "*"},
        ]
    assert "iam:AttachRolePolicy" not in session_policy(TARGET, permissions, (role,))


def test_many_arns_fit_by_what_they_begin_with() -> None:
    """A session policy has at most 2,048 characters; then the beginning of the ARNs stands for them."""
    arns = tuple(f"arn:aws:iam::111122223333:role/{'x' * 60}{number}" for number in range(40))
    policy = session_policy(TARGET, ("iam:PutRolePolicy",), arns)
    assert len(policy) <= 2048
    assert json.loads(policy)["Statement"][0]["Resource"] == f"arn:aws:iam::111122223333:role/{'x' * 60}*"


async def test_cloudtrail_names_the_human(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every irreversible call in the event history has the person who asked, and its session the tags."""
    with aws_environment(monkeypatch) as endpoint_url:
        accounts = BotoAccounts("actor", "actor", external_id="shared-by-both")
        world = StandInWorld(endpoint_url, accounts)
        world.add_roles("actor")
        try:
            for one in IRREVERSIBLE:
                able = await ready(one, ACTIONS, accounts, world.add_anchor(one.id))
                actor = accounts.actor(able, one.permissions, session_name="AW-0123456789-U1", acting=ACTING)
                await one.apply(await one.plan(able, actor), searching(actor, accounts, able, one))
        finally:
            await accounts.close()
        records = [event["record"] for event in world.control.events()]
        started = world.control.records("AssumeRole")
    named = {
        (one["eventName"], one["userIdentity"]["sessionContext"].get("sourceIdentity"))
        for one in records
        if one["userIdentity"]["type"] == "AssumedRole" and not one["readOnly"]
    }
    # What has to be deleted before it can be restored is deleted by a session of the test, for nobody.
    assert named - {("DeleteTrustAnchor", None)} == {("CreateTrustAnchor", "U1"), ("DeleteTrustAnchor", "U1")}
    asked = started[-1]["requestParameters"]
    assert asked["sourceIdentity"] == "U1"
    assert {"key": "approver", "value": "U3 U4"} in asked["tags"]
