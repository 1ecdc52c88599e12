"""Delete a trust anchor: AWS refuses new sessions through it for good, and nothing brings it back."""

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
_NO_WAY_BACK = "A new trust anchor gets a new ARN, so policies that name this one do not let it in."


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read the trust anchor once and say what deleting it would do.

    Raises:
        AwsError: the trust anchor can't be read, or AWS answered about another one.
    """
    anchor = await _read(target.anchor_arn, target.anchor_id, aws)
    return Plan(
        action_id=ACTION.id,
        target_arn=str(target.anchor_arn),
        calls=(f"rolesanywhere:DeleteTrustAnchor trustAnchorId={target.anchor_id}",),
        state=_state(anchor),
        stops="New sessions through this trust anchor, in every role and for good. AWS refuses them.",
        does_not_stop=(
            "Sessions that were already issued: each lives on until it ends, up to 12 hours. "
            "What was changed or created through them stays too. "
            "Whoever may create trust anchors can create another one."
        ),
        who_would_notice=(
            "Everything that gets its credentials through this trust anchor: it fails when its session ends. "
            "A tool that keeps this trust anchor as code may create another one. "
            "Whoever reads CloudTrail or the trust anchor sees it, an attacker too."
        ),
        way_back=f"None. {_NO_WAY_BACK} Disable Trust Anchor stops the same sessions and can be taken back.",
        capsule=json.loads(json.dumps(anchor, default=datetime.isoformat)),
    )


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
        state = _state(await _read(plan.target_arn, _id(plan), aws))
    except AwsNotFound:
        return Verdict(done=True, sentence="AWS does not have the trust anchor any more.", state={"exists": "no"})
    except AwsError as error:
        return Verdict(done=None, sentence=f"AWS could not be read back ({error.code}).")
    return Verdict(done=False, sentence="AWS still has the trust anchor.", state=state)


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
    id="delete_trust_anchor",
    title="Delete Trust Anchor",
    risk=Risk.IRREVERSIBLE,
    permissions=("rolesanywhere:GetTrustAnchor", "rolesanywhere:DeleteTrustAnchor"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo=None,
    no_undo_because=_NO_WAY_BACK,
    contains=True,
)
