"""The roles of an account with their policies, by the fewest calls that are allowed.

GetAccountAuthorizationDetails brings everything, users and groups too, in one paged call. Without it ListRoles brings
the trust policies, and without that GetRole those of the roles in profiles; the other policies of a few roles then cost
several calls each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from bot.domain.action import ActionAws
from bot.domain.errors import AwsDenied, AwsError, AwsNotFound
from bot.domain.privileges.role_details import managed_documents
from bot.domain.privileges.who_may import Principals
from bot.service.aws_words import aws_sentence
from bot.service.guide.inquiry import Inquiry

DETAILS = "iam:GetAccountAuthorizationDetails"
PERMISSIONS = (
    DETAILS,
    "iam:ListRoles",
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "iam:GetRolePolicy",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
)
# See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
_PAGE = 1000
_MOST_SINGLE_ROLES = 100
_LISTS = ("RoleDetailList", "UserDetailList", "GroupDetailList", "Policies")
MOST_DETAILED = 25


@dataclass(slots=True)
class AccountRoles:
    """``roles`` are entries as ListRoles or GetAccountAuthorizationDetails give them.

    ``complete`` says that they are all roles of the account, ``detailed`` that their policies are with them.
    ``documents`` are managed policies by ARN. ``missing`` are refused IAM actions, ``notes`` sentences about what else
    was not read. ``unread`` are ARNs of roles that could not be read, with the reason.
    """

    roles: list[Mapping[str, Any]] = field(default_factory=list)
    complete: bool = True
    detailed: bool = True
    documents: dict[str, object] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)

    def refused(self, error: AwsError) -> None:
        """Keep why something was not read."""
        if isinstance(error, AwsDenied):
            if error.operation not in self.missing:
                self.missing.append(error.operation)
        elif (sentence := aws_sentence(error)) not in self.notes:
            self.notes.append(sentence)


async def read_account_roles(inquiry: Inquiry, in_profiles: Sequence[str]) -> AccountRoles:
    """Read the roles; ``in_profiles`` are the ARNs that matter when not all can be read."""
    found = AccountRoles()
    try:
        read = await account_principals(inquiry)
    except AwsError as error:
        found.refused(error)
        found.detailed = False
        try:
            found.roles = await inquiry.all_pages("iam", "ListRoles", "Roles", MaxItems=_PAGE)
        except AwsError as listing:
            found.refused(listing)
            found.complete = False
            await _one_by_one(inquiry.aws(), found, in_profiles)
    else:
        found.roles, found.documents = list(read.roles), dict(read.documents)
    return found


async def account_principals(inquiry: Inquiry) -> Principals:
    """Every role, user and group of the account with its policies, read once in this round. Raises as ActionAws."""
    key = (DETAILS, inquiry.case.target.account)
    return cast("Principals", await inquiry.once(key, lambda: _all_details(inquiry.aws())))


async def _all_details(aws: ActionAws) -> Principals:
    lists: dict[str, list[Mapping[str, Any]]] = {name: [] for name in _LISTS}
    wanted = ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]
    async for page in aws.pages("iam", "GetAccountAuthorizationDetails", Filter=wanted, MaxItems=_PAGE):
        for name, entries in lists.items():
            entries.extend(page.get(name) or ())
    roles, users, groups, policies = lists.values()
    return Principals(roles, users, groups, managed_documents(policies))


async def _one_by_one(aws: ActionAws, found: AccountRoles, arns: Sequence[str]) -> None:
    async def read(arn: str) -> Mapping[str, Any] | None:
        try:
            answer = await aws.call("iam", "GetRole", RoleName=name_of(arn))
        except AwsNotFound:
            return None
        except AwsError as error:
            found.refused(error)
            found.unread[arn] = f"was not read: {error.operation} ended with {error.code}"
            return None
        return answer.get("Role")

    for arn in arns[_MOST_SINGLE_ROLES:]:
        found.unread[arn] = f"was not read: only the first {_MOST_SINGLE_ROLES} roles were"
    roles = await asyncio.gather(*(read(arn) for arn in arns[:_MOST_SINGLE_ROLES]))
    # In the order of the profiles, so that the same account gives the same picture.
    found.roles.extend(one for one in roles if one)


async def read_details(inquiry: Inquiry, found: AccountRoles, arns: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """The entries of these roles with their policies, as GetAccountAuthorizationDetails has them, by ARN.

    Where that was not allowed, at most 25 roles are read by single calls.
    """
    by_arn = {str(one.get("Arn")): one for one in found.roles}
    known = {arn: by_arn[arn] for arn in arns if arn in by_arn}
    if found.detailed:
        return known
    chosen = list(known)[:MOST_DETAILED]
    if len(known) > len(chosen):
        found.notes.append(f"The policies of {len(known) - len(chosen)} roles were not read: too many calls.")
    aws = inquiry.aws()
    read = await asyncio.gather(*(_by_single_calls(aws, found, known[arn]) for arn in chosen))
    return {**known, **dict(zip(chosen, read, strict=True))}


async def _by_single_calls(aws: ActionAws, found: AccountRoles, role: Mapping[str, Any]) -> Mapping[str, Any]:
    name = name_of(str(role.get("Arn")))
    unread: list[str] = []

    async def member(operation: str, wanted: str, **more: object) -> Any:  # noqa: ANN401 - what AWS has there.
        try:
            return (await aws.call("iam", operation, RoleName=name, **more)).get(wanted)
        except AwsError as error:
            found.refused(error)
            unread.append(f"iam:{operation}")
            return None

    whole = await member("GetRole", "Role") or {}
    attached = await member("ListAttachedRolePolicies", "AttachedPolicies") or []
    inline = [
        {"PolicyName": one, "PolicyDocument": await member("GetRolePolicy", "PolicyDocument", PolicyName=one)}
        for one in await member("ListRolePolicies", "PolicyNames") or []
    ]
    boundary = (whole.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    await read_documents(
        aws, found, [*(str(one.get("PolicyArn")) for one in attached), *([boundary] if boundary else [])]
    )
    return {**role, **whole, "AttachedManagedPolicies": attached, "RolePolicyList": inline, "Unread": unread}


async def read_documents(aws: ActionAws, found: AccountRoles, arns: Sequence[str]) -> None:
    """Read managed policies that are not there yet into ``found.documents``."""
    for arn in dict.fromkeys(arns):
        if arn in found.documents:
            continue
        try:
            policy = (await aws.call("iam", "GetPolicy", PolicyArn=arn)).get("Policy") or {}
            version = await aws.call("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=policy.get("DefaultVersionId"))
        except AwsError as error:
            found.refused(error)
        else:
            found.documents[arn] = (version.get("PolicyVersion") or {}).get("Document")


def name_of(role_arn: str) -> str:
    """A role's name without its path."""
    return role_arn.rpartition("/")[2]
