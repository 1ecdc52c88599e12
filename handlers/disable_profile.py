"""Disable the profiles through which a trust anchor enters roles: no trust anchor gets sessions through them any more.

A profile belongs to no trust anchor: whoever uses the same profiles through another trust anchor is cut off too.
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
    counted,
    if_known,
    judged,
    offered_always,
    profile_capsule,
    profile_id,
    profile_state,
    read_profiles,
    switch_profiles,
    use_sentence,
)


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the Region's profiles and say what disabling those that reach a role would do.

    Raises:
        AwsError: no such profile is known, the profiles can't be read, or AWS answered for another account.
    """
    wanted = target.known.profiles
    if target.anchor_arn is None or not wanted:
        raise AwsError("NothingKnown", "no profile is known to let it in", "rolesanywhere:ListProfiles")
    found = await if_known(read_profiles(target.anchor_arn, aws))
    state, unknown = profile_state(wanted, found)
    more = target.known.more_profiles
    left_out = f" {counted(more, 'more profile')} did not fit into this plan." if more else ""
    return Plan(
        action_id=ACTION.id,
        target_arn=target.anchor_arn,
        calls=tuple(f"rolesanywhere:DisableProfile profileId={profile_id(one.arn)}" for one in wanted),
        state=state,
        stops=f"New sessions through {counted(len(wanted), 'profile')}, of every trust anchor. AWS refuses them.",
        does_not_stop=(
            "Sessions that were already issued: each lives on until it ends, up to 12 hours. "
            f"The trust anchor stays: a new profile opens the same roles again.{left_out}"
        ),
        who_would_notice=(
            "Everybody who uses these profiles, through other trust anchors too: they fail when their session ends. "
            f"{use_sentence(target.known.use.profiles)}"
        ),
        way_back="Enable Profiles Again. It enables exactly those that this disables.",
        capsule=profile_capsule(wanted, found),
        evidence=target.known,
        touches=tuple(one.arn for one in wanted),
        unknown=unknown,
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Disable each; one that is disabled already is disabled again, which changes nothing."""
    done = await switch_profiles("DisableProfile", plan.evidence.profiles, aws)
    return Report(done.sentence, lines=tuple(done.failed))


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the profiles back; done when all are disabled, or gone."""
    try:
        found = await read_profiles(plan.target_arn, aws)
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    done, sentence = judged(plan.evidence.profiles, found, enabled=False)
    return Verdict(done, sentence)


ACTION = ResponseAction(
    id="disable_profile",
    title="Disable Profiles That Reach Roles",
    risk=Risk.REVERSIBLE,
    permissions=("rolesanywhere:ListProfiles", "rolesanywhere:DisableProfile"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="enable_profile",
    offered=offered_always,
    possible=lambda known: bool(known.profiles),
    on_anchor=False,
    rung=40,
)
