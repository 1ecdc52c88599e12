"""Disable a trust anchor: AWS refuses new sessions through it, and enabling takes that back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.action import ActionAws, AwsError, AwsNotFound, Plan, Report, ResponseAction, Risk, Target, Verdict

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the trust anchor once and say what disabling it would do.

    Raises:
        AwsError: the trust anchor can't be read, or AWS answered about another one.
    """
    anchor = await _read(target.anchor_arn, target.anchor_id, aws)
    return Plan(
        action_id=ACTION.id,
        target_arn=str(target.anchor_arn),
        calls=(f"rolesanywhere:DisableTrustAnchor trustAnchorId={target.anchor_id}",),
        state=_state(anchor),
        stops="New sessions through this trust anchor, in every role. AWS refuses them.",
        does_not_stop=(
            "Sessions that were already issued: each lives on until it ends, up to 12 hours. "
            "What was changed or created through them stays too."
        ),
        who_would_notice=(
            "Everything that gets its credentials through this trust anchor: it fails when its session ends. "
            "Whoever reads CloudTrail or the trust anchor sees it, an attacker too."
        ),
        way_back="Enable Trust Anchor. The ARN and the certificates stay as they are.",
        capsule=json.loads(json.dumps(anchor, default=datetime.isoformat)),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Disable it."""
    await aws.call("rolesanywhere", "DisableTrustAnchor", trustAnchorId=_id(plan))
    return Report("AWS accepted DisableTrustAnchor.")


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Read the trust anchor back; done when it is disabled, or gone."""
    try:
        state = _state(await _read(plan.target_arn, _id(plan), aws))
    except AwsNotFound:
        return Verdict(
            done=True,
            sentence="The trust anchor is not there any more: someone deleted it. No new session comes through it.",
            state={"exists": "no"},
        )
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    if state.get("enabled") == "no":
        return Verdict(done=True, sentence="AWS shows the trust anchor as disabled.", state=state)
    return Verdict(done=False, sentence="AWS shows the trust anchor as enabled.", state=state)


async def undo(plan: Plan, aws: ActionAws) -> Report:
    """Enable it again, unless it was disabled before this action."""
    if plan.state.get("enabled") == "no":
        return Report("Nothing to take back: the trust anchor was disabled before.")
    await aws.call("rolesanywhere", "EnableTrustAnchor", trustAnchorId=_id(plan))
    return Report("AWS accepted EnableTrustAnchor.")


def _id(plan: Plan) -> str:
    return plan.target_arn.rpartition("/")[2]


async def _read(arn: str | None, anchor_id: str | None, aws: ActionAws) -> Mapping[str, Any]:
    if arn is None or anchor_id is None:
        raise AwsError("NoTarget", "no report names the trust anchor", "rolesanywhere:GetTrustAnchor")
    answer = await aws.call("rolesanywhere", "GetTrustAnchor", trustAnchorId=anchor_id)
    anchor: Mapping[str, Any] = answer.get("trustAnchor") or {}
    if anchor.get("trustAnchorArn") != arn:
        raise AwsError(
            "WrongTarget",
            "AWS answered about another trust anchor: wrong account or Region",
            "rolesanywhere:GetTrustAnchor",
        )
    return anchor


def _state(anchor: Mapping[str, Any]) -> dict[str, str]:
    source = anchor.get("source") or {}
    data = source.get("sourceData") or {}
    enabled, changed_at = anchor.get("enabled"), anchor.get("updatedAt")
    state = {
        "enabled": None if enabled is None else "yes" if enabled else "no",
        "name": anchor.get("name"),
        "source type": source.get("sourceType"),
        "certificates": _fingerprints(data.get("x509CertificateData") or ""),
        "ACM PCA": data.get("acmPcaArn"),
        "changed at": _to_the_second(changed_at) if isinstance(changed_at, datetime) else None,
    }
    return {what: value for what, value in state.items() if value}


def _fingerprints(bundle: str) -> str:
    # AWS writes the PEM text anew, so only the certificates in it can be compared.
    return ",".join(sorted(_fingerprint(match[1]) for match in _CERTIFICATE.finditer(bundle)))


def _fingerprint(pem_body: str) -> str:
    try:
        der = base64.b64decode("".join(pem_body.split()), validate=True)
    except binascii.Error:
        # No certificate, but it must still show when it changes.
        der = pem_body.encode()
    return hashlib.sha256(der).hexdigest()[:16]


def _to_the_second(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


ACTION = ResponseAction(
    id="disable_trust_anchor",
    title="Disable Trust Anchor",
    risk=Risk.REVERSIBLE,
    permissions=(
        "rolesanywhere:GetTrustAnchor",
        "rolesanywhere:DisableTrustAnchor",
        "rolesanywhere:EnableTrustAnchor",
    ),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo=undo,
    contains=True,
)
