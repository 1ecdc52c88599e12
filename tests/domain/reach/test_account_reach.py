"""Which fact is the reason where several shut the door, and which lines an account gives."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.reach.account_facts import read_anchor, read_profiles, read_roles
from bot.domain.reach.account_reach import Reach, account_reach
from tests.domain.reach.policies import (
    OTHER_ANCHOR,
    SAN_URI,
    SUBJECT_CN,
    account,
    deny,
    policy,
    profile,
    role,
    role_arn,
    statement,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OPEN = policy()
PINNED = policy(statement({"ArnEquals": {"aws:SourceArn": OTHER_ANCHOR}}))
UNTRUSTING = policy(statement(Principal={"Service": "ec2.amazonaws.com"}))
LINKED = role("aws-service-role/rolesanywhere.amazonaws.com/AWSServiceRoleForRolesAnywhere", OPEN)


def reached(facts: Mapping[str, Any]) -> list[Reach]:
    """Every line of an account."""
    anchor, profiles = read_anchor(facts["trust_anchor"]), read_profiles(facts["profiles"])
    return list(account_reach(anchor, profiles, read_roles(facts["roles"]), NOW))


def brief(one: Reach) -> tuple[str, str | None, str, bool]:
    """A line as role name, profile name, reason, and whether a new profile is enough."""
    names = (one.role_arn or "").rpartition("/")[2], one.profile_arn and one.profile_arn.rpartition("/")[2]
    return *names, one.reason.value, one.one_profile_away


def test_each_role_has_a_line_for_each_enabled_profile() -> None:
    """Roles come in their order, profiles in theirs, and a role named twice in a profile has one line."""
    profiles = [profile("p", "a", "b", "a"), profile("q", "b"), profile("off", "a", enabled=False)]
    found = reached(account(profiles, [role("b", PINNED), role("a", OPEN)]))
    assert [brief(one) for one in found] == [
        ("b", "p", "pinned_elsewhere", False),
        ("b", "q", "pinned_elsewhere", False),
        ("a", "p", "no_condition", False),
    ]


@pytest.mark.parametrize(
    ("document", "reason", "away"),
    [
        (OPEN, "no_profile", True),
        (policy(statement({"StringEquals": {SUBJECT_CN: "a"}})), "no_profile", True),
        (policy(statement({"StringEquals": {"sts:RoleSessionName": "deploy"}})), "no_profile", True),
        (PINNED, "no_profile", False),
        (policy(statement(), deny()), "no_profile", False),
        (policy(statement(Action="sts:AssumeRole")), "no_profile", False),
        (policy(statement({"IpAddress": {"aws:SourceIp": "::/0"}})), "no_profile", False),
        (UNTRUSTING, "not_trusted", False),
        ("{", "malformed_policy", False),
    ],
)
def test_a_role_in_no_profile_has_one_line(document: object, reason: str, away: bool) -> None:  # noqa: FBT001 - Parameters.
    """It is one profile away when its policy lets the anchor in, and only then."""
    (line,) = reached(account([profile("p")], [role("a", document)]))
    assert brief(line) == ("a", None, reason, away)


@pytest.mark.parametrize(("document", "away"), [(OPEN, True), (PINNED, False)])
def test_a_role_in_a_disabled_profile_is_in_no_enabled_one(document: object, away: bool) -> None:  # noqa: FBT001 - Parameters.
    """One line without a profile names the disabled ones."""
    profiles = [profile("p", "a", enabled=False), profile("q", "a", enabled=False)]
    (line,) = reached(account(profiles, [role("a", document)]))
    assert brief(line) == ("a", None, "profile_disabled", away)
    assert [one.rpartition("/")[2] for one in line.disabled_profile_arns] == ["p", "q"]


def test_a_profile_of_another_region_does_not_reach() -> None:
    """The role stands in an enabled profile, but only a new one in the anchor's Region would let the anchor in."""
    there = profile("there", "a", "b", region="us-east-1")
    found = reached(account([there, profile("here", "b")], [role("a", OPEN), role("b", OPEN)]))
    assert [brief(one) for one in found] == [
        ("a", "there", "other_region", True),
        ("b", "there", "other_region", False),
        ("b", "here", "no_condition", False),
    ]


def test_a_disabled_anchor_comes_first() -> None:
    """Nothing else is the reason then, and no profile helps."""
    profiles = [profile("p", "a", "gone"), profile("off", "b", enabled=False)]
    roles = [role("a", OPEN), role("b", OPEN), role("c", OPEN), role("d", "{"), LINKED]
    found = reached(account(profiles, roles, enabled=False))
    assert {one.reason.value for one in found if one.profile_arn} == {"anchor_disabled"}
    assert {one.reason.value for one in found} == {"anchor_disabled"}
    assert not any(one.one_profile_away for one in found)


def test_the_profile_comes_before_the_role() -> None:
    """In a profile of another Region every role is shut by the Region."""
    there = profile("there", "a", "gone", region="us-east-1")
    found = reached(account([there], [role("a", PINNED)]))
    assert [brief(one)[2] for one in found] == ["other_region", "other_region"]


def test_a_role_that_is_not_there_is_named() -> None:
    """In each enabled profile that lists it; in disabled ones it has one line."""
    profiles = [profile("p", "gone"), profile("q", "gone"), profile("off", "old", enabled=False)]
    found = reached(account(profiles, []))
    assert [brief(one) for one in found] == [
        ("gone", "p", "role_not_found", False),
        ("gone", "q", "role_not_found", False),
        ("old", None, "profile_disabled", False),
    ]


def test_service_linked_roles_are_not_for_sessions() -> None:
    """In a profile or in none, by path or by ARN."""
    by_path = role("x", OPEN, Path="/aws-service-role/rolesanywhere.amazonaws.com/")
    everywhere = profile("p", "x", roleArns=[LINKED["Arn"], by_path["Arn"]])
    assert {one.reason.value for one in reached(account([everywhere], [LINKED, by_path]))} == {"service_linked"}
    assert {brief(one)[2:] for one in reached(account([], [LINKED, by_path]))} == {("service_linked", False)}


def test_roles_of_another_account_are_not_for_this_anchor() -> None:
    """A profile can't pass on a role of another account."""
    foreign = role("a", OPEN, account="999900001111")
    (line,) = reached(account([profile("p", roleArns=[foreign["Arn"]])], [foreign]))
    assert line.reason.value == "account_mismatch"


def test_a_missing_flag_is_read_with_caution() -> None:
    """What does not say that it is disabled is taken for enabled, and GetTrustAnchor's whole answer is understood."""
    facts = account([profile("p", "a", enabled=None)], [role("a", OPEN)], enabled=None)
    facts["trust_anchor"] = {"trustAnchor": facts["trust_anchor"]}
    (line,) = reached(facts)
    assert line.reason.value == "no_condition"


def test_a_path_is_part_of_a_roles_name() -> None:
    """Roles are told apart by their whole ARN."""
    found = reached(account([profile("p", "team/a")], [role("a", OPEN), role("team/a", OPEN)]))
    assert [(one.role_arn, one.reason.value) for one in found] == [
        (role_arn("a"), "no_profile"),
        (role_arn("team/a"), "no_condition"),
    ]


def test_an_account_is_judged_at_once() -> None:
    """300 different policies in 10 profiles take far less than a second of the processor when it is not shared."""
    conditions: list[dict[str, Any]] = [
        {"StringLike": {SAN_URI: [f"spiffe://example.org/ns/{number}/sa/*", f"spiffe://example.org/{number}*"]}}
        for number in range(150)
    ]
    conditions += [{"StringEquals": {"sts:SourceIdentity": f"CN=app-{number}"}} for number in range(150)]
    roles = [role(f"r{place}", policy(statement(one, Sid=f"S{place}"))) for place, one in enumerate(conditions)]
    names = [f"r{place}" for place in range(len(roles))]
    profiles = [profile(f"p{place}", *names, acceptRoleSessionName=bool(place % 2)) for place in range(10)]
    began = time.process_time()
    found = reached(account(profiles, roles))
    assert len(found) == 3000
    assert {one.reason.value for one in found} == {"certificate_condition_only"}
    assert time.process_time() - began < 2
