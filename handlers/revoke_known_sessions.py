"""Revoke only the sessions that are known of a trust anchor: nobody else of a role is cut off, as far as is known.

It puts an inline policy of Anchorwatch's own on each role, or statements into the managed policy that is configured.
The sessions are named by their ``aws:userid``; and those source identities that nobody else was seen to have are denied
too, also in sessions that begin later or come from another role. A session that CloudTrail has not shown yet and that
has another source identity lives on.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
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
    identities_left_out,
    known_stops,
    left_out,
    offered_always,
    revocation_plan,
    revocations,
    revoke,
    revoked,
    use_sentence,
)

_NAME = "AnchorwatchRevokeKnown"


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read each role and say what revoking its known sessions would do.

    Raises:
        AwsError: no such session is known, a role can't be read, or AWS answered for another account.
    """
    wanted = revocations(target.anchor_arn, target.known, _NAME, only_known=True)
    words = PlanWords(
        stops=known_stops(wanted),
        does_not_stop=(
            "Other sessions that begin later or that CloudTrail has not shown yet (it is about 5 minutes late), those "
            f"of other roles, and what was done before.{identities_left_out(target.known)}{left_out(target)}"
        ),
        who_would_notice=(
            "Whoever holds the keys of these sessions, or of another one of the same name in these roles. "
            f"{use_sentence(target.known.use.same_name)}"
        ),
        way_back="Lift Session Revocation. It removes exactly these denials.",
    )
    return await revocation_plan(ACTION.id, target, wanted, words, aws)


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Put the denial on each role, all with the same moment."""
    return await revoke(revocations(plan.target_arn, plan.evidence, _NAME, only_known=True), aws)


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the policies back; done when each role denies everything to what was named."""
    return await revoked(plan, revocations(plan.target_arn, plan.evidence, _NAME, only_known=True), aws)


ACTION = ResponseAction(
    id="revoke_known_sessions",
    title="Revoke Known Sessions Only",
    risk=Risk.REVERSIBLE,
    permissions=("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy"),
    managed_permissions=(*MANAGED_CALLS, "iam:AttachRolePolicy"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="lift_session_revocation",
    offered=offered_always,
    possible=lambda known: can_revoke(known, only_known=True),
    on_anchor=False,
    rung=31,
)
