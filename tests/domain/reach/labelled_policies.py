"""Trust policies as people write them, each with the reason that a person gives after reading it: pins and shapes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from tests.domain.reach.policies import (
    ACCOUNT,
    ANCHOR,
    NEEDED,
    OTHER_ANCHOR,
    SERVICE,
    SUBJECT_CN,
    deny,
    policy,
    statement,
)

FOREIGN_ACCOUNT = "999900001111"
FOREIGN = ANCHOR.replace(ACCOUNT, FOREIGN_ACCOUNT)
OTHER_REGION = ANCHOR.replace("eu-west-1", "us-east-1")
BASE = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}"


@dataclass(frozen=True)
class Labelled:
    """One trust policy, the profile that it stands in, and the right reason."""

    reason: str
    name: str
    document: object
    profile: Mapping[str, Any] = field(default_factory=dict)


def asking(reason: str, name: str, condition: Mapping[str, Any], **changes: Any) -> Labelled:
    """A policy of one statement with a condition."""
    return Labelled(reason, name, policy(statement(condition, **changes)))


def arn(operator: str, *values: str) -> dict[str, Any]:
    """A condition on the trust anchor's ARN."""
    return {operator: {"aws:SourceArn": list(values) if len(values) != 1 else values[0]}}


def pins() -> Iterator[Labelled]:
    """Conditions on the trust anchor's ARN and account."""
    yield from _pins_that_fit()
    yield from _accounts_that_fit()
    yield from _pins_elsewhere()
    yield from _pins_beside_others()
    yield from _accounts_elsewhere()
    yield from _pins_of_one_action()


def _pins_that_fit() -> Iterator[Labelled]:
    open_ = "anchor_matched"
    yield asking(open_, "ArnEquals this", arn("ArnEquals", ANCHOR))
    yield asking(open_, "ArnEquals one of two", arn("ArnEquals", OTHER_ANCHOR, ANCHOR))
    yield asking(open_, "ArnLike this", arn("ArnLike", ANCHOR))
    yield asking(open_, "ArnLike any anchor here", arn("ArnLike", f"{BASE}:trust-anchor/*"))
    yield asking(open_, "ArnEquals takes wildcards too", arn("ArnEquals", f"{BASE}:trust-anchor/*"))
    yield asking(open_, "ArnLike any Region", arn("ArnLike", f"arn:aws:rolesanywhere:*:{ACCOUNT}:trust-anchor/*"))
    yield asking(open_, "ArnLike all six parts", arn("ArnLike", "arn:*:*:*:*:*"))
    yield asking(open_, "ArnLike question mark", arn("ArnLike", ANCHOR[:-1] + "?"))
    yield asking(open_, "ArnLike partition", arn("ArnLike", ANCHOR.replace("arn:aws:", "arn:aws*:")))
    yield asking(open_, "StringEquals this", arn("StringEquals", ANCHOR))
    yield asking(open_, "StringEqualsIgnoreCase", arn("StringEqualsIgnoreCase", ANCHOR.upper()))
    yield asking(open_, "StringLike crosses colons", arn("StringLike", "arn:*"))
    yield asking(open_, "StringLike a lone star", arn("StringLike", "*"))
    yield asking(open_, "key in capitals", {"ArnEquals": {"AWS:SOURCEARN": ANCHOR}})
    yield asking(open_, "key in small letters", {"ArnLike": {"aws:sourcearn": ANCHOR}})
    yield asking(open_, "operator in small letters", {"arnlike": {"aws:SourceArn": ANCHOR}})
    yield asking(open_, "IfExists this", arn("ArnLikeIfExists", ANCHOR))
    yield asking(open_, "not another", arn("ArnNotEquals", OTHER_ANCHOR))
    yield asking(open_, "not like another", arn("ArnNotLike", OTHER_ANCHOR[:-4] + "*"))
    yield asking(open_, "ForAnyValue", arn("ForAnyValue:ArnLike", ANCHOR))
    yield asking(open_, "ForAllValues", arn("ForAllValues:ArnEquals", ANCHOR))
    yield asking(open_, "variable for the account", arn("ArnLike", "arn:aws:*:*:${aws:SourceAccount}:trust-anchor/*"))
    yield asking(open_, "variable for the ARN", arn("StringEquals", "${aws:SourceArn}"))


def _accounts_that_fit() -> Iterator[Labelled]:
    open_ = "anchor_matched"
    yield asking(open_, "account", {"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    yield asking(open_, "account as a number", {"StringEquals": {"aws:SourceAccount": int(ACCOUNT)}})
    yield asking(open_, "account in a list", {"StringEquals": {"aws:SourceAccount": [FOREIGN_ACCOUNT, ACCOUNT]}})
    yield asking(open_, "account like", {"StringLike": {"aws:SourceAccount": "1111*"}})
    yield asking(open_, "account by number", {"NumericEquals": {"aws:SourceAccount": ACCOUNT}})
    both = {**arn("ArnLike", f"{BASE}:*"), "StringEquals": {"aws:SourceAccount": ACCOUNT}}
    yield asking(open_, "both", both)
    yield asking(open_, "pin and certificate", {**arn("ArnEquals", ANCHOR), "StringEquals": {SUBJECT_CN: "app"}})


def _pins_elsewhere() -> Iterator[Labelled]:
    shut = "pinned_elsewhere"
    yield asking(shut, "ArnEquals another", arn("ArnEquals", OTHER_ANCHOR))
    yield asking(shut, "ArnEquals two others", arn("ArnEquals", OTHER_ANCHOR, OTHER_REGION))
    yield asking(shut, "the same id in another Region", arn("ArnEquals", OTHER_REGION))
    yield asking(shut, "the same id in another account", arn("ArnEquals", FOREIGN))
    yield asking(shut, "ArnLike does not cross colons", arn("ArnLike", "arn:*"))
    yield asking(shut, "ArnLike too few parts", arn("ArnLike", f"arn:aws:rolesanywhere:*:{ACCOUNT}*"))
    yield asking(shut, "ArnLike five stars", arn("ArnLike", "arn:*:*:*:*"))
    yield asking(shut, "StringEquals takes no wildcards", arn("StringEquals", f"{BASE}:trust-anchor/*"))
    yield asking(shut, "StringEquals minds case", arn("StringEquals", ANCHOR.upper()))
    yield asking(shut, "ArnLike a profile", arn("ArnLike", f"{BASE}:profile/*"))
    yield asking(shut, "StringLike another", arn("StringLike", f"*{OTHER_ANCHOR[-36:]}", "x*"))
    yield asking(shut, "IfExists another", arn("ArnEqualsIfExists", OTHER_ANCHOR))
    yield asking(shut, "not this", arn("ArnNotEquals", ANCHOR))
    yield asking(shut, "not like any", arn("ArnNotLike", "arn:aws:rolesanywhere:*:*:*"))
    yield asking(shut, "an empty list", arn("ArnEquals"))


def _pins_beside_others() -> Iterator[Labelled]:
    shut = "pinned_elsewhere"
    yield asking(
        shut, "pin wins over unknown", {**arn("ArnEquals", OTHER_ANCHOR), "IpAddress": {"aws:SourceIp": "::/0"}}
    )
    yield asking(shut, "pin wins over certificate", {**arn("ArnLike", OTHER_ANCHOR), "StringEquals": {SUBJECT_CN: "a"}})
    yield asking(shut, "two pins, one shuts", {**arn("ArnEquals", OTHER_ANCHOR), **arn("StringLike", "*")})
    wrong_both = {**arn("ArnEquals", FOREIGN), "StringEquals": {"aws:SourceAccount": FOREIGN_ACCOUNT}}
    yield asking(shut, "another account's anchor, and account", wrong_both)


def _accounts_elsewhere() -> Iterator[Labelled]:
    mismatch = "account_mismatch"
    yield asking(mismatch, "another account", {"StringEquals": {"aws:SourceAccount": FOREIGN_ACCOUNT}})
    yield asking(mismatch, "not this account", {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}})
    yield asking(mismatch, "no wildcards in the account", {"StringEquals": {"aws:SourceAccount": "*"}})
    yield asking(
        mismatch, "account beside this anchor", {**arn("ArnEquals", ANCHOR), "StringLike": {"aws:SourceAccount": "9*"}}
    )
    yield asking("no_condition", "there is a source", {"Null": {"aws:SourceArn": "false"}})
    yield asking("condition_never_true", "there is no source", {"Null": {"aws:SourceArn": "true"}})
    yield asking("unknown_condition", "ArnLike a lone star", arn("ArnLike", "*"))
    yield asking("unknown_condition", "variable that nobody knows", arn("ArnLike", "${aws:PrincipalArn}"))


def _pins_of_one_action() -> Iterator[Labelled]:
    shut = "pinned_elsewhere"
    split = policy(statement(arn("ArnEquals", OTHER_ANCHOR), Action=NEEDED[0]), statement(Action=NEEDED[1:]))
    yield Labelled(shut, "only AssumeRole is pinned", split)
    split = policy(statement(arn("ArnEquals", OTHER_ANCHOR), Action=NEEDED[2]), statement(Action=NEEDED[:2]))
    yield Labelled(shut, "only SetSourceIdentity is pinned", split)
    yield Labelled(
        "no_condition", "an open statement beside", policy(statement(arn("ArnEquals", OTHER_ANCHOR)), statement())
    )
    two = policy(statement(arn("ArnEquals", OTHER_ANCHOR)), statement({"StringEquals": {SUBJECT_CN: "x"}}))
    yield Labelled("certificate_condition_only", "pinned, or by certificate", two)
    old = policy(statement(arn("ArnLike", "${aws:SourceArn}")), version="2008-10-17")
    yield Labelled(shut, "the old version has no variables", old)


def shapes() -> Iterator[Labelled]:
    """Principals, actions, effects, and the forms in which a document comes."""
    yield from _forms()
    yield from _principals()
    yield from _actions()
    yield from _malformed()


def _forms() -> Iterator[Labelled]:
    open_ = "no_condition"
    yield Labelled(open_, "plain", policy())
    yield Labelled(open_, "one statement without a list", {"Version": "2012-10-17", "Statement": statement()})
    yield Labelled(open_, "without a version", {"Statement": [statement()]})
    yield Labelled(open_, "with an id", {"Id": "x", **policy()})
    yield Labelled(open_, "as text", json.dumps(policy()))
    yield Labelled(open_, "as indented text", json.dumps(policy(), indent=2))
    yield Labelled(open_, "URL-encoded", quote(json.dumps(policy())))
    yield Labelled(open_, "an empty condition", policy(statement({})))
    yield Labelled(open_, "an operator without keys", policy(statement({"StringEquals": {}})))
    for action in ("*", "sts:*", ["STS:ASSUMEROLE", "sts:tagsession", "sts:SetSourceIdentit?"], "sts:*e*"):
        yield Labelled(open_, f"action {action}", policy(statement(Action=action)))
    yield Labelled(open_, "one statement an action", policy(*(statement(Action=one) for one in NEEDED)))
    yield Labelled(
        open_, "NotAction of others", policy(statement(Action=None, NotAction=["iam:*", "sts:GetCallerIdentity"]))
    )


def _principals() -> Iterator[Labelled]:
    open_, untrusted = "no_condition", "not_trusted"
    for name, principal in {
        "service in a list": {"Service": ["ec2.amazonaws.com", SERVICE]},
        "service beside an account": {"Service": SERVICE, "AWS": "arn:aws:iam::111122223333:root"},
        "everyone": "*",
        "everyone as AWS": {"AWS": "*"},
        "everyone in a list": {"AWS": ["*"]},
    }.items():
        yield Labelled(open_, name, policy(statement(Principal=principal)))
    yield Labelled(
        open_, "all but an account", policy(statement(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::1:root"}))
    )
    for name, principal in {
        "another service": {"Service": "ec2.amazonaws.com"},
        "a wrong spelling": {"Service": "roleanywhere.amazonaws.com"},
        "only an account": {"AWS": "arn:aws:iam::111122223333:root"},
        "the service's name as an account": {"AWS": SERVICE},
        "an identity provider": {"Federated": "arn:aws:iam::111122223333:saml-provider/x"},
    }.items():
        yield Labelled(untrusted, name, policy(statement(Principal=principal)))
    yield Labelled(
        untrusted, "all but this service", policy(statement(Principal=None, NotPrincipal={"Service": SERVICE}))
    )
    yield Labelled(untrusted, "only a Deny", policy(deny()))
    yield Labelled(untrusted, "no statements", {"Version": "2012-10-17", "Statement": []})


def _actions() -> Iterator[Labelled]:
    missing = "action_missing"
    for left in range(3):
        actions = [one for place, one in enumerate(NEEDED) if place != left]
        yield Labelled(missing, f"without {NEEDED[left]}", policy(statement(Action=actions)))
    yield Labelled(missing, "AssumeRole alone", policy(statement(Action="sts:AssumeRole")))
    yield Labelled(missing, "an action of that prefix", policy(statement(Action="sts:AssumeRole*")))
    yield Labelled(missing, "another action", policy(statement(Action="sts:AssumeRoleWithSAML")))
    yield Labelled(missing, "NotAction takes one away", policy(statement(Action=None, NotAction="sts:TagSession")))
    yield Labelled(missing, "NotAction of all of STS", policy(statement(Action=None, NotAction="sts:*")))
    split = policy(
        statement(Action=NEEDED[:2]), statement(Action=NEEDED[2], Principal={"Service": "ec2.amazonaws.com"})
    )
    yield Labelled(missing, "the third for another service", split)
    yield Labelled(
        "unknown_condition",
        "a service name of one Region",
        policy(statement(Principal={"Service": f"rolesanywhere.eu-west-1.{SERVICE}"})),
    )


_BROKEN_STATEMENTS: dict[str, Any] = {
    "no effect": statement(Effect=None),
    "effect in small letters": statement(Effect="allow"),
    "no principal": statement(Principal=None),
    "principal as plain text": statement(Principal=SERVICE),
    "principal and its opposite": statement(NotPrincipal="*"),
    "a new kind of principal": statement(Principal={"Servce": SERVICE}),
    "no action": statement(Action=None),
    "action and its opposite": statement(NotAction="iam:*"),
    "action is a number's list": statement(Action=[None]),
    "a misspelled element": statement(Conditions={}),
    "condition is a list": statement(Condition=[]),
    "condition without operator": statement({"aws:SourceArn": ANCHOR}),
    "a value that is an object": statement({"StringEquals": {"aws:SourceArn": {}}}),
    "no object": "Allow",
}
_NO_POLICIES: list[Any] = [None, 7, "", "null", "{", "%7B", [], {}, "[" * 9999]


def _malformed() -> Iterator[Labelled]:
    bad = "malformed_policy"
    yield from (Labelled(bad, f"no policy: {one!r}", one) for one in _NO_POLICIES)
    yield from (Labelled(bad, name, policy(one)) for name, one in _BROKEN_STATEMENTS.items())
    yield Labelled(bad, "one bad among good", policy(statement(), statement(Effect=None)))
    yield Labelled(bad, "an unknown version", policy(version="2026-01-01"))
