"""Remove the CA from the inventory, whichever case it was approved in: from now on it rings again.

No call to AWS is made. What the organization's own file approves, nobody can remove in Slack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """Read the approvals and say what they have kept from ringing.

    Raises:
        AwsError: no approval is known here, or the inventory can't be read.
    """
    wanted = _entries(target.known)
    if not wanted:
        raise AwsError("NothingKnown", "no approval of this CA is known", "anchorwatch:RemoveCa")
    found = {one["entry_id"]: await _kept(one["entry_id"], aws) for one in wanted}
    silenced = sum(int(one.get("silenced", 0)) for one in found.values())
    return Plan(
        action_id=ACTION.id,
        target_arn=str(target.anchor_arn),
        calls=tuple(f"anchorwatch:RemoveCa entry={one['entry_id']} ends={one['ends']}" for one in wanted),
        state=_state(found),
        stops=f"Nothing. New events of this CA ring again, in {_where(len(wanted))}.",
        does_not_stop=f"What did not ring until now stays so: {counted(silenced, 'event')}, in the log.",
        who_would_notice="Whoever answers alerts: the next trust anchor with this CA opens a case.",
        way_back="Add CA to Inventory. It needs another person's yes.",
        capsule={"entry": dict(wanted[0]), "entries": [dict(one) for one in wanted]},
        evidence=target.known,
        touches=tuple(f"anchorwatch:inventory/{one['entry_id']}" for one in wanted),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Take them out; what is not in the inventory stays out."""
    for one in _of(plan):
        await aws.call("anchorwatch", "RemoveCa", entry_id=one["entry_id"])
    return Report("The CA is not in the inventory any more.")


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the inventory back."""
    try:
        left = [one["entry_id"] for one in _of(plan) if await _kept(one["entry_id"], aws)]
    except AwsError as error:
        return Verdict(done=None, sentence=f"The inventory could not be read back ({error.code}).")
    if left:
        return Verdict(done=False, sentence="The inventory still has the CA.")
    return Verdict(done=True, sentence="The inventory does not have this approval any more: the CA rings again.")


async def _kept(entry_id: str, aws: ActionAws) -> Mapping[str, Any]:
    """The approval as the inventory has it; empty when it does not."""
    found = await aws.call("anchorwatch", "GetApprovedCa", entry_id=entry_id)
    return found.get("approvedCa") or {}


def _state(found: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    if len(found) == 1:
        return {"in the inventory": "yes" if any(found.values()) else "no"}
    return {f"approval {entry_id} in the inventory": "yes" if one else "no" for entry_id, one in found.items()}


def _where(approvals: int) -> str:
    return "the accounts and Regions of the approval" if approvals == 1 else f"those of all {approvals} approvals"


def _of(plan: Plan) -> Sequence[Mapping[str, Any]]:
    """The approvals of a plan; one of an older log has one."""
    return plan.capsule.get("entries") or [plan.capsule["entry"]]


def _entries(known: Evidence) -> tuple[Mapping[str, Any], ...]:
    """The approval that this case put there last, and those of its keys that other cases put there."""
    newest = known.capsules(_PUT_BY)[-1:]
    own = [newest[0]["entry"]] if newest and newest[0].get("entry") else []
    seen = [{"entry_id": one.entry_id, "ends": one.ends} for one in known.approvals]
    return tuple({one["entry_id"]: one for one in (*seen, *own)}.values())


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
    possible=lambda known: bool(_entries(known)),
    on_anchor=False,
    rung=91,
)
