"""Restore a trust anchor that this case deleted, from what AWS said of it right before: the copy has a new ARN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.action import (
    COPY_STATE,
    ActionAws,
    AwsError,
    Evidence,
    Plan,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    can_copy,
    check_account,
    copied_tags,
    copy_request,
    copy_state,
    copy_surroundings,
    counted,
    find_copy,
    if_known,
    import_lists,
    list_calls,
    lost_sentence,
    missing_lists,
    roles_naming,
)

_NO_UNDO = "The copy is a trust anchor of its own, with a case of its own: delete it there."


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Say what making the trust anchor again would do.

    Raises:
        AwsError: this case deleted none, or these are the credentials of another account.
    """
    kept = _kept(target.known)
    if target.anchor_arn is None or not kept:
        raise AwsError("NothingKnown", "this case deleted no trust anchor", "rolesanywhere:CreateTrustAnchor")
    await if_known(check_account(target.account, aws))
    around = await if_known(copy_surroundings(kept, aws))
    state = {**copy_state(kept), **(around or {})}
    enabled = "enabled" if state.get("enabled") == "yes" else "disabled"
    return Plan(
        action_id=ACTION.id,
        target_arn=target.anchor_arn,
        calls=(f"rolesanywhere:CreateTrustAnchor name={kept['name']}, {_with(kept)}, {enabled}", *list_calls(kept)),
        state=state,
        stops=f"Nothing. It makes a trust anchor with the same name and CA again, {enabled} as it was.",
        does_not_stop=(
            f"{lost_sentence(kept)} Roles that name the old ARN stay shut until somebody changes that. "
            "Everyone with a certificate of this CA can use the copy."
        ),
        who_would_notice="Anchorwatch itself: it opens a new case for the copy. Whoever reads CloudTrail sees it too.",
        way_back=f"None. {_NO_UNDO}",
        capsule=dict(kept),
        evidence=target.known,
        unknown=COPY_STATE if around is None else (),
    )


def _with(kept: Mapping[str, Any]) -> str:
    tags = len(copied_tags(kept))
    return f"with the same CA and {counted(tags, 'tag')}" if tags else "with the same CA"


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Make it with its CRLs, unless one with the same name and CA is there, and name roles that name the old ARN."""
    there = await find_copy(plan.capsule, aws)
    if there is None:
        made = await aws.call("rolesanywhere", "CreateTrustAnchor", **copy_request(plan.capsule))
        there = made.get("trustAnchor") or {}
        summary = f"AWS made {there.get('trustAnchorArn')}."
    else:
        summary = f"AWS has one with this name and CA already: {there.get('trustAnchorArn')}."
    not_imported = await import_lists(plan.capsule, str(there.get("trustAnchorArn")), aws)
    try:
        roles = await roles_naming(plan.target_arn, aws)
    except AwsError as error:
        unread = f"Which roles name the old ARN: AWS answered {error.code}."
        return Report(summary, not_imported, (unread,))
    return Report(summary, (*not_imported, *(f"The trust policy of {role} names the old ARN." for role in roles)))


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Look for a trust anchor with the same name and CA, and for its CRLs."""
    try:
        await check_account(plan.target_arn.split(":")[4], aws)
        there = await find_copy(plan.capsule, aws)
        arn = str((there or {}).get("trustAnchorArn"))
        missing = await missing_lists(plan.capsule, arn, aws) if there is not None else []
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    if there is None:
        return Verdict(done=False, sentence="AWS shows no trust anchor with this name and CA.")
    if missing:
        return Verdict(done=False, sentence=f"AWS shows the copy, {arn}, without {counted(len(missing), 'CRL')} of it.")
    return Verdict(done=True, sentence=f"AWS shows the copy: {arn}.")


def _kept(known: Evidence) -> Mapping[str, Any]:
    """What AWS said of it right before the newest deletion; empty when that is not enough."""
    newest = known.capsules("delete_trust_anchor")[-1:]
    return newest[0] if newest and can_copy(newest[0]) else {}


ACTION = ResponseAction(
    id="restore_trust_anchor",
    title="Restore Trust Anchor",
    risk=Risk.IRREVERSIBLE,
    permissions=(
        "sts:GetCallerIdentity",
        "rolesanywhere:ListTrustAnchors",
        "rolesanywhere:CreateTrustAnchor",
        # Creating with tags asks for it too; AWS's page of actions does not say so, its CloudFormation schema does.
        "rolesanywhere:TagResource",
        "rolesanywhere:ListCrls",
        "rolesanywhere:ImportCrl",
        "iam:ListRoles",
    ),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo=None,
    no_undo_because=_NO_UNDO,
    contains=False,
    offered=lambda state: state.get("exists") == "no",
    possible=lambda known: bool(_kept(known)),
    on_anchor=False,
    rung=60,
)
