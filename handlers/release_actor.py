"""Release the caller from this case's quarantine: the same key is active again, the same policy is gone."""

from __future__ import annotations

from bot.domain.action import (
    MANAGED_CALLS,
    ActionAws,
    Evidence,
    Plan,
    PlanWords,
    Report,
    ResponseAction,
    Revocation,
    Risk,
    Target,
    UserKey,
    Verdict,
    judged_key,
    key_plan,
    keys_in,
    lift,
    lifted,
    lifting_plan,
    offered_always,
    revocations_in,
)

_PUT_BY = "quarantine_actor"


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the key or the role and say what releasing the caller would do.

    Raises:
        AwsError: this case has quarantined nobody, or it can't be read.
    """
    key, sessions = _taken(target.known)
    words = PlanWords(
        stops="Nothing. It lets the caller work again.",
        does_not_stop="The caller, an attacker too: whoever has the key or the session can use it again until it ends.",
        who_would_notice="Every program that was refused with this key or session works again.",
        way_back="Quarantine Caller. What is done in between stays.",
    )
    if key is None:
        return await lifting_plan(ACTION.id, target, sessions, words, aws)
    return await key_plan(ACTION.id, target, key, "Active", words, aws)


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Make the key active, or remove the policies."""
    key, sessions = _taken(plan.evidence)
    if key is not None:
        await key.set("Active", aws)
        return Report("AWS accepted UpdateAccessKey.")
    return await lift(sessions, aws)


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the key or the policies back."""
    key, sessions = _taken(plan.evidence)
    if key is not None:
        return Verdict(*await judged_key(key, "Active", aws))
    return await lifted(sessions, aws)


def _taken(known: Evidence) -> tuple[UserKey | None, tuple[Revocation, ...]]:
    """The key or the sessions that the newest quarantine of this case took."""
    newest = known.capsules(_PUT_BY)[-1:]
    keys = keys_in(known.capsules(_PUT_BY))
    if newest and "key" in newest[0]:
        wanted = newest[0]["key"]["key_id"]
        return next((one for one in keys if one.key_id == wanted), None), ()
    return None, revocations_in(newest, known)


ACTION = ResponseAction(
    id="release_actor",
    title="Release Caller",
    risk=Risk.REVERSIBLE,
    permissions=(
        "iam:ListAccessKeys",
        "iam:UpdateAccessKey",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:DeleteRolePolicy",
    ),
    managed_permissions=(
        *MANAGED_CALLS,
        "iam:ListAccessKeys",
        "iam:UpdateAccessKey",
        "iam:GetRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
    ),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="quarantine_actor",
    offered=offered_always,
    possible=lambda known: _taken(known) != (None, ()),
    on_anchor=False,
    rung=51,
)
