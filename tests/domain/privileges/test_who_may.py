"""Who of an account may make one call, by policies, groups and boundaries."""

from __future__ import annotations

from typing import Any

from bot.domain.privileges.who_may import Holder, Principals, who_may

ACTION = "rolesanywhere:CreateTrustAnchor"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
NARROW = "arn:aws:iam::111122223333:policy/narrow"


def allow(action: str, *, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A policy with one statement."""
    return {"Statement": [{"Effect": effect, "Action": action, "Resource": "*", **more}]}


DOCUMENTS = {ADMINISTRATOR: allow("*"), NARROW: allow("s3:*")}


def principal(arn: str, *inline: Any, managed: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """An entry of a role, or of a user with its list of policies under a user's name."""
    policies = [{"PolicyName": f"p{number}", "PolicyDocument": one} for number, one in enumerate(inline)]
    member = "UserPolicyList" if ":user/" in arn else "RolePolicyList"
    return {"Arn": arn, member: policies, "AttachedManagedPolicies": [{"PolicyArn": one} for one in managed], **more}


def asked(roles: list[Any], users: list[Any] | None = None, groups: list[Any] | None = None) -> list[Holder]:
    """The holders."""
    return list(who_may(ACTION, Principals(roles, users or [], groups or [], DOCUMENTS)).holders)


def test_only_those_whom_a_policy_lets_are_named() -> None:
    """By managed and inline policies, by stars too, each with the names of the policies that say so."""
    found = asked(
        [
            principal("a:role/admin", managed=(ADMINISTRATOR,)),
            principal("a:role/reader", managed=(NARROW,)),
            principal("a:role/pki", allow("rolesanywhere:Create*"), allow("s3:*")),
        ]
    )
    assert found == [
        Holder("a:role/admin", ("AdministratorAccess",), surely=True),
        Holder("a:role/pki", ("p0",), surely=True),
    ]


def test_a_user_may_by_a_group() -> None:
    """The policies of a user's groups count, and a group that was not read is not taken for an empty one."""
    group = {"GroupName": "admins", "GroupPolicyList": [{"PolicyName": "g", "PolicyDocument": allow("*")}]}
    users = [principal("a:user/ada", GroupList=["admins"]), principal("a:user/bob", GroupList=["lost"])]
    found = who_may(ACTION, Principals((), users, (group,), DOCUMENTS))
    assert found.holders == (Holder("a:user/ada", ("g",), surely=True),)
    assert found.unread == ("a:user/bob",)


def test_denials_and_boundaries_take_away() -> None:
    """A sure Deny and a boundary that does not name the call take it away; one that can't be read is named."""
    bound: dict[str, Any] = {"PermissionsBoundary": {"PermissionsBoundaryArn": NARROW}}
    lost: dict[str, Any] = {"PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/lost"}}
    found = asked(
        [
            principal("a:role/denied", allow("*"), allow(ACTION, effect="Deny")),
            principal("a:role/bound", allow("*"), **bound),
            principal("a:role/lost", allow("*"), **lost),
        ]
    )
    assert found == [Holder("a:role/lost", ("p0",), surely=True, boundary_unread=True)]


def test_conditions_and_single_resources_are_perhaps() -> None:
    """What holds only under a condition, or for resources that the call does not know, is not said to be sure."""
    conditional = allow(ACTION, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    narrow = allow(ACTION, Resource="arn:aws:rolesanywhere:*:*:trust-anchor/*")
    denied = allow(ACTION, effect="Deny", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
    lines = {"mfa": (conditional,), "one": (narrow,), "denied": (allow("*"), denied)}
    found = asked([principal(name, *policies) for name, policies in lines.items()])
    assert {one.arn: one.surely for one in found} == {"mfa": False, "one": False, "denied": True}


def test_a_policy_that_cannot_be_read_is_no_no() -> None:
    """Whose policy can't be read is told apart from whom no policy lets."""
    roles = [principal("a:role/torn", "{"), principal("a:role/gone", managed=("arn:aws:iam::1:policy/x",))]
    assert who_may(ACTION, Principals(roles, documents=DOCUMENTS)).unread == ("a:role/torn", "a:role/gone")
