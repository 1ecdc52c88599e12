"""Quarantine the caller: deactivate the access key that made the call, or end the one role session that did.

The root user can't be quarantined, nor can sessions of roles that only AWS may change.
"""

from __future__ import annotations

from bot.domain.action import (
    MANAGED_CALLS,
    ActionAws,
    AwsError,
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
    can_quarantine,
    judged_key,
    key_plan,
    offered_always,
    revocation_plan,
    revoke,
    revoked,
    role_session,
    use_sentence,
    user_key,
)

_NAME = "AnchorwatchQuarantine"


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the key or the role and say what quarantining the caller would do.

    Raises:
        AwsError: there is nothing to take from the caller, or it can't be read.
    """
    key, session = _what(target.anchor_arn, target.known)
    if key is not None:
        return await _key_plan(key, target, aws)
    if session is not None:
        return await _session_plan(session, target, aws)
    raise AwsError("NothingKnown", "there is nothing to take from the caller", "iam:UpdateAccessKey")


async def _key_plan(key: UserKey, target: Target, aws: ActionAws) -> Plan:
    words = PlanWords(
        stops="Everything that is done with this access key. AWS refuses it within seconds.",
        does_not_stop=(
            "The user's other access keys, their password, and sessions that were started with this key: these live "
            "up to 36 hours. What was changed or created with it stays too."
        ),
        who_would_notice=(
            f"Every program that uses this key of {key.user_name[:64]}: it fails at its next call. {_seen(target)}"
        ),
        way_back="Release Caller. It makes the same key active again.",
    )
    return await key_plan(ACTION.id, target, key, "Inactive", words, aws)


async def _session_plan(session: Revocation, target: Target, aws: ActionAws) -> Plan:
    words = PlanWords(
        stops="Everything that this session does, when it began before the call or up to 30 seconds after it.",
        does_not_stop=(
            "A new session: whoever could start this one can start another. Sessions of other roles that were entered "
            "from it, and what was changed or created in it, stay too."
        ),
        who_would_notice=(
            f"Whoever is in this role under the same session name: their calls are denied. {_seen(target)}"
        ),
        way_back="Release Caller. It removes exactly this denial.",
    )
    return await revocation_plan(ACTION.id, target, (session,), words, aws)


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Deactivate the key, or put the policy on the role."""
    key, session = _what(plan.target_arn, plan.evidence)
    if key is not None:
        await key.set("Inactive", aws)
        return Report("AWS accepted UpdateAccessKey.")
    return await revoke((session,) if session else (), aws)


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the key or the policy back."""
    key, session = _what(plan.target_arn, plan.evidence)
    if key is not None:
        return Verdict(*await judged_key(key, "Inactive", aws))
    return await revoked(plan, (session,) if session else (), aws)


def _seen(target: Target) -> str:
    return use_sentence(target.known.use.actor, what="call", others="from another address than the reported call")


def _what(anchor_arn: str | None, known: Evidence) -> tuple[UserKey | None, Revocation | None]:
    """The key, or else the session, that is taken from the caller."""
    if anchor_arn is None:
        return None, None
    return user_key(known.actor), role_session(known, anchor_arn, _NAME)


ACTION = ResponseAction(
    id="quarantine_actor",
    title="Quarantine Caller",
    risk=Risk.REVERSIBLE,
    permissions=(
        "iam:ListAccessKeys",
        "iam:UpdateAccessKey",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:PutRolePolicy",
    ),
    managed_permissions=(*MANAGED_CALLS, "iam:ListAccessKeys", "iam:UpdateAccessKey", "iam:AttachRolePolicy"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="release_actor",
    offered=offered_always,
    possible=lambda known: can_quarantine(known.actor),
    on_anchor=False,
    rung=50,
)
