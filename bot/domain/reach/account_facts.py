"""The answers of AWS about one account, read into records: the trust anchor, the profiles and the roles.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_TrustAnchorDetail.html
See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ProfileDetail.html
See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import BadInput
from bot.domain.reach.attribute_mappings import DEFAULT_MAPPINGS, AttributeMappings
from bot.domain.reach.policy_document import has_twins

_ROLES_ANYWHERE_ARN = re.compile(r"arn:[^:]+:rolesanywhere:([^:]+):(\d+):(trust-anchor|profile)/(.+)", re.DOTALL)
_ARN_PARTS = 6
_SERVICE_PATH = "/aws-service-role/"


@dataclass(frozen=True, slots=True)
class AnchorFacts:
    """A trust anchor; one that does not say whether it is enabled is taken for enabled."""

    arn: str
    region: str
    account: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class ProfileFacts:
    """A profile; one that does not say whether it is enabled is taken for enabled."""

    arn: str
    region: str
    account: str
    enabled: bool
    role_arns: tuple[str, ...]
    accepts_session_name: bool = False
    mappings: AttributeMappings = DEFAULT_MAPPINGS


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """A role; ``arn`` is None where the entry has none.

    ``trust_policy`` is an object or text, as it was found. ``mistake`` says what of the entry can't be read; empty when
    nothing.
    """

    arn: str | None
    account: str = ""
    service_linked: bool = False
    trust_policy: object = None
    mistake: str = ""


def read_anchor(value: object) -> AnchorFacts:
    """What GetTrustAnchor says, with or without its outer ``trustAnchor``.

    Raises:
        BadInput: there is no ARN in it, or ``enabled`` is neither true nor false; ``at`` names the field.
    """
    at = "trust_anchor"
    detail = _object(value, at)
    detail = _object(detail["trustAnchor"], f"{at}.trustAnchor") if set(detail) == {"trustAnchor"} else detail
    arn, region, account = _placed(detail, "trustAnchorArn", "trust-anchor", at)
    return AnchorFacts(arn, region, account, _flag(detail, "enabled", at, absent=True))


def read_profiles(value: object) -> tuple[ProfileFacts, ...]:
    """The profiles as ListProfiles gives them.

    Raises:
        BadInput: one can't be read; a profile that were left out would make its roles look safe.
    """
    return tuple(_profile(one, f"profiles[{place}]") for place, one in enumerate(_list(value, "profiles")))


def _profile(value: object, at: str) -> ProfileFacts:
    detail = _object(value, at)
    arn, region, account = _placed(detail, "profileArn", "profile", at)
    roles = _list(detail.get("roleArns") or [], f"{at}.roleArns")
    if not all(isinstance(one, str) for one in roles):
        raise BadInput("not_a_text", "must be texts", f"{at}.roleArns")
    return ProfileFacts(
        arn=arn,
        region=region,
        account=account,
        enabled=_flag(detail, "enabled", at, absent=True),
        role_arns=tuple(dict.fromkeys(roles)),
        accepts_session_name=_flag(detail, "acceptRoleSessionName", at, absent=False),
        mappings=_mappings(detail.get("attributeMappings"), f"{at}.attributeMappings"),
    )


def _mappings(value: object, at: str) -> AttributeMappings:
    if value is None:
        return DEFAULT_MAPPINGS
    rules = set()
    for place, one in enumerate(_list(value, at)):
        here = f"{at}[{place}]"
        mapping = _object(one, here)
        field = _text(mapping, "certificateField", here).lower()
        for rule in _list(mapping.get("mappingRules") or [], f"{here}.mappingRules"):
            specifier = _text(_object(rule, f"{here}.mappingRules"), "specifier", f"{here}.mappingRules")
            rules.add((field, specifier.lower()))
    return AttributeMappings(frozenset(rules))


def read_roles(value: object) -> tuple[RoleFacts, ...]:
    """The roles as ListRoles gives them; an entry that can't be read is kept with its mistake.

    Raises:
        BadInput: it is no list.
    """
    return tuple(_role(one, f"roles[{place}]") for place, one in enumerate(_list(value, "roles")))


def _role(value: object, at: str) -> RoleFacts:
    if not isinstance(value, Mapping):
        return RoleFacts(None, mistake=f"{at} is no object")
    arn = value.get("Arn")
    if isinstance(arn, str) and has_twins(value):
        return RoleFacts(arn, mistake=f"{at} has a key twice")
    if not isinstance(arn, str):
        return RoleFacts(None, mistake=f"{at}.Arn is missing")
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[2] != "iam" or not parts[5].startswith("role/"):
        return RoleFacts(arn, mistake=f"{at}.Arn is no ARN of a role")
    linked = str(value.get("Path", "")).startswith(_SERVICE_PATH) or parts[5].startswith(f"role{_SERVICE_PATH}")
    return RoleFacts(arn, parts[4], linked, value.get("AssumeRolePolicyDocument"))


def _object(value: object, at: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BadInput("not_an_object", "must be an object", at)
    if has_twins(value):
        raise BadInput("key_twice", "has a key twice", at)
    return value


def _list(value: object, at: str) -> Sequence[Any]:
    if not isinstance(value, list | tuple):
        raise BadInput("not_a_list", "must be a list", at)
    return value


def _text(detail: Mapping[str, Any], field: str, at: str) -> str:
    value = detail.get(field)
    if not isinstance(value, str):
        raise BadInput("not_a_text", "is missing or no text", f"{at}.{field}")
    return value


def _flag(detail: Mapping[str, Any], field: str, at: str, *, absent: bool) -> bool:
    value = detail.get(field)
    if value is None:
        return absent
    if not isinstance(value, bool):
        raise BadInput("not_a_flag", "must be true or false", f"{at}.{field}")
    return value


def _placed(detail: Mapping[str, Any], field: str, kind: str, at: str) -> tuple[str, str, str]:
    arn = _text(detail, field, at)
    found = _ROLES_ANYWHERE_ARN.fullmatch(arn)
    if found is None or found[3] != kind:
        raise BadInput("no_arn", f"is no ARN of a {kind}", f"{at}.{field}")
    return arn, found[1], found[2]
