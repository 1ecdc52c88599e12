"""Policies that revoke sessions: which roles can have one, what stands in it, and that ours is told from others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.evidence import Evidence, KnownRole
from bot.domain.identity import parse_anchor_arn
from bot.domain.session_revocation import (
    can_revoke,
    left_out,
    revocation_document,
    revocations,
    revoked_before,
    why_not_revocable,
)

ANCHOR = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/6f1e6f4e-0000-4000-8000-000000000001"
AT = datetime(2026, 11, 22, 3, 0, 30, tzinfo=UTC)
USER_ID = "AROAEXAMPLE000000001:0a1b"


@pytest.mark.parametrize(
    ("arn", "why"),
    [
        ("arn:aws:iam::111122223333:role/deployer", None),
        ("arn:aws:iam::111122223333:role/team/ci/deployer", None),
        ("arn:aws-cn:iam::111122223333:role/deployer", None),
        ("arn:aws:iam::999900001111:role/deployer", "it belongs to another account"),
        (
            "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/RoleForX",
            "only AWS may change it",
        ),
        ("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x", "only AWS may change it"),
        ("arn:aws:iam::111122223333:user/deployer", "its ARN can't be read"),
        ("arn:aws:iam::111122223333:role/a b", "its ARN can't be read"),
    ],
)
def test_roles_that_nobody_can_put_a_policy_on(arn: str, why: str | None) -> None:
    """Roles of AWS itself, of other accounts and what is no role are left out with their reason."""
    assert why_not_revocable(arn, "111122223333") == why


def test_what_does_not_fit_a_user_id_never_reaches_a_policy() -> None:
    """A session's name is an attacker's text: with a variable or a wildcard in it, it is left out."""
    names = (USER_ID, "AROAEXAMPLE000000001:*", "AROAEXAMPLE000000001:${aws:userid}", "", "aroa:x", "A" * 20 + ":a\n")
    known = Evidence(roles=(KnownRole("arn:aws:iam::111122223333:role/deployer", user_ids=names),))
    (only,) = revocations(ANCHOR, known, "Name", only_known=True)
    assert only.user_ids == (USER_ID,)
    assert revocations(ANCHOR, known, "Name")[0].user_ids == ()


def test_a_role_without_known_sessions_has_no_narrow_policy() -> None:
    """An empty list of sessions would deny everybody, so there is no such policy."""
    roles = (KnownRole("arn:aws:iam::111122223333:role/deployer", user_ids=("*",)),)
    assert revocations(ANCHOR, Evidence(roles=roles), "Name", only_known=True) == ()
    assert can_revoke(roles)
    assert not can_revoke(roles, only_known=True)


def test_the_document_denies_what_is_old_and_nothing_else() -> None:
    """One statement, with the moment, and with the sessions when there are any."""
    document = json.loads(revocation_document(AT, (USER_ID,)))
    (statement,) = document["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", "*", "*")
    assert statement["Condition"] == {
        "DateLessThan": {"aws:TokenIssueTime": "2026-11-22T03:00:30Z"},
        "StringEquals": {"aws:userid": [USER_ID]},
    }
    assert "StringEquals" not in json.loads(revocation_document(AT, ()))["Statement"][0]["Condition"]


def test_only_our_own_document_counts() -> None:
    """A policy that somebody weakened, or that is for other sessions, is not taken for ours."""
    document = json.loads(revocation_document(AT, ()))
    assert revoked_before(document, ()) == AT
    assert revoked_before(document, (USER_ID,)) is None
    weaker = {**document, "Statement": [{**document["Statement"][0], "Action": "s3:*"}]}
    others: tuple[object, ...] = (weaker, None, {}, {"Statement": []}, {"Statement": [{"Condition": {}}]}, "text")
    for other in others:
        assert revoked_before(other, ()) is None
    no_zone = json.loads(json.dumps(document).replace("03:00:30Z", "03:00:30"))
    assert revoked_before(no_zone, ()) is None


def test_what_is_left_out_is_said() -> None:
    """One role by name and reason, the rest and those that did not fit by number; nothing when all are there."""
    target = parse_anchor_arn(ANCHOR)
    roles = tuple(KnownRole(f"arn:aws:iam::9999{number:08}:role/r{number}") for number in range(3))
    assert left_out(target) == ""
    assert left_out(replace(target, known=Evidence(more_roles=2))) == " 2 more roles did not fit into this plan."
    said = left_out(replace(target, known=Evidence(roles=roles, more_roles=2)))
    assert said == " Left out: r0 (it belongs to another account) and 4 more."
