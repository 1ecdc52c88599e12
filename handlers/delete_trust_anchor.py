"""Delete a trust anchor: AWS refuses new sessions through it for good, and nothing brings it back."""

from __future__ import annotations

import asyncio

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
    copy_sentence,
    counted,
    if_known,
    kept_beside,
    read_trust_anchor,
    roles_naming,
    use_sentence,
)

_MOST_NAMES_CHARACTERS = 40
_NO_WAY_BACK = "A new trust anchor gets a new ARN, so policies that name this one do not let it in."


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the trust anchor, what a copy would need and the roles that name it, and say what deleting it would do.

    Raises:
        AwsError: the trust anchor can't be read, or AWS answered about another one.
    """
    anchor, named, beside = await asyncio.gather(
        read_trust_anchor(target.anchor_arn, aws), _named_by(target, aws), kept_beside(target.anchor_arn, aws)
    )
    return Plan(
        action_id=ACTION.id,
        target_arn=str(target.anchor_arn),
        calls=(f"rolesanywhere:DeleteTrustAnchor trustAnchorId={target.anchor_id}",),
        state=anchor_state(anchor),
        stops="New sessions through this trust anchor, in every role and for good. AWS refuses them.",
        does_not_stop=(
            "Sessions that were already issued: each lives on until it ends, up to 12 hours. "
            "What was changed or created through them stays too. "
            "Whoever may create trust anchors can create another one."
        ),
        who_would_notice=(
            "Everything that gets its credentials through this trust anchor: it fails when its session ends. "
            f"{use_sentence(target.known.use.anchor, others='')} "
            "A tool that keeps it as code may create another one. "
            "Whoever reads CloudTrail sees it, an attacker too."
        ),
        way_back=(
            f"None. {_NO_WAY_BACK}{named} {copy_sentence(beside)} "
            "Disable Trust Anchor stops the same and has a way back."
        ),
        capsule={**as_capsule(anchor), **beside},
        evidence=target.known,
    )


async def _named_by(target: Target, aws: ActionAws) -> str:
    """Which roles name the ARN that can't come back, in a sentence; empty while a plan is drawn from the log."""
    try:
        roles = await if_known(roles_naming(str(target.anchor_arn), aws))
    except AwsError:
        return " Which roles name it could not be read."
    if roles is None:
        return ""
    if not roles:
        return " No role's trust policy names it."
    names = ", ".join(roles)
    shown = names if len(names) <= _MOST_NAMES_CHARACTERS else f"{names[:_MOST_NAMES_CHARACTERS]}…"
    return f" {counted(len(roles), 'role')} {'names' if len(roles) == 1 else 'name'} it: {shown}."


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Delete it; one that is gone already is no mistake, because the plan has just seen it here."""
    try:
        await aws.call("rolesanywhere", "DeleteTrustAnchor", trustAnchorId=_id(plan))
    except AwsNotFound:
        return Report("The trust anchor was gone already when DeleteTrustAnchor was called.")
    return Report("AWS accepted DeleteTrustAnchor.")


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Look for the trust anchor; done when AWS has it no more.

    "Not found" means deleted only because the plan was made from this account and Region right before.
    """
    try:
        state = anchor_state(await read_trust_anchor(plan.target_arn, aws))
    except AwsNotFound:
        return Verdict(done=True, sentence="AWS does not have the trust anchor any more.", state=GONE)
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    return Verdict(done=False, sentence="AWS still has the trust anchor.", state=state)


def _id(plan: Plan) -> str:
    return plan.target_arn.rpartition("/")[2]


ACTION = ResponseAction(
    id="delete_trust_anchor",
    title="Delete Trust Anchor",
    risk=Risk.IRREVERSIBLE,
    permissions=(
        "rolesanywhere:GetTrustAnchor",
        "rolesanywhere:ListTagsForResource",
        "rolesanywhere:ListCrls",
        "iam:ListRoles",
        "rolesanywhere:DeleteTrustAnchor",
    ),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo=None,
    no_undo_because=_NO_WAY_BACK,
    contains=True,
    rung=20,
)
