"""Revoke the sessions of the roles that a trust anchor entered or can enter: whatever began before now may do nothing.

It puts an inline policy of Anchorwatch's own on each role, or statements into the managed policy that is configured.
Sessions that begin later are let through.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
"""

from __future__ import annotations

from bot.domain.action import (
    MANAGED_CALLS,
    ActionAws,
    Plan,
    PlanWords,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    can_revoke,
    counted,
    left_out,
    offered_always,
    revocation_plan,
    revocations,
    revoke,
    revoked,
    use_sentence,
)

_NAME = "AnchorwatchRevokeSessions"


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read each role and say what revoking its sessions would do.

    Raises:
        AwsError: no such role is known, a role can't be read, or AWS answered for another account.
    """
    wanted = revocations(target.anchor_arn, target.known, _NAME)
    used = [one for one in target.known.roles if one.sessions]
    words = PlanWords(
        stops=(
            f"Everything that sessions of {counted(len(wanted), 'role')} do, when they began before the call or up to "
            f"30 seconds after it. {len(used)} of the roles were entered through this trust anchor, as far as is known."
        ),
        does_not_stop=(
            "Sessions that begin later, sessions of other roles entered from these, and what was done before."
            f"{left_out(target)}"
        ),
        who_would_notice=(
            "Everybody who is in one of these roles, also by other ways: their calls are denied until they start a "
            f"new session. {use_sentence(target.known.use.roles)}"
        ),
        way_back="Lift Session Revocation. It removes exactly these denials.",
    )
    return await revocation_plan(ACTION.id, target, wanted, words, aws)


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Put the denial on each role, all with the same moment."""
    return await revoke(revocations(plan.target_arn, plan.evidence, _NAME), aws)


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the policies back; done when each role denies everything to sessions that began before the plan."""
    return await revoked(plan, revocations(plan.target_arn, plan.evidence, _NAME), aws)


ACTION = ResponseAction(
    id="revoke_role_sessions",
    title="Revoke Role Sessions",
    risk=Risk.REVERSIBLE,
    permissions=("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy"),
    managed_permissions=(*MANAGED_CALLS, "iam:AttachRolePolicy"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="lift_session_revocation",
    offered=offered_always,
    possible=can_revoke,
    on_anchor=False,
    rung=30,
)
