"""Release the caller from this case's quarantine: the same key is active again, the same policy is gone."""

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
    UserKey,
    Verdict,
    change_roles,
    if_known,
    judged_key,
    judged_lifted,
    key_capsule,
    key_state,
    keys_in,
    offered_always,
    policy_state,
    read_standing,
    revocations_in,
    role_capsule,
)

_PUT_BY = "quarantine_actor"


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the key or the role and say what releasing the caller would do.

    Raises:
        AwsError: this case has quarantined nobody, or it can't be read.
    """
    key, sessions = _taken(target.known)
    if target.anchor_arn is None or (key is None and not sessions):
        raise AwsError("NothingKnown", "this case has quarantined nobody", "iam:UpdateAccessKey")
    capsule = await if_known(key_capsule(key, aws) if key else role_capsule(sessions, aws))
    state, unknown = key_state(capsule) if key else policy_state(sessions, capsule)
    policies = tuple(f"{one.as_call('DeleteRolePolicy')} PolicyName={one.policy_name}" for one in sessions)
    return Plan(
        action_id=ACTION.id,
        target_arn=target.anchor_arn,
        calls=(key.as_call("Active"),) if key else policies,
        state=state,
        stops="Nothing. It lets the caller work again.",
        does_not_stop="The caller, an attacker too: whoever has the key or the session can use it again until it ends.",
        who_would_notice="Every program that was refused with this key or session works again.",
        way_back="Quarantine Caller. What is done in between stays.",
        capsule=capsule or {},
        evidence=target.known,
        touches=(key.user_arn,) if key else tuple(dict.fromkeys(one.role_arn for one in sessions)),
        unknown=unknown,
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Make the key active, or remove the policies."""
    key, sessions = _taken(plan.evidence)
    if key is not None:
        await key.set("Active", aws)
        return Report("AWS accepted UpdateAccessKey.")
    return Report((await change_roles(dict.fromkeys(sessions), aws)).sentence)


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the key or the policies back."""
    key, sessions = _taken(plan.evidence)
    if key is not None:
        return Verdict(*await judged_key(key, "Active", aws))
    try:
        now = await read_standing(sessions, aws)
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    return Verdict(*judged_lifted(now))


def _taken(known: Evidence) -> tuple[UserKey | None, tuple[Revocation, ...]]:
    """The key or the sessions that the newest quarantine of this case took."""
    newest = known.capsules(_PUT_BY)[-1:]
    keys = keys_in(known.capsules(_PUT_BY))
    if newest and "key" in newest[0]:
        wanted = newest[0]["key"]["key_id"]
        return next((one for one in keys if one.key_id == wanted), None), ()
    return None, revocations_in(newest)


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
