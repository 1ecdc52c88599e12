"""Deactivate the access keys that the caller or a session of the CA made: AWS refuses whoever has them.

Only keys that a CloudTrail record proves to be the attack's are touched; each other new one is named with the reason.
"""

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
    last_use_sentence,
    last_uses,
    made_keys_plan,
    offered_always,
    switch_keys,
)


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the users' keys and say what deactivating those that the attack made would do.

    Raises:
        AwsError: no such key is known, they can't be read, or not one of them is there any more.
    """
    wanted = target.known.made_keys
    if target.anchor_arn is None or not wanted:
        raise AwsError("NothingKnown", "no new access key is known", "iam:UpdateAccessKey")
    keys, users = counted(len(wanted), "new access key"), counted(len({one.user_name for one in wanted}), "user")
    left_out = f" Left out: {target.known.other_made_keys[:150]}." if target.known.other_made_keys else ""
    words = PlanWords(
        stops=f"Everything that is done with {keys} of {users}. AWS refuses it within seconds.",
        does_not_stop=(
            "Console passwords and other keys of these users, and sessions started with these keys: they live up to "
            f"36 hours.{left_out}"
        ),
        who_would_notice=(
            f"Whoever has these keys: they fail at their next call. {last_use_sentence(await last_uses(wanted, aws))}"
        ),
        way_back="Reactivate New Access Keys. It makes exactly those active again that this deactivates.",
    )
    return await made_keys_plan(ACTION.id, target, wanted, "Inactive", words, aws)


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Deactivate each; one that is inactive already is deactivated again, which changes nothing."""
    done = await switch_keys(plan.evidence.made_keys, plan.target_arn, "Inactive", aws)
    return Report(done.sentence, lines=tuple(done.failed))


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the keys back; done when all are inactive, or deleted."""
    return Verdict(*await judged_keys(plan.evidence.made_keys, "Inactive", aws))


ACTION = ResponseAction(
    id="deactivate_made_keys",
    title="Deactivate New Access Keys",
    risk=Risk.REVERSIBLE,
    permissions=("iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:UpdateAccessKey"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="reactivate_made_keys",
    offered=offered_always,
    possible=lambda known: bool(known.made_keys),
    on_anchor=False,
    rung=52,
)
