"""A trust anchor's state in plain words, made from what GetTrustAnchor answers; it is what people see and approve."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)

GONE = {"exists": "no"}
"""The state of a trust anchor that is not there any more."""

_ALWAYS = ("enabled", "name", "source type", "changed at")
_EITHER = ("certificates", "ACM PCA")


def anchor_state(detail: Mapping[str, Any]) -> dict[str, str]:
    """The state, as far as ``detail`` (a TrustAnchorDetail) tells it.

    Certificates are compared by the whole SHA-256 of their DER: AWS writes the PEM text anew, and whoever makes the
    certificates could make two that share a part of it. Times are floored to the second, because AWS's answers differ
    in the fractions that they give.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_TrustAnchorDetail.html
    """
    source = detail.get("source") or {}
    data = source.get("sourceData") or {}
    enabled, changed_at = detail.get("enabled"), detail.get("updatedAt")
    state = {
        "enabled": None if enabled is None else "yes" if enabled else "no",
        "name": detail.get("name"),
        "source type": source.get("sourceType"),
        "certificates": _fingerprints(data.get("x509CertificateData") or ""),
        "ACM PCA": data.get("acmPcaArn"),
        "changed at": to_the_second(changed_at) if isinstance(changed_at, datetime) else None,
    }
    return {what: str(value) for what, value in state.items() if value}


def anchor_unknown(state: Mapping[str, str]) -> tuple[str, ...]:
    """What of a trust anchor this state does not have although AWS always tells it."""
    if state.get("exists") == "no":
        return ()
    ca = () if any(one in state for one in _EITHER) else _EITHER
    return tuple(one for one in (*_ALWAYS, *ca) if one not in state)


def _fingerprints(bundle: str) -> str:
    return ",".join(sorted(_fingerprint(match[1]) for match in _CERTIFICATE.finditer(bundle)))


def _fingerprint(pem_body: str) -> str:
    try:
        der = base64.b64decode("".join(pem_body.split()), validate=True)
    except binascii.Error:
        # No certificate, but it must still show when it changes.
        der = pem_body.encode()
    return hashlib.sha256(der).hexdigest()


def to_the_second(moment: datetime) -> str:
    """A moment in UTC, floored to the second, as ISO 8601."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()
