"""Puts, removes and reads the policies of a revocation: every role for itself, and exact about how far it came."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.action_aws import ActionAws
from bot.domain.change_each import Changed, change_each
from bot.domain.errors import AwsError, AwsNotFound
from bot.domain.plain import canonical, to_plain
from bot.domain.session_revocation import Revocation, is_revoked, revocation_document

AHEAD = timedelta(seconds=30)
"""How far ahead the moment lies, because a policy takes a while to arrive; IAM's own button does the same."""

_NONE_SEEN = "AWS shows none of these roles: they are gone, or these are credentials of another account."


@dataclass(frozen=True, slots=True)
class OnRole:
    """What stands on a role under the policy's name; ``policy`` None means nothing. Without the role nothing can."""

    exists: bool
    policy: Mapping[str, Any] | None = None


Standing = Mapping[Revocation, OnRole]


async def read_standing(wanted: Sequence[Revocation], aws: ActionAws) -> dict[Revocation, OnRole]:
    """What stands on each role now.

    Raises:
        AwsError: a role can't be read, or AWS answered about another one.
    """
    return {one: await _read_one(one, aws) for one in wanted}


async def _read_one(one: Revocation, aws: ActionAws) -> OnRole:
    try:
        role = (await aws.call("iam", "GetRole", RoleName=one.role_name)).get("Role") or {}
    except AwsNotFound:
        return OnRole(exists=False)
    if role.get("Arn") != one.role_arn:
        raise AwsError("WrongTarget", "AWS answered about another role: wrong account", "iam:GetRole")
    try:
        answer = await aws.call("iam", "GetRolePolicy", RoleName=one.role_name, PolicyName=one.policy_name)
    except AwsNotFound:
        return OnRole(exists=True)
    return OnRole(exists=True, policy=to_plain(answer.get("PolicyDocument")))


async def role_capsule(wanted: Sequence[Revocation], aws: ActionAws) -> dict[str, Any]:
    """What stands on each role now and when that was, as JSON values. Raises as :func:`read_standing`."""
    read_at = aws.now()
    standing = await read_standing(wanted, aws)
    return {"read_at": to_plain(read_at), "roles": [to_plain(one) | to_plain(on) for one, on in standing.items()]}


def policy_state(
    wanted: Sequence[Revocation], capsule: Mapping[str, Any] | None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """What stands on each role under the policy's name, by its SHA-256, and the names of what is not known of it.

    ``capsule`` is what :func:`role_capsule` read; None means that AWS was not asked.
    """
    if capsule is None:
        return {}, tuple(_on_role(one.policy_name, one.role_name) for one in wanted)
    return {
        _on_role(str(one["policy_name"]), str(one["role_arn"]).rpartition("/")[2]): _standing_policy(one)
        for one in capsule["roles"]
    }, ()


def _on_role(policy_name: str, role_name: str) -> str:
    return f"policy {policy_name} on role {role_name}"


def _standing_policy(one: Mapping[str, Any]) -> str:
    if not one["exists"]:
        return "no such role"
    policy = one["policy"]
    return "none" if policy is None else f"SHA-256 {hashlib.sha256(canonical(policy).encode()).hexdigest()}"


async def put_revocations(wanted: Sequence[Revocation], aws: ActionAws) -> Changed:
    """Deny everything to sessions that begin up to half a minute from now. Raises as :func:`change_roles`."""
    before = aws.now() + AHEAD
    return await change_roles({one: revocation_document(before, one.user_ids, one.identities) for one in wanted}, aws)


async def change_roles(documents: Mapping[Revocation, str | None], aws: ActionAws) -> Changed:
    """Put each role's document, or delete the policy where it is None; one that fails does not stop the others.

    Raises:
        AwsUnclear: at least one call got no answer; the others were made.
        AwsError: no call worked; this is why the first did not.
    """
    return await change_each(
        "roles", [(one.role_name, partial(_change, one, document, aws)) for one, document in documents.items()]
    )


async def _change(one: Revocation, document: str | None, aws: ActionAws) -> None:
    named = {"RoleName": one.role_name, "PolicyName": one.policy_name}
    if document is None:
        await aws.call("iam", "DeleteRolePolicy", **named)
    else:
        await aws.call("iam", "PutRolePolicy", **named, PolicyDocument=document)


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
