"""What role trust policies say about one trust anchor."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reach.verdicts import Reason
from bot.domain.trust_policy import lets_service_in, read_trust_policy

ANCHOR = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/11111111-2222-3333-4444-555555555555"
OTHER = "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/99999999-2222-3333-4444-555555555555"
NEEDED = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def statement(condition: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A statement that lets Roles Anywhere in, changed as asked."""
    whole: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "rolesanywhere.amazonaws.com"},
        "Action": NEEDED,
    }
    if condition is not None:
        whole["Condition"] = condition
    return {**whole, **changes}


def says(*statements: dict[str, Any]) -> Reason:
    """The reason of the reading of a policy made of these statements."""
    return read_trust_policy({"Statement": list(statements)}, ANCHOR).policy.reason


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, Reason.NO_CONDITION),
        ({"ArnEquals": {"aws:SourceArn": ANCHOR}}, Reason.ANCHOR_MATCHED),
        ({"ArnEquals": {"aws:SourceArn": [OTHER, ANCHOR]}}, Reason.ANCHOR_MATCHED),
        ({"ArnEquals": {"AWS:sourcearn": OTHER}}, Reason.PINNED_ELSEWHERE),
        ({"ArnLike": {"aws:SourceArn": ANCHOR[:60] + "*"}}, Reason.ANCHOR_MATCHED),
        (
            {"ArnLike": {"aws:SourceArn": "arn:aws:rolesanywhere:*:111122223333:trust-anchor/*"}},
            Reason.ANCHOR_MATCHED,
        ),
        ({"ArnLike": {"aws:SourceArn": "arn:*"}}, Reason.PINNED_ELSEWHERE),
        ({"StringLike": {"aws:SourceArn": "arn:*"}}, Reason.ANCHOR_MATCHED),
        ({"StringEquals": {"aws:SourceArn": "arn:*"}}, Reason.PINNED_ELSEWHERE),
        ({"StringEquals": {"aws:SourceAccount": "111122223333"}}, Reason.ANCHOR_MATCHED),
        ({"StringEquals": {"aws:SourceAccount": "999900001111"}}, Reason.ACCOUNT_MISMATCH),
        ({"StringEquals": {"aws:PrincipalTag/x509Subject/CN": "build"}}, Reason.CERTIFICATE_CONDITION_ONLY),
        ({"StringNotEquals": {"aws:PrincipalTag/x509Issuer/CN": "x"}}, Reason.CERTIFICATE_CONDITION_ONLY),
        ({"StringEquals": {"sts:SourceIdentity": "CN=build"}}, Reason.CERTIFICATE_CONDITION_ONLY),
        ({"ArnNotEquals": {"aws:SourceArn": OTHER}}, Reason.ANCHOR_MATCHED),
        ({"ArnEqualsIfExists": {"aws:SourceArn": OTHER}}, Reason.PINNED_ELSEWHERE),
        ({"ArnEquals": {"aws:SourceArn": "${aws:PrincipalArn}"}}, Reason.PINNED_ELSEWHERE),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, Reason.UNKNOWN_CONDITION),
        (
            {"ArnEquals": {"aws:SourceArn": OTHER}, "IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
            Reason.PINNED_ELSEWHERE,
        ),
    ],
)
def test_a_condition_is_read_for_this_anchor(condition: dict[str, Any] | None, expected: Reason) -> None:
    """Each documented form of pin has its reading, and what is unknown is never called safe."""
    assert says(statement(condition)) is expected


def test_a_statement_for_another_action_does_not_open_a_pinned_role() -> None:
    """TagSession without conditions in its own statement does not make the pinned AssumeRole open."""
    pinned = statement({"ArnEquals": {"aws:SourceArn": OTHER}}, Action="sts:AssumeRole")
    rest = statement(Action=["sts:TagSession", "sts:SetSourceIdentity"])
    assert says(pinned, rest) is Reason.PINNED_ELSEWHERE


def test_the_loosest_statement_for_an_action_counts() -> None:
    """One open statement beside a pinned one leaves the role open."""
    assert says(statement({"ArnEquals": {"aws:SourceArn": OTHER}}), statement()) is Reason.NO_CONDITION


def test_a_role_without_one_of_the_three_actions_is_not_usable() -> None:
    """A policy without SetSourceIdentity shuts Roles Anywhere out, and the sentence names what is missing."""
    reading = read_trust_policy({"Statement": statement(Action=NEEDED[:2])}, ANCHOR)
    assert reading.lets_in is False
    assert "sts:SetSourceIdentity" in reading.sentence


@pytest.mark.parametrize("action", ["*", "sts:*", ["sts:assumerole", "sts:Tag*", "sts:Set*"]])
def test_wildcard_actions_grant_all_three(action: object) -> None:
    """Stars and letter case in actions are read as IAM reads them."""
    assert says(statement(Action=action)) is Reason.NO_CONDITION


@pytest.mark.parametrize(
    "changes",
    [{"Principal": "*"}, {"Principal": {"AWS": "*"}}, {"NotPrincipal": {"AWS": "x"}}, {"NotAction": "iam:*"}],
)
def test_what_is_named_by_leaving_out_is_let_in(changes: dict[str, Any]) -> None:
    """Everyone, and everyone but some, includes Roles Anywhere; every action but some includes the three."""
    whole = statement(**changes)
    if "NotPrincipal" in changes:
        del whole["Principal"]
    if "NotAction" in changes:
        del whole["Action"]
    assert says(whole) is Reason.NO_CONDITION


def test_a_deny_that_does_not_meet_the_service_leaves_the_role_open() -> None:
    """A Deny of plain text transport is met by no request; it takes nothing away."""
    deny = statement({"Bool": {"aws:SecureTransport": "false"}}, Effect="Deny")
    assert says(statement(), deny) is Reason.NO_CONDITION
    assert says(statement({"ArnEquals": {"aws:SourceArn": OTHER}}), deny) is Reason.PINNED_ELSEWHERE


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"Statement": [statement()]}, True),
        ({"Statement": [statement({"ArnEquals": {"aws:SourceArn": OTHER}})]}, True),
        ({"Statement": [statement(Effect="Deny")]}, False),
        ({"Statement": [statement(Principal={"Service": "ec2.amazonaws.com"})]}, False),
        ("{", None),
    ],
)
def test_letting_the_service_in_is_asked_without_conditions(document: object, expected: bool | None) -> None:  # noqa: FBT001 - Parameters.
    """Any statement that may let Roles Anywhere in counts, and what can't be read is None."""
    assert lets_service_in(document) is expected


def test_other_services_do_not_let_roles_anywhere_in() -> None:
    """A role for another service is not linked; one among several services is."""
    assert says(statement(Principal={"Service": "ec2.amazonaws.com"})) is Reason.NOT_TRUSTED
    both = {"Service": ["ec2.amazonaws.com", "rolesanywhere.amazonaws.com"]}
    assert says(statement(Principal=both)) is Reason.NO_CONDITION


@pytest.mark.parametrize("dress", [json.dumps, lambda policy: quote(json.dumps(policy))])
def test_text_is_read_like_the_object(dress: Any) -> None:
    """JSON text, plain or URL-encoded, reads as the object does."""
    assert read_trust_policy(dress({"Statement": statement()}), ANCHOR).policy.reason is Reason.NO_CONDITION


@pytest.mark.parametrize("document", [None, "null", "[]", "{", 7, {}, "%7B"])
def test_what_is_no_policy_is_not_evaluated(document: object) -> None:
    """A document that can't be read is never an all-clear."""
    assert read_trust_policy(document, ANCHOR).lets_in is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.sampled_from([ANCHOR, "*", "Allow", "Deny"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Statement", "Effect", "Principal", "Action", "Condition", "Service", "ArnEquals"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_no_document_breaks_the_reading(document: object) -> None:
    """Whatever JSON an attacker puts into a policy, there is a reading with a sentence."""
    assert read_trust_policy(document, ANCHOR).sentence


@given(st.sampled_from([OTHER, "arn:aws:s3:::x"]), st.dictionaries(st.text(min_size=1), st.text(), max_size=3))
def test_more_conditions_never_open_a_pinned_role(pin: str, more: dict[str, str]) -> None:
    """Conditions are joined by AND, so a role pinned to another anchor stays shut."""
    conditions = {"ArnEquals": {"aws:SourceArn": pin}, "StringEquals": more}
    assert read_trust_policy({"Statement": statement(conditions)}, ANCHOR).lets_in in (False, None)
    assert says(statement(conditions)) is Reason.PINNED_ELSEWHERE
