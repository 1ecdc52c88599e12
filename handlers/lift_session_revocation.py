"""Lift the revocations of sessions of this case: it removes exactly the denials that they put on roles."""

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
    Verdict,
    counted,
    lift,
    lifted,
    lifting_plan,
    offered_always,
    revocations_in,
)

_PUT_BY = ("revoke_role_sessions", "revoke_known_sessions")


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read what stands on the roles and say what removing it would do.

    Raises:
        AwsError: this case revoked none, a role can't be read, or AWS answered for another account.
    """
    wanted = _put_before(target.known)
    words = PlanWords(
        stops=f"Nothing. It removes {counted(len(wanted), 'denial')} from roles.",
        does_not_stop=(
            "Everyone whose session was revoked and has not ended, an attacker too: it works again. "
            "Sessions live up to 12 hours."
        ),
        who_would_notice="Everything that was denied because its session was revoked works again.",
        way_back="Revoke Role Sessions. What is done in between stays.",
    )
    return await lifting_plan(ACTION.id, target, wanted, words, aws)


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Remove each; one that is gone already is no mistake."""
    return await lift(_put_before(plan.evidence), aws)


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Look for the policies; done when no role has one any more."""
    return await lifted(_put_before(plan.evidence), aws)


def _put_before(known: Evidence) -> tuple[Revocation, ...]:
    return revocations_in([one for action in _PUT_BY for one in known.capsules(action)], known)


ACTION = ResponseAction(
    id="lift_session_revocation",
    title="Lift Session Revocation",
    risk=Risk.REVERSIBLE,
    permissions=("iam:GetRole", "iam:GetRolePolicy", "iam:DeleteRolePolicy"),
    managed_permissions=(*MANAGED_CALLS, "iam:GetRolePolicy", "iam:DeleteRolePolicy", "iam:DetachRolePolicy"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="revoke_role_sessions",
    offered=offered_always,
    possible=lambda known: bool(_put_before(known)),
    on_anchor=False,
    rung=32,
)
