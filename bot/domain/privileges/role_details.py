"""A role's policies, as IAM answers them.

See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.privileges.permissions import Lines, Permissions
from bot.domain.privileges.policy_lines import policy_lines

_MOST_TAGS = 10
Documents = Mapping[str, object]
"""Documents of managed policies by ARN."""


@dataclass(frozen=True, slots=True)
class RoleDetails:
    """What IAM knows of a role beside its trust policy.

    ``unread`` names policies that could not be read, so that it may be allowed more. ``last_used`` None means that AWS
    shows no use within its 400 days; ``last_used_known`` is False where AWS was not asked.

    See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html
    """

    permissions: Permissions
    unread: tuple[str, ...] = ()
    last_used: datetime | None = None
    last_used_known: bool = False
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Reading:
    lines: list[Any] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def add(self, name: str, document: object) -> None:
        try:
            self.lines.extend(policy_lines(document))
        except ValueError:
            self.unread.append(name)


def role_details(role: Mapping[str, Any], documents: Documents) -> RoleDetails:
    """The details of an entry of ``RoleDetailList``, or of what makes one up from single calls."""
    own = _Reading()
    for policy in role.get("RolePolicyList") or ():
        own.add(f"inline policy {policy.get('PolicyName')}", policy.get("PolicyDocument"))
    for policy in role.get("AttachedManagedPolicies") or ():
        arn = str(policy.get("PolicyArn"))
        own.add(arn, documents.get(arn))
    boundary = _Reading()
    bound_by = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    if bound_by:
        boundary.add(f"boundary {bound_by}", documents.get(bound_by))
    limits = (tuple(boundary.lines),) if bound_by and not boundary.unread else ()
    used = role.get("RoleLastUsed")
    return RoleDetails(
        permissions=Permissions(tuple(own.lines), limits),
        unread=(*own.unread, *boundary.unread, *(role.get("Unread") or ())),
        last_used=_moment((used or {}).get("LastUsedDate")),
        last_used_known=used is not None,
        tags=_tags(role.get("Tags") or ()),
    )


def session_layer(profile: Mapping[str, Any], documents: Documents) -> tuple[Lines | None, tuple[str, ...]]:
    """What a profile's session policies leave of any role, None where there are none; and those that were not read.

    With one that could not be read, what all together leave is not known, so that they count as none.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ProfileDetail.html
    """
    reading = _Reading()
    if profile.get("sessionPolicy"):
        reading.add("the profile's session policy", profile["sessionPolicy"])
    managed = [str(one) for one in profile.get("managedPolicyArns") or ()]
    for arn in managed:
        reading.add(arn, documents.get(arn))
    if reading.unread or not (profile.get("sessionPolicy") or managed):
        return None, tuple(reading.unread)
    return tuple(reading.lines), ()


def managed_documents(policies: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """The documents in force, by ARN, of the entries of ``Policies``."""
    return {str(one.get("Arn")): _in_force(one.get("PolicyVersionList") or ()) for one in policies}


def _in_force(versions: Sequence[Mapping[str, Any]]) -> object:
    return next((one.get("Document") for one in versions if one.get("IsDefaultVersion")), None)


def _moment(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _tags(tags: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one.get("Key")), str(one.get("Value"))) for one in tags[:_MOST_TAGS])
