"""Reads and writes the managed policy of an account that revocations are written into, and who has it.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from bot.domain.action_aws import ActionAws
from bot.domain.change_each import Changed, change_each
from bot.domain.errors import NOT_SENT, AwsError, AwsNotFound, AwsUnclear
from bot.domain.managed_denials import Statement, check_ours, composed, denials, premade_document, roles_of
from bot.domain.plain import canonical, to_plain
from bot.domain.session_revocation import Revocation

MOST_VERSIONS = 5
# Every account lets a role have so many, and can ask AWS for more.
_USUAL_ATTACHED = 10
_OLDEST = "Before that, where the policy has 5 versions: iam:DeletePolicyVersion of the oldest"


async def read_document(arn: str, aws: ActionAws) -> Mapping[str, Any] | None:
    """The policy that is in force; None when the account has none of this ARN.

    Raises:
        AwsError: it can't be read, or holds something that is not ours.
    """
    try:
        policy = (await aws.call("iam", "GetPolicy", PolicyArn=arn)).get("Policy") or {}
    except AwsNotFound:
        return None
    if policy.get("Arn") != arn:
        raise AwsError("WrongTarget", "AWS answered about another policy: wrong account", "iam:GetPolicy")
    version = str(policy.get("DefaultVersionId"))
    answer = await aws.call("iam", "GetPolicyVersion", PolicyArn=arn, VersionId=version)
    document = to_plain((answer.get("PolicyVersion") or {}).get("Document"))
    found: Mapping[str, Any] = json.loads(document) if isinstance(document, str) else document
    check_ours(found, arn)
    return found


async def attached_to(role_name: str, aws: ActionAws) -> tuple[str, ...]:
    """The ARNs of the managed policies that a role has. Raises as ActionAws."""
    pages = aws.pages("iam", "ListAttachedRolePolicies", RoleName=role_name)
    return tuple([str(one["PolicyArn"]) async for page in pages for one in page.get("AttachedPolicies", ())])


async def room_for_more(count: int, aws: ActionAws) -> str:
    """Why a role with so many managed policies can't have another; empty when it can. Raises as ActionAws.

    See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    """
    if count < _USUAL_ATTACHED:
        return ""
    summary = (await aws.call("iam", "GetAccountSummary")).get("SummaryMap") or {}
    most = int(summary.get("AttachedPoliciesPerRoleQuota", _USUAL_ATTACHED))
    return f"no room, it has {count} of {most} managed policies" if count >= most else ""


async def put_denials(group: Sequence[Revocation], before: datetime, aws: ActionAws) -> Changed:
    """Write the statements of revocations that have one policy name, and attach the policy to each role.

    Raises:
        AwsUnclear: at least one call got no answer; the others were made.
        AwsError: the policy could not be written, so that no role was touched; or no role could have it.
    """
    arn = group[0].managed_arn
    _, lost = await _written(arn, [group[0].policy_name], denials(group, before), aws)
    changes = [(one.role_name, partial(_switch, "AttachRolePolicy", one, aws)) for one in group]
    changed = await change_each("roles", changes)
    if lost is not None:
        raise lost
    return changed


async def take_denials(group: Sequence[Revocation], aws: ActionAws) -> Changed:
    """Remove the statements of these revocations, which have one ARN, and what this case attached and nobody needs.

    Raises:
        AwsUnclear: at least one call got no answer; the others were made.
        AwsError: the policy could not be written, so that nothing was lifted.
    """
    arn, names = group[0].managed_arn, tuple(dict.fromkeys(one.policy_name for one in group))
    document, lost = await _written(arn, names, (), aws)
    needed = {role for one in document["Statement"] for role in roles_of(one)} if document is not None else set()
    roles = {one.role_arn: one for one in group}
    detached = {one.role_arn for one in group if one.attached_by_us and one.role_arn not in needed}
    changes = [
        (one.role_name, partial(_switch, "DetachRolePolicy" if one.role_arn in detached else None, one, aws))
        for one in roles.values()
    ]
    changed = await change_each("roles", changes)
    if lost is not None:
        raise lost
    return changed


async def _switch(operation: str | None, one: Revocation, aws: ActionAws) -> None:
    if operation is not None:
        await aws.call("iam", operation, RoleName=one.role_name, PolicyArn=one.managed_arn)


async def _written(
    arn: str, names: Sequence[str], new: Sequence[Statement], aws: ActionAws
) -> tuple[Mapping[str, Any] | None, AwsUnclear | None]:
    """Put ``new`` in the place of what stands for these names.

    Returns:
        What stands in the policy then, None where there is no policy; and the error of a call without an answer.
    """
    document = await read_document(arn, aws)
    if document is None:
        if new:
            raise no_policy(arn)
        return None, None
    text = composed(document, names, new)
    if text == canonical(document):
        return document, None
    await _make_room(arn, aws)
    try:
        await aws.call("iam", "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
    except AwsUnclear as error:
        return json.loads(text), error
    return json.loads(text), None


async def _make_room(arn: str, aws: ActionAws) -> None:
    """Delete the oldest version that is not in force, where there are as many as AWS keeps."""
    pages = aws.pages("iam", "ListPolicyVersions", PolicyArn=arn)
    versions = [one async for page in pages for one in page.get("Versions", ())]
    old = sorted(_number(one) for one in versions if not one.get("IsDefaultVersion"))
    if len(versions) >= MOST_VERSIONS and old:
        await aws.call("iam", "DeletePolicyVersion", PolicyArn=arn, VersionId=f"v{old[0]}")


def _number(version: Mapping[str, Any]) -> int:
    return int(str(version["VersionId"]).removeprefix("v"))


def check_size(group: Sequence[Revocation], before: datetime) -> None:
    """Let denials pass that a policy with nothing else in it can hold.

    Raises:
        AwsError: it can't.
    """
    composed(premade_document(), (), denials(group, before))


def check_managed(group: Sequence[Revocation], capsule: Mapping[str, Any]) -> None:
    """Let a plan pass whose denials can be written and attached, as far as ``capsule``, what AWS shows now, can tell.

    Raises:
        AwsError: there is no such policy, it has no room for them, or no role can have it.
    """
    arn = group[0].managed_arn
    document, roles = capsule["managed"][arn], [one for one in capsule["roles"] if one["exists"]]
    if document is None:
        raise no_policy(arn)
    composed(document, [group[0].policy_name], denials(group, datetime.fromisoformat(capsule["read_at"])))
    if roles and all(one["no_room"] for one in roles):
        raise AwsError(NOT_SENT, f"no role can have it: {roles[0]['no_room']}", "iam:AttachRolePolicy")


def put_calls(group: Sequence[Revocation]) -> tuple[str, ...]:
    """The calls of :func:`put_denials` as people see them; those that depend on what AWS has begin with a word."""
    arn = group[0].managed_arn
    return (
        f"iam:CreatePolicyVersion PolicyArn={arn} SetAsDefault=true",
        *(f"In it, a denial for role {one.role_name}{one.whom}" for one in group),
        _OLDEST,
        *(f"iam:AttachRolePolicy RoleName={one.role_name} PolicyArn={arn}" for one in group),
    )


def take_calls(group: Sequence[Revocation]) -> tuple[str, ...]:
    """The calls of :func:`take_denials` as people see them."""
    arn = group[0].managed_arn
    return (
        f"iam:CreatePolicyVersion PolicyArn={arn} SetAsDefault=true",
        *(f"Without the denial {one.policy_name} for role {one.role_name}" for one in group),
        _OLDEST,
        *dict.fromkeys(
            f"Unless something else in it is for the role: iam:DetachRolePolicy RoleName={one.role_name}"
            for one in group
            if one.attached_by_us
        ),
    )


def no_policy(arn: str) -> AwsError:
    """The error for a policy that nobody has made."""
    why = f"the account has no policy {arn.partition(':policy/')[2]}; anchorwatch iam prints it"
    return AwsError(NOT_SENT, why, "iam:CreatePolicyVersion")
