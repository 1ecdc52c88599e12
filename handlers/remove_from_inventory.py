"""Remove the CA that this case added to the inventory: from now on it rings again.

No call to AWS is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.action import (
    ActionAws,
    AwsError,
    Evidence,
    Plan,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    counted,
    offered_always,
)

_PUT_BY = "add_to_inventory"


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the approval and say what it has kept from ringing.

    Raises:
        AwsError: this case has approved nothing, or the inventory can't be read.
    """
    entry = _entry(target.known)
    if not entry:
        raise AwsError("NothingKnown", "this case has approved no CA", "anchorwatch:RemoveCa")
    found = await aws.call("anchorwatch", "GetApprovedCa", entry_id=entry["entry_id"])
    silenced = int((found.get("approvedCa") or {}).get("silenced", 0))
    return Plan(
        action_id=ACTION.id,
        target_arn=str(target.anchor_arn),
        calls=(f"anchorwatch:RemoveCa entry={entry['entry_id']} ends={entry['ends']}",),
        state={"in the inventory": "yes" if found.get("approvedCa") else "no"},
        stops="Nothing. New events of this CA ring again.",
        does_not_stop=f"What did not ring until now stays so: {counted(silenced, 'event')}, in the log.",
        who_would_notice="Whoever answers alerts: the next trust anchor with this CA opens a case.",
        way_back="Add CA to Inventory. It needs another person's yes.",
        capsule={"entry": dict(entry)},
        evidence=target.known,
        touches=(f"anchorwatch:inventory/{entry['entry_id']}",),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Take it out; what is not in the inventory stays out."""
    await aws.call("anchorwatch", "RemoveCa", entry_id=plan.capsule["entry"]["entry_id"])
    return Report("The CA is not in the inventory any more.")


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the inventory back."""
    try:
        found = await aws.call("anchorwatch", "GetApprovedCa", entry_id=plan.capsule["entry"]["entry_id"])
    except AwsError as error:
        return Verdict(done=None, sentence=f"The inventory could not be read back ({error.code}).")
    if found.get("approvedCa"):
        return Verdict(done=False, sentence="The inventory still has the CA.")
    return Verdict(done=True, sentence="The inventory does not have this approval any more: the CA rings again.")


def _entry(known: Evidence) -> Mapping[str, Any]:
    """The approval that this case put there last."""
    newest = known.capsules(_PUT_BY)[-1:]
    return newest[0].get("entry") or {} if newest else {}


ACTION = ResponseAction(
    id="remove_from_inventory",
    title="Remove CA from Inventory",
    risk=Risk.REVERSIBLE,
    permissions=("anchorwatch:GetApprovedCa", "anchorwatch:RemoveCa"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="add_to_inventory",
    offered=offered_always,
    possible=lambda known: bool(_entry(known)),
    on_anchor=False,
    rung=91,
)
