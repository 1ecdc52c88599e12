"""Policies that revoke sessions: which roles can have one, what stands in it, and that ours is told from others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.evidence import MOST_IDENTITIES, MOST_SESSION_NAMES, Evidence, KnownRole
from bot.domain.identity import parse_anchor_arn
from bot.domain.session_revocation import (
    Revocation,
    can_revoke,
    identities_left_out,
    is_revoked,
    known_stops,
    left_out,
    revocation_document,
    revocations,
    why_not_revocable,
)

ANCHOR = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/6f1e6f4e-0000-4000-8000-000000000001"
ARN = "arn:aws:iam::111122223333:role/deployer"
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
    assert can_revoke(Evidence(roles=roles))
    assert not can_revoke(Evidence(roles=roles), only_known=True)
    assert can_revoke(Evidence(roles=roles, identities=("CN=build",)), only_known=True)
    assert not can_revoke(Evidence(roles=roles, identities=("CN=*",)), only_known=True)


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


def test_an_identity_is_a_statement_of_its_own_without_a_moment() -> None:
    """Two statements, so that either denies: a session of that identity that begins later is denied too."""
    both = json.loads(revocation_document(AT, (USER_ID,), ("CN=build",)))["Statement"]
    assert [set(one["Condition"]) for one in both] == [{"DateLessThan", "StringEquals"}, {"StringEquals"}]
    assert both[1]["Condition"]["StringEquals"] == {"aws:SourceIdentity": ["CN=build"]}
    (only,) = json.loads(revocation_document(AT, (), ("CN=build",)))["Statement"]
    assert only == both[1]


def test_an_identity_goes_to_every_role_that_is_known() -> None:
    """Also to one that no session entered: that is where a session goes that changes its role."""
    roles = (KnownRole(ARN, user_ids=(USER_ID,)), KnownRole(f"{ARN}-2", open=True))
    known = Evidence(roles=roles, identities=("CN=build", "CN=a b", "${aws:userid}", "CN=*", "x"))
    made = revocations(ANCHOR, known, "Name", only_known=True)
    assert [(one.user_ids, one.identities) for one in made] == [((USER_ID,), ("CN=build",)), ((), ("CN=build",))]
    assert "1 known session name of 1 role" in known_stops(made)
    assert "1 source identity may do in 2 roles" in known_stops(made)
    assert "session name of" not in known_stops(made[1:])
    assert "source identit" not in known_stops((Revocation(ARN, "Name", (USER_ID,)),))
    assert made[1].as_call("PutRolePolicy") == "iam:PutRolePolicy RoleName=deployer-2 source identity CN=build"


def test_what_is_not_denied_by_name_is_said() -> None:
    """Names and identities that do not stand in the policy are counted with the reason."""
    roles = (KnownRole(ARN, more_user_ids=3),)
    known = Evidence(roles=roles, other_identities="1 source identity (others have it too)")
    said = identities_left_out(known)
    assert said == " Not by name: 3 session names (too many for a policy), 1 source identity (others have it too)."
    assert identities_left_out(Evidence(roles=(KnownRole(ARN),))) == ""


ids = st.from_regex(r"AROA[A-Z0-9]{17}:[a-zA-Z0-9+=,.@-]{2,64}", fullmatch=True)
identities = st.from_regex(r"[a-zA-Z0-9+=,.@-]{2,64}", fullmatch=True)
anything = st.builds(
    Revocation,
    role_arn=st.just(ARN),
    policy_name=st.just("Name"),
    user_ids=st.lists(ids, max_size=2, unique=True).map(tuple),
    identities=st.lists(identities, max_size=2, unique=True).map(tuple),
)


@given(anything, anything)
def test_a_document_is_only_that_of_its_own_revocation(one: Revocation, other: Revocation) -> None:
    """What was put is known again, and what is for others is not taken for it."""
    document = json.loads(revocation_document(AT, one.user_ids, one.identities))
    assert is_revoked(document, one, AT - timedelta(seconds=1))
    assert is_revoked(document, one, AT) == bool(one.identities and not one.user_ids)
    assert is_revoked(document, other, None) == (one == other)


def test_the_largest_policy_leaves_room_for_others() -> None:
    """A role's inline policies may have 10,240 characters together; ours takes less than 6,500 of them."""
    user_ids = [f"AROA{'X' * 124}:{'n' * 64}"] * MOST_SESSION_NAMES
    document = revocation_document(AT, user_ids, ["i" * 64] * MOST_IDENTITIES)
    assert len(document) < 6_500


def test_only_our_own_document_counts() -> None:
    """A policy that somebody weakened is not taken for ours."""
    all_of_them, identity = Revocation(ARN, "Name"), Revocation(ARN, "Name", (), ("CN=build",))
    document = json.loads(revocation_document(AT, ()))
    assert is_revoked(document, all_of_them, None)
    weaker = {**document, "Statement": [{**document["Statement"][0], "Action": "s3:*"}]}
    others: tuple[object, ...] = (weaker, None, {}, {"Statement": []}, {"Statement": [{"Condition": {}}]}, "text")
    for other in others:
        assert not is_revoked(other, all_of_them, None)
        assert not is_revoked(other, identity, None)
    no_zone = json.loads(json.dumps(document).replace("03:00:30Z", "03:00:30"))
    assert not is_revoked(no_zone, all_of_them, None)


def test_what_is_left_out_is_said() -> None:
    """One role by name and reason, the rest and those that did not fit by number; nothing when all are there."""
    target = parse_anchor_arn(ANCHOR)
    roles = tuple(KnownRole(f"arn:aws:iam::9999{number:08}:role/r{number}") for number in range(3))
    assert left_out(target) == ""
    assert left_out(replace(target, known=Evidence(more_roles=2))) == " 2 more roles did not fit into this plan."
    said = left_out(replace(target, known=Evidence(roles=roles, more_roles=2)))
    assert said == " Left out: r0 (it belongs to another account) and 4 more."
