"""Revoke only the sessions that are known of a trust anchor, by their ``aws:userid``: nobody else of a role is cut off.

It puts an inline policy of Anchorwatch's own on each role. A session that CloudTrail has not shown yet lives on.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
"""

from __future__ import annotations

from bot.domain.action import (
    ActionAws,
    AwsError,
    Plan,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    can_revoke,
    counted,
    if_known,
    judged_put,
    left_out,
    offered_always,
    policy_state,
    put_revocations,
    read_standing,
    revocations,
    role_capsule,
    use_sentence,
)

_NAME = "AnchorwatchRevokeKnown"


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read each role and say what revoking its sessions would do.

    Raises:
        AwsError: no such role is known, a role can't be read, or AWS answered for another account.
    """
    wanted = revocations(target.anchor_arn, target.known, _NAME, only_known=True) if target.anchor_arn else ()
    if target.anchor_arn is None or not wanted:
        raise AwsError("NothingKnown", "no session is known that can be revoked", "iam:PutRolePolicy")
    count = sum(len(one.user_ids) for one in wanted)
    capsule = await if_known(role_capsule(wanted, aws))
    state, unknown = policy_state(wanted, capsule)
    return Plan(
        action_id=ACTION.id,
        target_arn=target.anchor_arn,
        calls=tuple(one.as_call("PutRolePolicy") for one in wanted),
        state=state,
        stops=(
            f"Everything that {counted(count, 'known session name')} of {counted(len(wanted), 'role')} may do, in "
            "sessions that began before the call or up to 30 seconds after it."
        ),
        does_not_stop=(
            "Sessions that begin later, those that CloudTrail has not shown yet (it is about 5 minutes late), sessions "
            f"of other roles entered from these, and what was done before.{left_out(target)}"
        ),
        who_would_notice=(
            "Whoever holds the keys of these sessions, or of another one of the same name in these roles. "
            f"{use_sentence(target.known.use.same_name)}"
        ),
        way_back="Lift Session Revocation. It removes exactly these policies.",
        capsule=capsule or {},
        evidence=target.known,
        touches=tuple(one.role_arn for one in wanted),
        unknown=unknown,
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Put the policy on each role, all with the same moment."""
    done = await put_revocations(revocations(plan.target_arn, plan.evidence, _NAME, only_known=True), aws)
    return Report(done.sentence, lines=tuple(done.failed))


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the policies back; done when each role denies everything to sessions that began before the plan."""
    wanted = revocations(plan.target_arn, plan.evidence, _NAME, only_known=True)
    try:
        now = await read_standing(wanted, aws)
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    done, sentence = judged_put(plan.capsule, now)
    return Verdict(done, sentence)


ACTION = ResponseAction(
    id="revoke_known_sessions",
    title="Revoke Known Sessions Only",
    risk=Risk.REVERSIBLE,
    permissions=("iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="lift_session_revocation",
    offered=offered_always,
    possible=lambda known: can_revoke(known.roles, only_known=True),
    on_anchor=False,
    rung=31,
)
