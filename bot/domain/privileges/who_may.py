"""Who of an account may make one call that knows no resources, by their own policies and boundaries.

See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.privileges.policy_lines import policy_lines
from bot.domain.privileges.role_details import Documents, role_details

Entry = Mapping[str, Any]
_POLICY_LISTS = ("RolePolicyList", "UserPolicyList", "GroupPolicyList")
_ATTACHED = "AttachedManagedPolicies"


@dataclass(frozen=True, slots=True)
class Principals:
    """Entries of ``RoleDetailList``, ``UserDetailList`` and ``GroupDetailList``; managed policies by ARN."""

    roles: Sequence[Entry] = ()
    users: Sequence[Entry] = ()
    groups: Sequence[Entry] = ()
    documents: Documents = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Holder:
    """One who may. ``policies`` are the names of those that say so.

    ``surely`` is False where only a line says so that has a condition or names resources, which were not evaluated.
    ``boundary_unread`` says that a permissions boundary could not be read, so that it may take this away.
    """

    arn: str
    policies: tuple[str, ...]
    surely: bool
    boundary_unread: bool = False


@dataclass(frozen=True, slots=True)
class WhoMay:
    """``holders`` in the order of IAM, roles first. ``unread`` are ARNs of others with a policy that can't be read."""

    holders: tuple[Holder, ...]
    unread: tuple[str, ...]


def who_may(action: str, principals: Principals) -> WhoMay:
    """The roles and users that may make a call, users by their groups too."""
    holders, unread = [], []
    for entry in (*principals.roles, *_users(principals)):
        arn, details = str(entry.get("Arn")), role_details(entry, principals.documents)
        permissions = details.permissions
        if permissions.allows(action, only_everywhere=True, met=True):
            boundary_unread = any(one.startswith("boundary ") for one in details.unread)
            policies = tuple(dict.fromkeys(_saying_so(action, entry, principals.documents)))
            holders.append(Holder(arn, policies, permissions.allows(action), boundary_unread))
        elif details.unread and not permissions.takes_away(action):
            unread.append(arn)
    return WhoMay(tuple(holders), tuple(unread))


def _users(principals: Principals) -> Iterator[Entry]:
    """Each user as an entry of a role would be, with the policies of its groups."""
    groups = {str(one.get("GroupName")): one for one in principals.groups}
    for user in principals.users:
        names = tuple(map(str, user.get("GroupList") or ()))
        sources = (user, *(groups[name] for name in names if name in groups))
        yield {
            **user,
            "RolePolicyList": [one for source in sources for one in _inline(source)],
            _ATTACHED: [one for source in sources for one in source.get(_ATTACHED) or ()],
            "Unread": [f"group {name}" for name in names if name not in groups],
        }


def _inline(entry: Entry) -> Iterator[Entry]:
    for name in _POLICY_LISTS:
        yield from entry.get(name) or ()


def _saying_so(action: str, entry: Entry, documents: Documents) -> Iterator[str]:
    inline = ((str(one.get("PolicyName")), one.get("PolicyDocument")) for one in entry.get("RolePolicyList") or ())
    arns = (str(one.get("PolicyArn")) for one in entry.get(_ATTACHED) or ())
    for name, document in (*inline, *((arn.rpartition("/")[2], documents.get(arn)) for arn in arns)):
        if _allows(action, document):
            yield name


def _allows(action: str, document: object) -> bool:
    try:
        return any(one.allows and one.covers(action) for one in policy_lines(document))
    except ValueError:
        return False
