"""Remove the CRL that this case imported: the certificates on it get sessions again.

Its text is kept in the case, so that it can be imported again.
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
    find_list,
    if_known,
    list_state,
    offered_always,
)

_PUT_BY = "import_crl"
_LIST = ("this list",)


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the lists that AWS has and say what removing this one would do.

    Raises:
        AwsError: this case has imported none, AWS can't be read, or the credentials are another account's.
    """
    crl = _imported(target.known)
    if not crl or target.anchor_arn is None:
        raise AwsError("NothingKnown", "this case has imported no CRL", "rolesanywhere:DeleteCrl")
    looked = await if_known(_found(target.anchor_arn, crl["sha256"], aws))
    return Plan(
        action_id=ACTION.id,
        target_arn=target.anchor_arn,
        calls=(f"rolesanywhere:DeleteCrl sha256={crl['sha256']}",),
        state={} if looked is None else looked,
        stops="Nothing. It lets the certificates on the list get sessions again.",
        does_not_stop="Whoever has one of those certificates and its key, an attacker too.",
        who_would_notice="Everybody whose certificate is on the list: it works again.",
        way_back="Import CRL. The list's text is kept in this case.",
        capsule={"crl": dict(crl)},
        evidence=target.known,
        # Its id is AWS's, and the log does not have it.
        touches=(f"{target.anchor_arn.partition(':trust-anchor/')[0]}:crl/*",),
        unknown=_LIST if looked is None else (),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Delete it; one that is gone stays gone."""
    found = await find_list(plan.target_arn, plan.capsule["crl"]["sha256"], aws)
    if found is None:
        return Report("AWS does not have this list any more.")
    await aws.call("rolesanywhere", "DeleteCrl", crlId=found["crlId"])
    return Report("AWS accepted DeleteCrl.")


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the lists back; done when this one is gone."""
    try:
        state = await _found(plan.target_arn, plan.capsule["crl"]["sha256"], aws)
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    done = state == {"this list": "not there"}
    return Verdict(done, "AWS does not have the list any more." if done else "AWS still has the list.")


async def _found(anchor_arn: str, sha256: str, aws: ActionAws) -> dict[str, str]:
    return list_state(await find_list(anchor_arn, sha256, aws))


def _imported(known: Evidence) -> Mapping[str, Any]:
    """The list that this case imported last."""
    newest = known.capsules(_PUT_BY)[-1:]
    return newest[0].get("crl") or {} if newest else {}


ACTION = ResponseAction(
    id="remove_crl",
    title="Remove Imported CRL",
    risk=Risk.REVERSIBLE,
    permissions=("sts:GetCallerIdentity", "rolesanywhere:ListCrls", "rolesanywhere:DeleteCrl"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="import_crl",
    offered=offered_always,
    possible=lambda known: bool(_imported(known)),
    on_anchor=False,
    rung=61,
)
