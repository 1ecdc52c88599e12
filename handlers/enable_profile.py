"""Enable again the profiles that this case disabled, and no other: every trust anchor gets sessions through them."""

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
    counted,
    if_known,
    judged,
    offered_always,
    profile_capsule,
    profile_id,
    profile_state,
    read_profiles,
    switch_profiles,
    were_enabled,
)

_DISABLED_BY = "disable_profile"


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the Region's profiles and say what enabling those that this case disabled would do.

    Raises:
        AwsError: this case disabled none, the profiles can't be read, or AWS answered for another account.
    """
    wanted = were_enabled(target.known.capsules(_DISABLED_BY))
    if target.anchor_arn is None or not wanted:
        raise AwsError("NothingKnown", "this case disabled no profile", "rolesanywhere:ListProfiles")
    found = await if_known(read_profiles(target.anchor_arn, aws))
    state, unknown = profile_state(wanted, found)
    return Plan(
        action_id=ACTION.id,
        target_arn=target.anchor_arn,
        calls=tuple(f"rolesanywhere:EnableProfile profileId={profile_id(one.arn)}" for one in wanted),
        state=state,
        stops=f"Nothing. It lets new sessions through {counted(len(wanted), 'profile')} again.",
        does_not_stop=(
            "Everyone whose certificate an enabled trust anchor of this Region knows, an attacker too: they can enter "
            "the roles of these profiles that let them in."
        ),
        who_would_notice="Everything that was refused while the profiles were disabled gets sessions again.",
        way_back="Disable Profiles That Reach Roles. Sessions issued in between live on, up to 12 hours.",
        capsule=profile_capsule(wanted, found),
        evidence=target.known,
        touches=tuple(one.arn for one in wanted),
        unknown=unknown,
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Enable each."""
    wanted = were_enabled(plan.evidence.capsules(_DISABLED_BY))
    done = await switch_profiles("EnableProfile", wanted, aws)
    return Report(done.sentence, lines=tuple(done.failed))


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the profiles back; done when all are enabled."""
    wanted = were_enabled(plan.evidence.capsules(_DISABLED_BY))
    try:
        found = await read_profiles(plan.target_arn, aws)
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    done, sentence = judged(wanted, found, enabled=True)
    return Verdict(done, sentence)


ACTION = ResponseAction(
    id="enable_profile",
    title="Enable Profiles Again",
    risk=Risk.REVERSIBLE,
    permissions=("rolesanywhere:ListProfiles", "rolesanywhere:EnableProfile"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="disable_profile",
    offered=offered_always,
    possible=lambda known: bool(were_enabled(known.capsules(_DISABLED_BY))),
    on_anchor=False,
    rung=41,
)
