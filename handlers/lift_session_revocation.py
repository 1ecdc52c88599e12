"""Lift the revocations of sessions of this case: it removes exactly the policies that they put on roles."""

from __future__ import annotations

from bot.domain.action import (
    ActionAws,
    AwsError,
    Evidence,
    Plan,
    Report,
    ResponseAction,
    Revocation,
    Risk,
    Target,
    Verdict,
    change_roles,
    counted,
    if_known,
    judged_lifted,
    offered_always,
    policy_state,
    read_standing,
    revocations_in,
    role_capsule,
)

_PUT_BY = ("revoke_role_sessions", "revoke_known_sessions")


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read what stands on the roles and say what removing it would do.

    Raises:
        AwsError: this case revoked none, a role can't be read, or AWS answered for another account.
    """
    wanted = _put_before(target.known)
    if target.anchor_arn is None or not wanted:
        raise AwsError("NothingKnown", "this case revoked no sessions", "iam:DeleteRolePolicy")
    capsule = await if_known(role_capsule(wanted, aws))
    state, unknown = policy_state(wanted, capsule)
    return Plan(
        action_id=ACTION.id,
        target_arn=target.anchor_arn,
        calls=tuple(f"{one.as_call('DeleteRolePolicy')} PolicyName={one.policy_name}" for one in wanted),
        state=state,
        stops=f"Nothing. It removes {counted(len(wanted), 'denial')} from roles.",
        does_not_stop=(
            "Everyone whose session was revoked and has not ended, an attacker too: it works again. "
            "Sessions live up to 12 hours."
        ),
        who_would_notice="Everything that was denied because its session was revoked works again.",
        way_back="Revoke Role Sessions. What is done in between stays.",
        capsule=capsule or {},
        evidence=target.known,
        touches=tuple(dict.fromkeys(one.role_arn for one in wanted)),
        unknown=unknown,
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Remove each; one that is gone already is no mistake."""
    done = await change_roles(dict.fromkeys(_put_before(plan.evidence)), aws)
    return Report(done.sentence, lines=tuple(done.failed))


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Look for the policies; done when no role has one any more."""
    try:
        now = await read_standing(_put_before(plan.evidence), aws)
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    done, sentence = judged_lifted(now)
    return Verdict(done, sentence)


def _put_before(known: Evidence) -> tuple[Revocation, ...]:
    return revocations_in([one for action in _PUT_BY for one in known.capsules(action)])


ACTION = ResponseAction(
    id="lift_session_revocation",
    title="Lift Session Revocation",
    risk=Risk.REVERSIBLE,
    permissions=("iam:GetRole", "iam:GetRolePolicy", "iam:DeleteRolePolicy"),
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
