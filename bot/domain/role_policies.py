"""Puts, removes and reads the policies of a revocation: every role for itself, and exact about how far it came.

A revocation is an inline policy of its role, or statements in a managed policy that was made before and that the role
has. Which one, it says itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.action_aws import ActionAws
from bot.domain.change_each import Changed, change_each
from bot.domain.errors import AwsError, AwsNotFound, AwsUnclear
from bot.domain.managed_denials import on_role, others_sha256
from bot.domain.managed_policy import attached_to, put_denials, read_document, room_for_more, take_denials
from bot.domain.plain import canonical, to_plain
from bot.domain.session_revocation import Revocation, is_revoked, revocation_document

AHEAD = timedelta(seconds=30)
"""How far ahead the moment lies, because a policy takes a while to arrive; IAM's own button does the same."""

_NONE_SEEN = "AWS shows none of these roles: they are gone, or these are credentials of another account."
_CASE_CHARACTERS = 13


@dataclass(frozen=True, slots=True)
class OnRole:
    """What stands on a role under the policy's name; ``policy`` None means nothing. Without the role nothing can.

    ``attached`` says whether the role has the managed policy; None where it is about an inline one. ``no_room`` says
    why it can't have it; empty when it can.
    """

    exists: bool
    policy: Mapping[str, Any] | None = None
    attached: bool | None = None
    no_room: str = ""


Standing = Mapping[Revocation, OnRole]
Documents = Mapping[str, Mapping[str, Any] | None]


async def read_standing(wanted: Sequence[Revocation], aws: ActionAws) -> dict[Revocation, OnRole]:
    """What stands on each role now.

    Raises:
        AwsError: a role can't be read, or AWS answered about another one, or a managed policy is not ours alone.
    """
    return await _standing(wanted, await _documents(wanted, aws), aws)


async def _documents(wanted: Sequence[Revocation], aws: ActionAws) -> Documents:
    arns = dict.fromkeys(one.managed_arn for one in wanted if one.managed_arn)
    return {arn: await read_document(arn, aws) for arn in arns}


async def _standing(wanted: Sequence[Revocation], documents: Documents, aws: ActionAws) -> dict[Revocation, OnRole]:
    return {one: await _read_one(one, wanted, documents, aws) for one in wanted}


async def _read_one(one: Revocation, wanted: Sequence[Revocation], documents: Documents, aws: ActionAws) -> OnRole:
    try:
        role = (await aws.call("iam", "GetRole", RoleName=one.role_name)).get("Role") or {}
    except AwsNotFound:
        return OnRole(exists=False)
    if role.get("Arn") != one.role_arn:
        raise AwsError("WrongTarget", "AWS answered about another role: wrong account", "iam:GetRole")
    if one.managed_arn:
        group = [other for other in wanted if _is_beside(other, one)]
        return await _managed_on(one, group, documents[one.managed_arn], aws)
    try:
        answer = await aws.call("iam", "GetRolePolicy", RoleName=one.role_name, PolicyName=one.policy_name)
    except AwsNotFound:
        return OnRole(exists=True)
    return OnRole(exists=True, policy=to_plain(answer.get("PolicyDocument")))


def _is_beside(other: Revocation, one: Revocation) -> bool:
    return (other.managed_arn, other.policy_name) == (one.managed_arn, one.policy_name)


async def _managed_on(
    one: Revocation, group: Sequence[Revocation], document: Mapping[str, Any] | None, aws: ActionAws
) -> OnRole:
    has = await attached_to(one.role_name, aws)
    if one.managed_arn in has:
        return OnRole(exists=True, policy=on_role(one, group, document) if document else None, attached=True)
    return OnRole(exists=True, attached=False, no_room=await room_for_more(len(has), aws))


async def role_capsule(wanted: Sequence[Revocation], aws: ActionAws) -> dict[str, Any]:
    """What stands on each role now and when that was, as JSON values. Raises as :func:`read_standing`."""
    read_at, documents = aws.now(), await _documents(wanted, aws)
    standing = await _standing(wanted, documents, aws)
    roles = [to_plain(one) | to_plain(on) for one, on in standing.items()]
    return {"read_at": to_plain(read_at), "roles": roles, **({"managed": dict(documents)} if documents else {})}


def policy_state(
    wanted: Sequence[Revocation], capsule: Mapping[str, Any] | None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What stands on each role under the policy's name, by its SHA-256, and the names of what is not known of it.

    Of a managed policy also who has it, and what stands in it for other cases. ``capsule`` is what
    :func:`role_capsule` read; None means that AWS was not asked.
    """
    managed = {one.managed_arn: one.policy_name[-_CASE_CHARACTERS:] for one in wanted if one.managed_arn}
    others = {arn: f"managed policy {_name_of(arn)}, for other cases" for arn in managed}
    if capsule is None:
        on_roles = [name for one in wanted for name in _rows(one.policy_name, one.role_arn, one.managed_arn)]
        return {}, (*dict.fromkeys(on_roles), *others.values())
    state: dict[str, str] = {}
    for one in capsule["roles"]:
        names = _rows(str(one["policy_name"]), str(one["role_arn"]), str(one["managed_arn"]))
        state |= dict(zip(names, (_standing_policy(one), _attachment(one)), strict=False))
    documents = {arn: capsule["managed"][arn] for arn in managed}
    return state | {
        others[arn]: f"SHA-256 {others_sha256(one, managed[arn])}" if one else "no such policy"
        for arn, one in documents.items()
    }, ()


def _rows(policy_name: str, role_arn: str, managed_arn: str) -> tuple[str, ...]:
    role = role_arn.rpartition("/")[2]
    on = f"policy {policy_name} on role {role}"
    return (on, f"managed policy {_name_of(managed_arn)} on role {role}") if managed_arn else (on,)


def _name_of(managed_arn: str) -> str:
    return managed_arn.rpartition("/")[2]


def _standing_policy(one: Mapping[str, Any]) -> str:
    if not one["exists"]:
        return "no such role"
    policy = one["policy"]
    return "none" if policy is None else f"SHA-256 {hashlib.sha256(canonical(policy).encode()).hexdigest()}"


def _attachment(one: Mapping[str, Any]) -> str:
    if not one["exists"]:
        return "no such role"
    return "attached" if one["attached"] else f"not attached{': ' if one['no_room'] else ''}{one['no_room']}"


async def put_revocations(wanted: Sequence[Revocation], aws: ActionAws) -> Changed:
    """Deny everything to sessions that begin up to half a minute from now.

    Raises:
        AwsUnclear: at least one call got no answer; the others were made.
        AwsError: no call worked; this is why the first did not.
    """
    before = aws.now() + AHEAD
    if wanted and wanted[0].managed_arn:
        return await put_denials(wanted, before, aws)
    documents = {one: revocation_document(before, one.user_ids, one.identities) for one in wanted}
    return await change_each(
        "roles", [(one.role_name, partial(_put, one, document, aws)) for one, document in documents.items()]
    )


async def take_revocations(wanted: Sequence[Revocation], aws: ActionAws) -> Changed:
    """Remove what was put. Raises as :func:`put_revocations`."""
    changed = Changed("roles")
    inline = [one for one in wanted if not one.managed_arn]
    if inline:
        changed.add(await change_each("roles", [(one.role_name, partial(_delete, one, aws)) for one in inline]))
    for arn in dict.fromkeys(one.managed_arn for one in wanted if one.managed_arn):
        try:
            changed.add(await take_denials([one for one in wanted if one.managed_arn == arn], aws))
        except AwsUnclear:
            raise
        except AwsError as error:
            if not changed.done:
                raise
            changed.failed.append(f"{_name_of(arn)}: {error.code} of {error.operation}")
    return changed


async def _put(one: Revocation, document: str, aws: ActionAws) -> None:
    await aws.call("iam", "PutRolePolicy", RoleName=one.role_name, PolicyName=one.policy_name, PolicyDocument=document)


async def _delete(one: Revocation, aws: ActionAws) -> None:
    await aws.call("iam", "DeleteRolePolicy", RoleName=one.role_name, PolicyName=one.policy_name)


def judged_put(capsule: Mapping[str, Any], now: Standing) -> tuple[bool | None, str]:
    """Whether every role denies its sessions that began before the capsule was read, and a sentence about it.

    A role that is gone gives its sessions nothing any more; but where no role is seen, these may be the credentials of
    another account, and nothing is known.
    """
    if not any(on.exists for on in now.values()):
        return None, _NONE_SEEN
    since = datetime.fromisoformat(str(capsule["read_at"])) if capsule.get("read_at") else None
    bad = [one.role_name for one, on in now.items() if on.exists and not is_revoked(on.policy, one, since)]
    if not bad:
        return True, f"AWS shows the denial on {'the role' if len(now) == 1 else f'all {len(now)} roles'}."
    return False, f"AWS shows the denial on {len(now) - len(bad)} of {len(now)} roles. Not on: {', '.join(bad)[:500]}."


def judged_lifted(now: Standing) -> tuple[bool | None, str]:
    """Whether no role has its policy any more, and a sentence about it; None as in :func:`judged_put`."""
    if not any(on.exists for on in now.values()):
        return None, _NONE_SEEN
    bad = [one.role_name for one, on in now.items() if on.policy is not None]
    if not bad:
        return True, "AWS shows the denial on none of them any more."
    return False, f"AWS still shows the denial on {len(bad)} of {len(now)} roles: {', '.join(bad)[:500]}."
