"""Enable a trust anchor: certificates of its CA get sessions again. It takes a disabling back."""

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
)


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the trust anchor once and say what enabling it would do.

    Raises:
        AwsError: the trust anchor can't be read, or AWS answered about another one.
    """
    anchor = await read_trust_anchor(target.anchor_arn, aws)
    return Plan(
        action_id=ACTION.id,
        target_arn=str(target.anchor_arn),
        calls=(f"rolesanywhere:EnableTrustAnchor trustAnchorId={target.anchor_id}",),
        state=anchor_state(anchor),
        stops="Nothing. It lets new sessions through this trust anchor again.",
        does_not_stop=(
            "Everyone who holds a certificate of this CA, an attacker too: they can enter every role that lets "
            "this trust anchor in and stands in an enabled profile."
        ),
        who_would_notice="Everything that was refused while the trust anchor was disabled gets sessions again.",
        way_back="Disable Trust Anchor. Sessions issued in between live on until they end, up to 12 hours.",
        capsule=as_capsule(anchor),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Enable it."""
    await aws.call("rolesanywhere", "EnableTrustAnchor", trustAnchorId=_id(plan))
    return Report("AWS accepted EnableTrustAnchor.")


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the trust anchor back; done when it is enabled."""
    try:
        state = anchor_state(await read_trust_anchor(plan.target_arn, aws))
    except AwsNotFound:
        return Verdict(
            done=False,
            sentence="The trust anchor is not there any more: someone deleted it.",
            state=GONE,
        )
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    if state.get("enabled") == "yes":
        return Verdict(done=True, sentence="AWS shows the trust anchor as enabled.", state=state)
    return Verdict(done=False, sentence="AWS shows the trust anchor as disabled.", state=state)


def _id(plan: Plan) -> str:
    return plan.target_arn.rpartition("/")[2]


ACTION = ResponseAction(
    id="enable_trust_anchor",
    title="Enable Trust Anchor",
    risk=Risk.REVERSIBLE,
    permissions=("rolesanywhere:GetTrustAnchor", "rolesanywhere:EnableTrustAnchor"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="disable_trust_anchor",
    contains=False,
    offered=lambda state: state.get("enabled") == "no",
    rung=11,
)
