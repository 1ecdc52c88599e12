"""Make the access keys active again that this case deactivated, and no other."""

from __future__ import annotations

from bot.domain.action import (
    ActionAws,
    AwsError,
    Plan,
    PlanWords,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    counted,
    judged_keys,
    made_keys_plan,
    offered_always,
    switch_keys,
    were_active,
)

_DEACTIVATED_BY = "deactivate_made_keys"


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the users' keys and say what making those active again would do that this case deactivated.

    Raises:
        AwsError: this case deactivated none, they can't be read, or not one of them is there any more.
    """
    wanted = were_active(target.known.capsules(_DEACTIVATED_BY))
    if target.anchor_arn is None or not wanted:
        raise AwsError("NothingKnown", "this case deactivated no access key", "iam:UpdateAccessKey")
    words = PlanWords(
        stops=f"Nothing. It makes {counted(len(wanted), 'access key')} work again.",
        does_not_stop="Whoever has these keys, an attacker too: they can use them until somebody ends them.",
        who_would_notice="Every program that was refused with these keys works again.",
        way_back="Deactivate New Access Keys. What is done in between stays, and so do sessions started with them.",
    )
    return await made_keys_plan(ACTION.id, target, wanted, "Active", words, aws)


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Make each active."""
    wanted = were_active(plan.evidence.capsules(_DEACTIVATED_BY))
    done = await switch_keys(wanted, plan.target_arn, "Active", aws)
    return Report(done.sentence, lines=tuple(done.failed))


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the keys back; done when all are active."""
    wanted = were_active(plan.evidence.capsules(_DEACTIVATED_BY))
    return Verdict(*await judged_keys(wanted, "Active", aws))


ACTION = ResponseAction(
    id="reactivate_made_keys",
    title="Reactivate New Access Keys",
    risk=Risk.REVERSIBLE,
    permissions=("iam:ListAccessKeys", "iam:UpdateAccessKey"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="deactivate_made_keys",
    offered=offered_always,
    possible=lambda known: bool(were_active(known.capsules(_DEACTIVATED_BY))),
    on_anchor=False,
    rung=53,
)
