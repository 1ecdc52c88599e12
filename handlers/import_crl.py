"""Import a CRL for a CA that is ours: certificates on it get no new sessions through this trust anchor.

It needs the list from the CA's owner, because only the CA's key can sign one. Against an attacker's own CA it is
useless: whoever holds that key signs no list against themselves and makes another certificate at once. So it is offered
only when the inventory or the CA's owners say that the CA is ours.
"""

from __future__ import annotations

from bot.domain.action import (
    LIST_FORM,
    ActionAws,
    AwsError,
    Plan,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    checked_list,
    counted,
    find_list,
    if_known,
    list_state,
)

_LIST = ("this list",)
_AFTERWARDS = "what AWS does with it afterwards it does not say, so the thread reminds you before."


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the lists that AWS has and say what this one would do.

    Raises:
        AwsError: the list is wrong, AWS can't be read, or the credentials are another account's.
    """
    crl, serials = checked_list(target, aws.now())
    anchor_arn = str(target.anchor_arn)
    looked = await if_known(_found(anchor_arn, crl.sha256, aws))
    until = ""
    if crl.next_update is not None:
        until = f" The list is valid until {crl.next_update:%Y-%m-%d %H:%M} UTC; {_AFTERWARDS}"
    number = "none" if crl.number is None else crl.number
    return Plan(
        action_id=ACTION.id,
        target_arn=anchor_arn,
        calls=(
            f"rolesanywhere:ImportCrl enabled=true sha256={crl.sha256}",
            f"CRL number {number}, {counted(len(crl.serials), 'certificate')}",
            *(f"revokes {serial}" for serial in serials),
        ),
        state={} if looked is None else looked,
        stops=f"New sessions with {counted(len(crl.serials), 'certificate')} on the list, through this trust anchor.",
        does_not_stop=(
            "Sessions that were already issued, up to 12 hours. Whoever has the CA's own key makes another "
            "certificate: then disable the trust anchor."
        ),
        who_would_notice=f"Everybody who uses a certificate on the list, not only the ones named.{until}",
        way_back="Remove Imported CRL. Its certificates get sessions again.",
        capsule={"crl": {"pem": target.known.entered["crl"], "sha256": crl.sha256, "serials": list(serials)}},
        evidence=target.known,
        unknown=_LIST if looked is None else (),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Import it, or enable it where AWS has it already."""
    crl = plan.capsule["crl"]
    found = await find_list(plan.target_arn, crl["sha256"], aws)
    if found is None:
        await aws.call(
            "rolesanywhere",
            "ImportCrl",
            name=f"anchorwatch-{crl['sha256'][:12]}",
            crlData=crl["pem"].encode(),
            trustAnchorArn=plan.target_arn,
            enabled=True,
        )
        return Report("AWS accepted ImportCrl.")
    await aws.call("rolesanywhere", "EnableCrl", crlId=found["crlId"])
    return Report("AWS has this list already and accepted EnableCrl.")


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the lists back; done when this one is enabled."""
    try:
        state = await _found(plan.target_arn, plan.capsule["crl"]["sha256"], aws)
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    done = state == {"this list": "enabled"}
    return Verdict(done, "AWS shows the list as enabled." if done else f"AWS shows the list as {state['this list']}.")


async def _found(anchor_arn: str, sha256: str, aws: ActionAws) -> dict[str, str]:
    return list_state(await find_list(anchor_arn, sha256, aws))


ACTION = ResponseAction(
    id="import_crl",
    title="Import CRL",
    risk=Risk.REVERSIBLE,
    permissions=(
        "sts:GetCallerIdentity",
        "rolesanywhere:ListCrls",
        "rolesanywhere:ImportCrl",
        "rolesanywhere:EnableCrl",
    ),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo="remove_crl",
    possible=lambda known: known.ca_is_ours,
    on_anchor=False,
    rung=60,
    form=LIST_FORM,
)
