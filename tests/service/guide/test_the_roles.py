"""Who the CA's owner can become: profiles, roles, privileges, and what is said when IAM refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.answer import Answer, Standing
from bot.domain.errors import AwsDenied
from bot.domain.reach_line import reach_line
from bot.service.guide import the_roles
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import Desk
from tests.fakes.guide_desk import ask_step

ACCOUNT = "111122223333"
OTHER = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:trust-anchor/99999999-2222-3333-4444-555555555555"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = f"arn:aws:iam::{ACCOUNT}:policy/read-only"
DETAILS = "iam:GetAccountAuthorizationDetails"


def allow(*actions: str, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A policy with one statement."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


DOCUMENTS = {ADMINISTRATOR: allow("*"), READ_ONLY: allow("s3:Get*")}


def role(name: str, trust: Any = None, *, managed: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """An entry of RoleDetailList."""
    return {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "Path": "/",
        "AssumeRolePolicyDocument": trust or trust_policy(),
        "RolePolicyList": [],
        "AttachedManagedPolicies": [{"PolicyArn": one} for one in managed],
        "RoleLastUsed": {},
        **more,
    }


def inline(document: Any) -> dict[str, Any]:
    """The member of a role with one inline policy."""
    return {"RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document}]}


def serve(desk: Desk, *roles: Mapping[str, Any]) -> None:
    """Let IAM bring these roles with their policies."""
    policies = [
        {"Arn": arn, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": one}]}
        for arn, one in DOCUMENTS.items()
    ]
    desk.aws.serve(DETAILS, {"RoleDetailList": roles, "Policies": policies})


def arn(name: str) -> str:
    """A role's ARN."""
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


async def asked(desk: Desk) -> dict[str, Answer]:
    """The step's answers."""
    return await ask_step(the_roles.STEP, await desk.case(), desk.aws)


def codes(answer: Answer) -> list[str]:
    """The signs of an answer."""
    return [one.code for one in answer.signs]


async def test_roles_are_counted_by_what_the_owner_can_do(desk: Desk) -> None:
    """Open, shut by another anchor's ARN, undetermined and one profile away: each role in one place."""
    unclear = trust_policy(StringEquals={"example:Unknown": "x"})
    serve(
        desk,
        role("deployer", managed=(ADMINISTRATOR,)),
        role("shut", trust_policy(source_arn=OTHER)),
        role("unclear", unclear),
        role("away"),
        role("lambda", {"Version": "2012-10-17", "Statement": []}),
    )
    desk.aws.add_profile("ci", [arn("deployer"), arn("shut"), arn("unclear")])
    answers = await asked(desk)
    facts = answers["reachable_roles"].facts
    assert {name: facts[name] for name in ("usable", "undetermined", "one_profile_away", "shut")} == {
        "usable": 1,
        "undetermined": 1,
        "one_profile_away": 1,
        "shut": [["aws:SourceArn", 1]],
    }
    assert facts["administrators"] == [arn("deployer")]
    assert codes(answers["reachable_roles"]) == ["administrator_reachable", "roles_reachable"]
    assert reach_line(answers) == (
        "The CA's owner can become 1 role, 1 administrator; 1 could not be evaluated; 1 is shut by aws:SourceArn; "
        "1 is one CreateProfile away."
    )


async def test_a_line_says_role_profile_verdict_and_why(desk: Desk) -> None:
    """With the policy's line, the privileges, the last use and the tags."""
    used = {"LastUsedDate": datetime(2026, 11, 20, tzinfo=UTC)}
    tags = [{"Key": "env", "Value": "prod"}]
    trust = trust_policy(StringEquals={"aws:PrincipalTag/x509Subject/OU": "Platform"})
    serve(desk, role("deployer", trust, managed=(ADMINISTRATOR,), RoleLastUsed=used, Tags=tags))
    desk.aws.add_profile("ci", [arn("deployer")])
    (line,) = (await asked(desk))["reachable_roles"].lines
    assert line == (
        "deployer through profile ci: usable, it asks only for certificate fields, which the CA's owner chooses "
        "(Allow in statement 1: StringEquals aws:PrincipalTag/x509Subject/OU = Platform); administrator; may assume "
        "roles of any account; last used 2026-11-20; env=prod"
    )


async def test_session_policies_and_boundaries_take_privileges_away(desk: Desk) -> None:
    """An administrator behind a read-only session policy or boundary is none; an unread one takes nothing away."""
    bounded = {"PermissionsBoundary": {"PermissionsBoundaryArn": READ_ONLY}}
    serve(
        desk,
        role("by-session", managed=(ADMINISTRATOR,)),
        role("by-arn", managed=(ADMINISTRATOR,)),
        role("by-boundary", managed=(ADMINISTRATOR,), **bounded),
        role("free", managed=(ADMINISTRATOR,)),
    )
    for name in ("by-session", "by-arn", "by-boundary", "free"):
        desk.aws.add_profile(name, [arn(name)])
    profiles = desk.aws._place(ACCOUNT, "eu-west-1").profiles  # noqa: SLF001 - tests may tamper.
    profiles[0]["sessionPolicy"] = json.dumps(allow("s3:GetObject"))
    profiles[1]["managedPolicyArns"] = [READ_ONLY]
    profiles[3]["managedPolicyArns"] = ["arn:aws:iam::aws:policy/Unheard"]
    answers = await asked(desk)
    assert answers["reachable_roles"].facts["administrators"] == [arn("free")]
    assert any("some of its policies could not be read" in one for one in answers["reachable_roles"].lines)


async def test_ways_to_more_permissions_and_accounts_are_named(desk: Desk) -> None:
    """IAM alone, with other services, credentials, and roles of other accounts."""
    elsewhere = "arn:aws:iam::999900001111:role/*"
    trusted = trust_policy()
    trusted["Statement"].append({"Effect": "Allow", "Principal": {"AWS": "222233334444"}, "Action": "sts:AssumeRole"})
    serve(
        desk,
        role("iam", **inline(allow("iam:Put?olePolicy", resource=f"arn:aws:iam::{ACCOUNT}:role/*"))),
        role("passes", **inline(allow("iam:PassRole", "lambda:*"))),
        role("secrets", **inline(allow("secretsmanager:Get*"))),
        role("hub", trusted, **inline(allow("sts:AssumeRole", resource=elsewhere))),
    )
    desk.aws.add_profile("all", [arn(name) for name in ("iam", "passes", "secrets", "hub")])
    answers = await asked(desk)
    assert codes(answers["reachable_roles"]) == ["escalation_reachable", "roles_reachable"]
    assert answers["privileged_roles"].facts == {"administrators": 0, "escalating": 2, "credentials": 1}
    assert answers["cross_account_roles"].facts == {"accounts": ["999900001111"], "trusted": ["222233334444"]}


async def test_no_open_role_speaks_against_trouble(desk: Desk) -> None:
    """Only when everything was read and nothing is undetermined."""
    serve(desk, role("shut", trust_policy(source_arn=OTHER), managed=(ADMINISTRATOR,)))
    desk.aws.add_profile("ci", [arn("shut")])
    answer = (await asked(desk))["reachable_roles"]
    assert (codes(answer), answer.facts["administrators"]) == (["no_role_reachable"], [])
    assert answer.sentence == "The CA's owner can become no role now; 1 is shut by aws:SourceArn."


@pytest.mark.parametrize("gone", [True, False])
async def test_without_an_enabled_anchor_nobody_gets_in(desk: Desk, gone: bool) -> None:  # noqa: FBT001 - parameters.
    """A disabled or deleted trust anchor shuts what trusts Roles Anywhere; the answer says which of both it is."""
    lambdas = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    serve(desk, role("deployer"), role("lambda", {"Version": "2012-10-17", "Statement": [lambdas]}))
    desk.aws.add_profile("ci", [arn("deployer")])
    anchor = desk.aws.anchor(desk.target)
    assert anchor is not None
    anchor["enabled"] = False
    if gone:
        desk.aws._place(ACCOUNT, "eu-west-1").anchors.clear()  # noqa: SLF001 - tests may tamper.
    answer = (await asked(desk))["reachable_roles"]
    assert answer.facts["shut"] == [["the disabled trust anchor", 1]]
    assert answer.sentence.startswith("AWS has no such trust anchor now.") is gone


async def test_with_list_roles_only_few_roles_cost_more_calls(desk: Desk) -> None:
    """Without the one call that brings everything, the policies of open roles are read one by one."""
    listed = [role("deployer"), role("shut", trust_policy(source_arn=OTHER))]
    desk.aws.fail(DETAILS, "deny")
    desk.aws.serve("iam:ListRoles", {"Roles": listed})
    desk.aws.add_role("deployer", trust_policy())
    desk.aws.serve("iam:ListAttachedRolePolicies", {"AttachedPolicies": [{"PolicyArn": ADMINISTRATOR}]})
    desk.aws.serve("iam:ListRolePolicies", {"PolicyNames": ["own"]})
    desk.aws.serve("iam:GetRolePolicy", {"PolicyDocument": allow("s3:*")})
    desk.aws.serve("iam:GetPolicy", {"Policy": {"DefaultVersionId": "v1"}})
    desk.aws.serve("iam:GetPolicyVersion", {"PolicyVersion": {"Document": allow("*")}})
    desk.aws.add_profile("ci", [arn("deployer"), arn("shut")])
    answers = await asked(desk)
    assert answers["reachable_roles"].facts["administrators"] == [arn("deployer")]
    assert sum(call.service == "iam" for call in desk.aws.journal) == 8
    assert answers["roles_trusting_service"].standing is Standing.ANSWERED


async def test_with_get_role_only_the_profiles_roles_are_known(desk: Desk) -> None:
    """What stands in no profile is not known then, and said to be."""
    for one in (DETAILS, "iam:ListRoles", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"):
        desk.aws.fail(one, "deny", times=9)
    desk.aws.add_role("deployer", trust_policy())
    desk.aws.add_profile("ci", [arn("deployer"), arn("gone")])
    answers = await asked(desk)
    found = answers["reachable_roles"]
    assert (found.facts["usable"], found.facts["shut"]) == (1, [["not existing in this account", 1]])
    assert any("Roles in no profile" in one and "iam:ListRoles" in one for one in found.not_checked)
    assert answers["privileged_roles"].standing is Standing.NOT_ALLOWED


async def test_without_iam_profiles_and_arns_are_still_shown(desk: Desk) -> None:
    """Every role is undetermined, nothing calms, and what is missing is named."""
    for one in (DETAILS, "iam:ListRoles", "iam:GetRole"):
        desk.aws.fail(one, "deny", times=9)
    desk.aws.add_role("deployer", trust_policy())
    desk.aws.add_profile("ci", [arn("deployer")])
    answers = await asked(desk)
    found = answers["reachable_roles"]
    assert (found.facts["usable"], found.facts["undetermined"], codes(found)) == (0, 1, [])
    assert found.lines[0].startswith("deployer through profile ci: undetermined")
    assert "iam:GetRole" in found.missing
    assert answers["profiles"].facts == {"enabled": 1, "disabled": 0, "longest_session_seconds": 3600}
    assert answers["privileged_roles"].standing is Standing.NOT_ALLOWED
    assert answers["roles_trusting_service"].standing is Standing.NOT_ALLOWED


async def test_without_the_profiles_nothing_is_claimed(desk: Desk) -> None:
    """A refused ListProfiles leaves every question with the missing permission."""
    desk.aws.fail("rolesanywhere:ListProfiles", "deny")
    answers = await asked(desk)
    assert {one.standing for one in answers.values()} == {Standing.NOT_ALLOWED}
    assert answers["reachable_roles"].missing == ("rolesanywhere:ListProfiles",)
    assert reach_line(answers) is None


async def test_an_anchor_that_cannot_be_read_counts_as_enabled(desk: Desk) -> None:
    """And the answer says so."""
    serve(desk, role("deployer"))
    desk.aws.add_profile("ci", [arn("deployer")])
    desk.aws.fail("rolesanywhere:GetTrustAnchor", "deny")
    answer = (await asked(desk))["reachable_roles"]
    assert answer.facts["usable"] == 1
    assert any("counts as enabled" in one for one in answer.not_checked)


async def test_answers_of_another_account_are_an_error(desk: Desk) -> None:
    """Profiles of a wrong account must not give a calming answer."""
    serve(desk)
    desk.aws.add_profile("ci", [])
    (profile,) = desk.aws._place(ACCOUNT, "eu-west-1").profiles  # noqa: SLF001 - tests may tamper.
    profile["profileArn"] = "arn:aws:rolesanywhere:eu-west-1:999900001111:profile/x"
    assert {one.standing for one in (await asked(desk)).values()} == {Standing.COULD_NOT_CHECK}


async def test_many_roles_are_capped_in_lines_and_facts(desk: Desk) -> None:
    """Lines, ARNs and the picture's roles have a bound; the counts have none."""
    serve(desk, *(role(f"r{number}") for number in range(120)))
    desk.aws.add_profile("ci", [arn(f"r{number}") for number in range(120)])
    answer = (await asked(desk))["reachable_roles"]
    graph: Any = answer.facts["graph"]
    assert (answer.facts["usable"], len(answer.lines), answer.lines[-1]) == (120, 41, "and 80 more")
    assert (len(graph["roles"]), graph["more"]) == (40, 80)


async def test_a_denied_reader_is_told_the_action(desk: Desk) -> None:
    """A refusal in the middle of reading single roles names its action once."""

    def refuse(_parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        raise AwsDenied("AccessDenied", "no", "iam:ListRoles")

    desk.aws.fail(DETAILS, "deny")
    desk.aws.serve("iam:ListRoles", refuse)
    desk.aws.add_profile("ci", [])
    answer = (await asked(desk))["roles_trusting_service"]
    assert answer.not_checked == (f"Roles in no profile: the permission {DETAILS} or iam:ListRoles is missing.",)


async def test_many_shut_roles_of_a_profile_are_one_row_of_the_picture(desk: Desk) -> None:
    """What is open must not be lost among them; all of them are counted."""
    shut = [role(f"s{number}", trust_policy(source_arn=OTHER)) for number in range(9)]
    serve(desk, role("open"), *shut)
    desk.aws.add_profile("ci", [arn("open"), *(str(one["Arn"]) for one in shut)])
    graph: Any = (await asked(desk))["reachable_roles"].facts["graph"]
    assert [one["role"] for one in graph["roles"]] == ["open", "s0", "s1", ""]
    assert (graph["roles"][-1]["several"], graph["more"]) == (7, 0)
