"""Disable a trust anchor: AWS refuses new sessions through it, and enabling takes that back."""

from __future__ import annotations

from bot.domain.action import (
    GONE,
    ActionAws,
    AwsError,
    AwsNotFound,
    Plan,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    anchor_state,
    as_capsule,
    read_trust_anchor,
    use_sentence,
)


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the trust anchor once and say what disabling it would do.

    Raises:
        AwsError: the trust anchor can't be read, or AWS answered about another one.
    """
    anchor = await read_trust_anchor(target.anchor_arn, aws)
    return Plan(
        action_id=ACTION.id,
        target_arn=str(target.anchor_arn),
        calls=(f"rolesanywhere:DisableTrustAnchor trustAnchorId={target.anchor_id}",),
        state=anchor_state(anchor),
        stops="New sessions through this trust anchor, in every role. AWS refuses them.",
        does_not_stop=(
            "Sessions that were already issued: each lives on until it ends, up to 12 hours. "
            "What was changed or created through them stays too."
        ),
        who_would_notice=(
            "Everything that gets its credentials through this trust anchor: it fails when its session ends. "
            f"{use_sentence(target.known.use.anchor, others='')} "
            "Whoever reads CloudTrail or the trust anchor sees it, an attacker too."
        ),
        way_back="Enable Trust Anchor. The ARN and the certificates stay as they are.",
        capsule=as_capsule(anchor),
        evidence=target.known,
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Disable it."""
    await aws.call("rolesanywhere", "DisableTrustAnchor", trustAnchorId=_id(plan))
    return Report("AWS accepted DisableTrustAnchor.")


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the trust anchor back; done when it is disabled, or gone."""
    try:
        state = anchor_state(await read_trust_anchor(plan.target_arn, aws))
    except AwsNotFound:
        return Verdict(
            done=True,
            sentence="The trust anchor is not there any more: someone deleted it. No new session comes through it.",
            state=GONE,
        )
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    if state.get("enabled") == "no":
        return Verdict(done=True, sentence="AWS shows the trust anchor as disabled.", state=state)
    return Verdict(done=False, sentence="AWS shows the trust anchor as enabled.", state=state)


def _id(plan: Plan) -> str:
    return plan.target_arn.rpartition("/")[2]


ACTION = ResponseAction(
    id="disable_trust_anchor",
    title="Disable Trust Anchor",
    risk=Risk.REVERSIBLE,
    permissions=("rolesanywhere:GetTrustAnchor", "rolesanywhere:DisableTrustAnchor"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="enable_trust_anchor",
    contains=True,
    offered=lambda state: state.get("exists") != "no" and state.get("enabled") != "no",
    rung=10,
)
