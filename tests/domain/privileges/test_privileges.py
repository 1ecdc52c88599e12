"""What policies give together, what takes away for sure, and what is dangerous about the rest."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.privileges.permissions import Catalogue, Permissions, privileges
from bot.domain.privileges.policy_lines import policy_lines
from bot.domain.privileges.trusted_accounts import trusted_accounts

OWN = "111122223333"
CATALOGUE = Catalogue(
    {"PutRolePolicy": ("iam:putrolepolicy",), "Lambda": ("iam:passrole", "lambda:createfunction")},
    ("sts:getsessiontoken",),
    frozenset({"sts:getsessiontoken"}),
)


def statement(*actions: str, effect: str = "Allow", resource: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement of a permission policy."""
    return {"Effect": effect, "Action": list(actions), "Resource": resource, **more}


def lines(*statements: Any) -> Any:
    """The lines of a policy with these statements."""
    return policy_lines({"Statement": list(statements)})


def found(*statements: Any, limit: Any = None) -> Any:
    """What is dangerous about a role with these statements, within a limit."""
    return privileges(Permissions(lines(*statements)).within(limit), CATALOGUE, OWN)


@pytest.mark.parametrize(
    ("statements", "is_one"),
    [
        ([statement("*")], True),
        ([statement("*:*")], True),
        ([statement("*", resource=["arn:aws:s3:::logs", "*"])], True),
        ([{"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::logs"}], True),
        ([statement("*"), statement("organizations:LeaveOrganization", effect="Deny")], True),
        (
            [
                statement("*"),
                statement("iam:*", effect="Deny", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
            ],
            True,
        ),
        ([statement("*"), statement("*", effect="Deny", resource="arn:aws:s3:::logs")], True),
        ([statement("iam:*", "s3:*", "ec2:*", "sts:*", "kms:*")], False),
        ([{"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}], False),
        ([statement("*", resource="arn:aws:s3:::logs/*")], False),
        ([statement("*", resource=f"arn:aws:iam::{OWN}:role/*")], False),
        ([statement("*"), statement("iam:*", effect="Deny")], False),
        ([statement("*"), {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"}], False),
        ([statement("s3:*")], False),
        ([], False),
    ],
)
def test_an_administrator_may_do_everything(statements: list[Any], is_one: bool) -> None:  # noqa: FBT001 - parameters.
    """Whatever the policy is written like; a Deny counts only when it surely applies."""
    assert found(*statements).administrator is is_one


def test_a_condition_is_named_and_not_evaluated() -> None:
    """Who is an administrator only under a condition is one with a mark."""
    judged = found(statement("*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}))
    assert judged.administrator
    assert judged.under_conditions == ("administrator", "escalation", "credentials", "other accounts")


def test_a_limit_gives_nothing_and_takes_what_it_does_not_name() -> None:
    """A boundary of S3 leaves S3; an empty one leaves nothing; one with a condition counts as open."""
    assert found(statement("*"), limit=lines(statement("s3:*"))) == found(statement("s3:GetObject"))
    assert not found(statement("*"), limit=()).administrator
    assert not found(statement("s3:*"), limit=lines(statement("*"))).administrator
    conditional = lines(statement("*", Condition={"Bool": {"aws:SecureTransport": "true"}}))
    assert found(statement("*"), limit=conditional).administrator


def test_ways_to_more_permissions_need_all_their_actions_everywhere() -> None:
    """Actions of several policies add up; single resources do not count, all roles of IAM do."""
    assert found(statement("iam:PassRole"), statement("lambda:Create*")).escalations == ("Lambda",)
    assert found(statement("iam:PassRole")).escalations == ()
    assert found(statement("iam:PutRolePolicy", resource=f"arn:aws:iam::{OWN}:role/ci")).escalations == ()
    everywhere = found(statement("IAM:put?olepolicy", resource="arn:aws:iam::*:role/*"))
    assert (everywhere.escalations, everywhere.by_iam_alone) == (("IAM: PutRolePolicy",), True)


def test_an_action_without_resources_needs_no_star() -> None:
    """Where an action knows no resources, whatever stands there lets it through."""
    narrow = found(statement("sts:GetSessionToken", resource="arn:aws:s3:::logs"))
    assert narrow.credentials == ("sts:getsessiontoken",)


@pytest.mark.parametrize(
    ("resource", "accounts"),
    [
        ("arn:aws:iam::222233334444:role/hub", ("222233334444",)),
        (f"arn:aws:iam::{OWN}:role/hub", ()),
        ("arn:aws:iam::*:role/hub", ("*",)),
        ("arn:aws:iam::22223333????:role/hub", ("*",)),
        (["arn:aws:iam::222233334444:role/a", "*"], ("*",)),
        ("nonsense", ("*",)),
    ],
)
def test_other_accounts_stand_in_the_resources(resource: Any, accounts: tuple[str, ...]) -> None:
    """Of what may be assumed, the accounts other than the role's own."""
    assert found(statement("sts:AssumeRole", resource=resource)).other_accounts == accounts


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "{",
        {"Statement": "x"},
        {"Statement": [{}]},
        {"Statement": {"Effect": "Allow", "Action": 5}},
        {"Statement": statement("*" * 40)},
        "x" * 300_000,
        "[" * 100_000,
    ],
    ids=range(9),
)
def test_what_is_no_policy_is_an_error(document: object) -> None:
    """Nothing is read into it."""
    with pytest.raises(ValueError):  # noqa: PT011 - any mistake of a policy.
        policy_lines(document)


def test_text_and_url_encoded_text_are_read() -> None:
    """As IAM's API carries policies."""
    (line,) = policy_lines("%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22a%3Ab%22%7D%7D")
    assert line.covers("a:b")


def test_whom_a_trust_policy_names_elsewhere() -> None:
    """Accounts of Allow statements, in every way of writing them; nobody where nothing can be read."""
    named = {"AWS": ["arn:aws:iam::222233334444:root", "555566667777", f"arn:aws:iam::{OWN}:user/ava", "*"]}
    policy = {"Statement": [{"Effect": "Allow", "Principal": named}, {"Effect": "Deny", "Principal": "888899990000"}]}
    assert trusted_accounts(policy, OWN) == ("*", "222233334444", "555566667777")
    assert trusted_accounts({"Statement": {"Effect": "Allow", "Principal": "*"}}, OWN) == ("*",)
    assert trusted_accounts("{", OWN) == ()
