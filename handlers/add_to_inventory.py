"""Add the CA to the inventory: somebody answers for its keys, and in their scope they don't ring until a day.

No call to AWS is made. It keeps alerts from ringing, so another person must agree.
"""

from __future__ import annotations

from bot.domain.action import (
    APPROVAL_FORM,
    ActionAws,
    AwsError,
    Plan,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    approval_of_form,
    counted,
    offered_always,
)

_MOST_NAMED = 3


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Say what the approval that was written into the form would silence, and what it would have silenced before.

    Raises:
        AwsError: what was written makes no approval, or the inventory can't be read.
    """
    wanted = approval_of_form(target, aws.now())
    found = await aws.call("anchorwatch", "GetApprovedCa", entry_id=wanted.entry_id)
    past = await aws.call("anchorwatch", "ListCasesItSilences", **wanted.plain())
    where = f"{', '.join(wanted.accounts)} in {', '.join(wanted.regions)}"
    return Plan(
        action_id=ACTION.id,
        target_arn=str(target.anchor_arn),
        calls=(
            f"anchorwatch:ApproveCa ends={wanted.ends}",
            f"owner={wanted.owner}",
            f"ticket={wanted.ticket or 'none'}",
            *(f"account={one}" for one in wanted.accounts),
            f"regions={','.join(wanted.regions)}",
            *(f"key={key}" for key in wanted.keys),
        ),
        state={"in the inventory": "yes" if found.get("approvedCa") else "no"},
        stops=_short(f"Cards for this CA's trust anchors in {where}, until {wanted.ends}. Notices get a line instead."),
        does_not_stop="Anything in AWS. The same CA elsewhere or later, and any other key beside it, still rings.",
        who_would_notice=_past(past),
        way_back="Remove CA from Inventory. From then on it rings again.",
        capsule={"entry": wanted.plain()},
        evidence=target.known,
        touches=(f"anchorwatch:inventory/{wanted.entry_id}",),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Put it into the inventory; an approval that stands already stays as it is."""
    await aws.call("anchorwatch", "ApproveCa", **plan.capsule["entry"])
    return Report("The CA is in the inventory.")


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the inventory back."""
    try:
        found = await aws.call("anchorwatch", "GetApprovedCa", entry_id=plan.capsule["entry"]["entry_id"])
    except AwsError as error:
        return Verdict(done=None, sentence=f"The inventory could not be read back ({error.code}).")
    if found.get("approvedCa"):
        return Verdict(done=True, sentence=f"The inventory has the CA until {plan.capsule['entry']['ends']}.")
    return Verdict(done=False, sentence="The inventory does not have the CA.")


def _past(past: object) -> str:
    cases = past["cases"] if isinstance(past, dict) else []
    silenced = [one["case_id"] for one in cases if one["silenced"]]
    if not silenced:
        return f"Nobody in AWS. Of {counted(len(cases), 'past case')} with one of its keys it would have silenced none."
    named = ", ".join(silenced[:_MOST_NAMED])
    more = f" and {len(silenced) - _MOST_NAMED} more" if len(silenced) > _MOST_NAMED else ""
    return (
        f"Nobody in AWS. Of {counted(len(cases), 'past case')} with one of its keys it would have silenced "
        f"{len(silenced)}: {named}{more}."
    )


def _short(text: str) -> str:
    return text if len(text) <= 300 else text[:298] + "…."  # noqa: PLR2004 - What a plan's sentence may have.


ACTION = ResponseAction(
    id="add_to_inventory",
    title="Add CA to Inventory",
    risk=Risk.REVERSIBLE,
    permissions=("anchorwatch:GetApprovedCa", "anchorwatch:ListCasesItSilences", "anchorwatch:ApproveCa"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="remove_from_inventory",
    offered=offered_always,
    possible=lambda known: bool(known.ca_keys),
    on_anchor=False,
    rung=90,
    form=APPROVAL_FORM,
    least_approvals=1,
)
