"""Second labelled set: whole trust policies, with the reasons that a reader of the AWS pages accepts."""

import json
from urllib.parse import quote

from tests.domain.reach.second_accounts import (
    ACCOUNT,
    ANCHOR,
    ASSUME,
    ELSEWHERE,
    IDENTITY,
    ROOT,
    SERVICE,
    SISTER,
    TAG,
    THREE,
    Labels,
    allow,
    deny,
    policy,
)

CN, OU = "aws:PrincipalTag/x509Subject/CN", "aws:PrincipalTag/x509Subject/OU"
OPEN, MATCHED, CERTIFICATE = "no_condition", "anchor_matched", "certificate_condition_only"
UNKNOWN, MALFORMED, MISSING, NOT_TRUSTED = "unknown_condition", "malformed_policy", "action_missing", "not_trusted"
PINNED, NEVER, DENIED = "pinned_elsewhere", "condition_never_true", "denied"
BOTH = {"AWS": ROOT["AWS"], "Service": ["ec2.amazonaws.com", "rolesanywhere.amazonaws.com"]}
LAMBDA = {"Service": "lambda.amazonaws.com"}


def named(name: str) -> dict[str, object]:
    """Return the condition that the common name is `name`."""
    return {"StringEquals": {CN: name}}


def pinned(arn: str) -> object:
    """Return the condition that the anchor is `arn`."""
    return {"ArnEquals": {"aws:SourceArn": arn}}


OPEN_POLICY = policy(allow())
OTHERWISE = {key: value for key, value in allow().items() if key != "Principal"}
EXCEPT = {key: value for key, value in allow().items() if key != "Action"}
DENY_OTHERWISE, DENY_EXCEPT = OTHERWISE | {"Effect": "Deny"}, EXCEPT | {"Effect": "Deny"}
ORGANISATION = {"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}

PRINCIPALS: Labels = (
    ("the service alone", OPEN_POLICY, OPEN),
    ("service in a list with others", policy(allow(principal=BOTH)), OPEN),
    ("account root only", policy(allow(principal=ROOT)), NOT_TRUSTED),
    ("bare account number", policy(allow(principal={"AWS": ACCOUNT})), NOT_TRUSTED),
    ("other service only", policy(allow(principal=LAMBDA)), NOT_TRUSTED),
    ("federation only", policy(allow(principal={"Federated": "accounts.google.com"})), NOT_TRUSTED),
    ("everyone", policy(allow(principal="*")), OPEN),
    ("everyone of AWS", policy(allow(principal={"AWS": "*"})), f"{OPEN} {UNKNOWN}"),
    ("everyone, pinned", policy(allow(pinned(SISTER), principal="*")), PINNED),
    ("no service", policy(allow(principal={"Service": []})), f"{NOT_TRUSTED} {MALFORMED}"),
    ("all but a user", policy(OTHERWISE | {"NotPrincipal": ROOT}), f"{OPEN} {UNKNOWN}"),
    ("all but the service", policy(OTHERWISE | {"NotPrincipal": SERVICE}), NOT_TRUSTED),
    (
        "one action for another service",
        policy(allow(actions=[ASSUME, TAG]), allow(actions=IDENTITY, principal=LAMBDA)),
        MISSING,
    ),
    ("no statement", policy(), NOT_TRUSTED),
)

ACTIONS: Labels = (
    ("no tags", policy(allow(actions=[ASSUME, IDENTITY])), MISSING),
    ("no source identity", policy(allow(actions=[ASSUME, TAG])), MISSING),
    ("assume only, as text", policy(allow(actions=ASSUME)), MISSING),
    ("tags only", policy(allow(actions=[TAG])), MISSING),
    ("all of STS", policy(allow(actions="sts:*")), OPEN),
    ("everything", policy(allow(actions="*")), OPEN),
    ("assume pattern", policy(allow(actions="sts:Assume*")), MISSING),
    ("three patterns", policy(allow(actions=["sts:Assume*", "sts:?agSession", "sts:Set*Identity"])), OPEN),
    ("other letters", policy(allow(actions=["STS:assumerole", "sts:TAGSESSION", "Sts:SetSourceidentity"])), OPEN),
    ("other sorts of assuming", policy(allow(actions=["sts:AssumeRoleWith*", TAG, IDENTITY])), MISSING),
    ("three statements", policy(*(allow(actions=each) for each in THREE)), OPEN),
    ("all but SAML", policy(EXCEPT | {"NotAction": "sts:AssumeRoleWithSAML"}), OPEN),
    ("all but tags", policy(EXCEPT | {"NotAction": ["sts:Tag*"]}), MISSING),
    ("all but STS", policy(EXCEPT | {"NotAction": "sts:*"}), f"{MISSING} {NOT_TRUSTED}"),
    (
        "one certificate for three, other names",
        policy(*(allow(named(x), y) for x, y in zip("abc", THREE, strict=True))),
        NEVER,
    ),
    ("one certificate for three, one name", policy(*(allow(named("a"), each) for each in THREE)), CERTIFICATE),
    (
        "name here, unit there",
        policy(allow(named("a"), ASSUME), allow({"StringLike": {OU: "x*"}}, [TAG, IDENTITY])),
        CERTIFICATE,
    ),
    (
        "two ways in, one fits",
        policy(allow(named("a"), ASSUME), allow(named("b"), ASSUME), allow(named("b"), [TAG, IDENTITY])),
        CERTIFICATE,
    ),
    (
        "identity in its own statement",
        policy(allow(named("a"), [ASSUME, TAG]), allow({"StringEquals": {"sts:SourceIdentity": "CN=b"}}, IDENTITY)),
        NEVER,
    ),
    ("shut and open", policy(allow(pinned(SISTER)), allow()), OPEN),
    ("shut and certificate", policy(allow(pinned(SISTER)), allow(named("a"))), CERTIFICATE),
    ("one action pinned elsewhere", policy(allow(pinned(SISTER), ASSUME), allow(actions=[TAG, IDENTITY])), PINNED),
    ("one action pinned here", policy(allow(pinned(ANCHOR), ASSUME), allow(actions=[TAG, IDENTITY])), MATCHED),
    ("unknown and open", policy(allow(ORGANISATION), allow()), OPEN),
    ("unknown on one action", policy(allow(ORGANISATION, ASSUME), allow(actions=[TAG, IDENTITY])), UNKNOWN),
    ("unknown and a missing action", policy(allow(ORGANISATION, [ASSUME, TAG])), MISSING),
    ("unknown here, shut there", policy(allow(ORGANISATION, ASSUME), allow(pinned(SISTER), [TAG, IDENTITY])), PINNED),
    ("unknown for another service", policy(allow(ORGANISATION, principal=LAMBDA)), NOT_TRUSTED),
)

DENIALS: Labels = (
    ("denied", policy(allow(), deny()), DENIED),
    ("denied first", policy(deny(), allow()), DENIED),
    ("deny alone", policy(deny()), f"{DENIED} {NOT_TRUSTED}"),
    ("tags denied", policy(allow(), deny(actions=TAG)), DENIED),
    ("denied by pattern", policy(allow(), deny(actions="STS:SET*")), DENIED),
    ("other action denied", policy(allow(), deny(actions="sts:AssumeRoleWithSAML")), OPEN),
    ("other service denied", policy(allow(), deny(principal=LAMBDA)), OPEN),
    ("everyone denied", policy(allow(), deny(principal="*")), DENIED),
    ("everyone of AWS denied", policy(allow(), deny(principal={"AWS": "*"})), f"{DENIED} {UNKNOWN}"),
    ("root denied", policy(allow(), deny(principal=ROOT)), OPEN),
    ("all actions but one denied", policy(allow(), DENY_EXCEPT | {"NotAction": ASSUME}), DENIED),
    ("all actions but STS denied", policy(allow(), DENY_EXCEPT | {"NotAction": "sts:*"}), OPEN),
    ("all but the service denied", policy(allow(), DENY_OTHERWISE | {"NotPrincipal": SERVICE}), OPEN),
    ("all but another service denied", policy(allow(), DENY_OTHERWISE | {"NotPrincipal": LAMBDA}), DENIED),
    ("other anchors denied", policy(allow(), deny({"ArnNotEquals": {"aws:SourceArn": ANCHOR}})), f"{MATCHED} {OPEN}"),
    ("this anchor denied", policy(allow(), deny(pinned(ANCHOR))), DENIED),
    (
        "all but the sister denied",
        policy(allow(), deny({"ArnNotLike": {"aws:SourceArn": SISTER}})),
        f"{DENIED} {PINNED}",
    ),
    (
        "other account denied",
        policy(allow(), deny({"StringEquals": {"aws:SourceAccount": ELSEWHERE}})),
        f"{MATCHED} {OPEN}",
    ),
    (
        "all but another account denied",
        policy(allow(), deny({"StringNotEquals": {"aws:SourceAccount": ELSEWHERE}})),
        f"{DENIED} account_mismatch",
    ),
    ("one name denied", policy(allow(), deny(named("bad"))), f"{CERTIFICATE} {OPEN}"),
    ("all names but one denied", policy(allow(), deny({"StringNotEquals": {CN: "good"}})), CERTIFICATE),
    ("only the allowed name denied", policy(allow(named("a")), deny(named("a"))), f"{DENIED} {NEVER}"),
    (
        "allowed pattern denied",
        policy(allow({"StringLike": {CN: "ab*"}}), deny({"StringLike": {CN: "a*"}})),
        f"{DENIED} {NEVER}",
    ),
    (
        "allowed pattern partly denied",
        policy(allow({"StringLike": {CN: "a*"}}), deny({"StringLike": {CN: "ab*"}})),
        CERTIFICATE,
    ),
    (
        "name or no name denied",
        policy(allow(), deny({"Null": {CN: "true"}}), deny({"Null": {CN: "false"}})),
        f"{DENIED} {NEVER}",
    ),
    ("denied in both halves", policy(allow(), deny(named("a") | {"Null": {OU: "true"}})), f"{CERTIFICATE} {OPEN}"),
    ("denied outside the organisation", policy(allow(), deny(ORGANISATION)), UNKNOWN),
    (
        "denied by unknown and by name",
        policy(allow(), deny(ORGANISATION | {"StringLike": {CN: "*"}})),
        f"{CERTIFICATE} {UNKNOWN}",
    ),
    (
        "denied by unknown for another anchor",
        policy(allow(), deny({**ORGANISATION, "ArnEquals": {"aws:SourceArn": SISTER}})),
        f"{OPEN} {MATCHED}",
    ),
    ("deny of the unknown, door shut anyway", policy(allow(pinned(SISTER)), deny(ORGANISATION)), PINNED),
    ("denied without TLS", policy(allow(), deny({"Bool": {"aws:SecureTransport": "false"}})), f"{UNKNOWN} {OPEN}"),
    ("deny of the empty set", policy(allow(), deny({"ForAllValues:StringEquals": {CN: "x"}})), f"{CERTIFICATE} {OPEN}"),
    ("unknown deny, plain deny", policy(allow(), deny(ORGANISATION), deny()), DENIED),
)

SHAPES: Labels = (
    ("statement not in a list", {"Version": "2012-10-17", "Statement": allow()}, OPEN),
    ("no version", {"Statement": [allow(pinned(ANCHOR))]}, MATCHED),
    ("as JSON text", json.dumps(OPEN_POLICY), OPEN),
    ("as URL-encoded text", quote(json.dumps(policy(allow(pinned(SISTER)))), safe=""), PINNED),
    (
        "as URL-encoded text with a plus",
        quote(json.dumps(policy(allow({"StringEquals": {CN: "a+b"}, "StringLike": {CN: "a?b"}}))), safe=""),
        CERTIFICATE,
    ),
    (
        "old version, variables are text",
        policy(allow({"StringEquals": {CN: "${aws:RequestTag/x509Subject/CN}"}}), version="2008-10-17"),
        NEVER,
    ),
    ("new version, tautology", policy(allow({"StringEquals": {CN: "${aws:RequestTag/x509Subject/CN}"}})), CERTIFICATE),
    ("with Sid and Id", {"Id": "x", **policy(allow() | {"Sid": "One"})}, OPEN),
    ("null condition", policy(allow() | {"Condition": None}), f"{OPEN} {MALFORMED}"),
    ("empty text", "", MALFORMED),
    ("half of JSON", '{"Version": "2012-10-17", "Statement": [', MALFORMED),
    ("a list", [allow()], MALFORMED),
    ("nothing", None, MALFORMED),
    ("no statements at all", {"Version": "2012-10-17"}, f"{MALFORMED} {NOT_TRUSTED}"),
    ("statements of text", policy("allow"), MALFORMED),
    ("effect of no one", policy(allow(effect="Maybe")), MALFORMED),
    ("action is a number", policy(allow(actions=7)), MALFORMED),
    ("condition is a list", policy(allow([{"StringEquals": {CN: "a"}}])), MALFORMED),
    ("condition without keys", policy(allow({"StringEquals": "a"})), MALFORMED),
    ("principal is a number", policy(allow(principal=7)), MALFORMED),
    ("value is an object", policy(allow({"StringEquals": {CN: {"a": "b"}}})), f"{MALFORMED} {UNKNOWN}"),
)
