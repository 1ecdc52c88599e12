"""Second labelled set: accounts in which the profile, the role or the anchor decides.

Each has the lines expected, as role ARN, profile ARN, accepted reasons and accepted values of one_profile_away.
"""

from typing import TypeAlias

from tests.domain.reach.second_accounts import (
    ACCOUNT,
    PROFILE,
    ROLE,
    ROOT,
    SISTER,
    Json,
    account,
    allow,
    policy,
    profile,
    role,
)

Line: TypeAlias = tuple[str, str | None, str, tuple[bool, ...]]
World: TypeAlias = tuple[str, Json, tuple[Line, ...]]

NO, YES, EITHER = (False,), (True,), (False, True)
SECOND = PROFILE[:-4] + "beef"
ABROAD = PROFILE.replace("us-east-1", "eu-west-1")
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/rolesanywhere.amazonaws.com/AWSServiceRoleForRolesAnywhere"
GONE = f"arn:aws:iam::{ACCOUNT}:role/Gone"
OPEN = role(policy(allow()))
CLOSED = role(policy(allow(principal=ROOT)))
PINNED = role(policy(allow({"ArnEquals": {"aws:SourceArn": SISTER}})))
UNSURE = role(policy(allow({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})))
CN, ISSUER = "aws:PrincipalTag/x509Subject/CN", "aws:PrincipalTag/x509Issuer/CN"
BARE: dict[str, tuple[str, ...]] = {"x509Subject": ("OU",)}


def when(operator: str, key: str, value: str) -> Json:
    """Return the role whose only condition is `operator` on `key`."""
    return role(policy(allow({operator: {key: value}})))


def one(reasons: str, away: tuple[bool, ...] = NO, where: str | None = PROFILE) -> tuple[Line, ...]:
    """Return the one line expected for the role."""
    return ((ROLE, where, reasons, away),)


PLACES: tuple[World, ...] = (
    ("nothing at all", account([], []), ()),
    ("a profile without roles", account([], [profile([])]), ()),
    ("open", account([OPEN], [profile()]), one("no_condition")),
    ("anchor disabled", account([OPEN], [profile()], enabled=False), one("anchor_disabled")),
    (
        "anchor disabled, policy malformed",
        account([role("{")], [profile()], enabled=False),
        one("anchor_disabled malformed_policy"),
    ),
    ("anchor disabled, unknown condition", account([UNSURE], [profile()], enabled=False), one("anchor_disabled")),
    (
        "anchor disabled, no profile",
        account([OPEN], [], enabled=False),
        one("anchor_disabled no_profile", EITHER, None),
    ),
    ("profile disabled", account([OPEN], [profile(enabled=False)]), one("profile_disabled", EITHER, None)),
    (
        "profile disabled, role shut",
        account([PINNED], [profile(enabled=False)]),
        one("profile_disabled pinned_elsewhere", NO, None),
    ),
    (
        "profile disabled, unknown condition",
        account([UNSURE], [profile(enabled=False)]),
        one("profile_disabled", EITHER, None),
    ),
    ("profile abroad", account([OPEN], [profile(arn=ABROAD)]), one("other_region", YES, ABROAD)),
    (
        "profile abroad and disabled",
        account([OPEN], [profile(arn=ABROAD, enabled=False)]),
        one("other_region profile_disabled", EITHER, None),
    ),
    ("in no profile", account([OPEN], []), one("no_profile", YES, None)),
    ("in no profile, another has one", account([OPEN], [profile([])]), one("no_profile", YES, None)),
    ("in no profile, shut", account([PINNED], []), one("no_profile pinned_elsewhere", NO, None)),
    ("in no profile, not trusted", account([CLOSED], []), one("not_trusted no_profile", NO, None)),
    ("in no profile, certificate", account([when("StringEquals", CN, "a")], []), one("no_profile", YES, None)),
    ("role gone", account([], [profile([GONE])]), ((GONE, PROFILE, "role_not_found", NO),)),
    (
        "role gone, profile disabled",
        account([], [profile([GONE], enabled=False)]),
        ((GONE, None, "role_not_found profile_disabled", NO),),
    ),
    (
        "service-linked",
        account([role(policy(allow()), LINKED)], [profile([LINKED])]),
        ((LINKED, PROFILE, "service_linked", NO),),
    ),
    (
        "service-linked, no profile",
        account([role(policy(allow()), LINKED)], []),
        ((LINKED, None, "service_linked", NO),),
    ),
    (
        "one profile of two enabled",
        account([OPEN], [profile(enabled=False), profile(arn=SECOND)]),
        one("no_condition", NO, SECOND),
    ),
    (
        "one profile of two here",
        account([OPEN], [profile(arn=ABROAD), profile()]),
        one("other_region", NO, ABROAD) + one("no_condition"),
    ),
    (
        "two profiles",
        account([OPEN], [profile(), profile(arn=SECOND)]),
        one("no_condition") + one("no_condition", NO, SECOND),
    ),
    ("named twice in the profile", account([OPEN], [profile([ROLE, ROLE])]), one("no_condition")),
    ("the role listed twice", account([OPEN, OPEN], [profile()]), one("no_condition")),
    ("the profile listed twice", account([OPEN], [profile(), profile()]), one("no_condition")),
    (
        "issuer dropped",
        account([when("StringEquals", ISSUER, "x")], [profile(mappings=BARE)]),
        one("condition_never_true"),
    ),
    (
        "issuer dropped, negated",
        account([when("StringNotEquals", ISSUER, "x")], [profile(mappings=BARE)]),
        one("no_condition certificate_condition_only"),
    ),
    (
        "issuer dropped, if exists",
        account([when("StringEqualsIfExists", ISSUER, "x")], [profile(mappings=BARE)]),
        one("no_condition certificate_condition_only"),
    ),
    (
        "issuer dropped, null",
        account([when("Null", ISSUER, "true")], [profile(mappings=BARE)]),
        one("no_condition certificate_condition_only"),
    ),
    (
        "issuer dropped, not null",
        account([when("Null", ISSUER, "false")], [profile(mappings=BARE)]),
        one("condition_never_true"),
    ),
    (
        "issuer dropped, all values",
        account([when("ForAllValues:StringEquals", ISSUER, "x")], [profile(mappings=BARE)]),
        one("no_condition certificate_condition_only"),
    ),
    (
        "issuer dropped, any value",
        account([when("ForAnyValue:StringEquals", ISSUER, "x")], [profile(mappings=BARE)]),
        one("condition_never_true"),
    ),
    (
        "name dropped, unit kept",
        account([when("StringEquals", CN, "x")], [profile(mappings=BARE)]),
        one("condition_never_true"),
    ),
    (
        "unit kept",
        account([when("StringEquals", CN.replace("/CN", "/OU"), "x")], [profile(mappings=BARE)]),
        one("certificate_condition_only"),
    ),
    (
        "name dropped, identity stays",
        account([when("StringEquals", "sts:SourceIdentity", "CN=x")], [profile(mappings=BARE)]),
        one("certificate_condition_only"),
    ),
    (
        "dropped here, kept there",
        account([when("StringEquals", ISSUER, "x")], [profile(mappings=BARE), profile(arn=SECOND)]),
        one("condition_never_true") + one("certificate_condition_only", NO, SECOND),
    ),
    (
        "session name taken",
        account([when("StringEquals", "sts:RoleSessionName", "web")], [profile(names=True)]),
        one("certificate_condition_only no_condition"),
    ),
    (
        "session name not taken",
        account([when("StringEquals", "sts:RoleSessionName", "web")], [profile()]),
        one("condition_never_true"),
    ),
    (
        "session name, no profile",
        account([when("StringEquals", "sts:RoleSessionName", "web")], []),
        one("no_profile", YES, None),
    ),
)
