"""Calls that give no trust anchor a CA and still open a way in beside it."""

from __future__ import annotations

from bot.domain.detection import Detection

_IAM = frozenset({"iam.amazonaws.com", "iam.amazonaws.com.cn"})
_ROLES_ANYWHERE = {
    "CreateProfile": "A profile was created: it says which roles a certificate's holder may take.",
    "UpdateProfile": "A profile was changed: it says which roles a certificate's holder may take.",
    "EnableProfile": "A profile was enabled: the roles in it can be taken again.",
    "PutAttributeMapping": "A profile's attribute mapping was changed: conditions in trust policies rely on it.",
    "DeleteAttributeMapping": "A profile's attribute mapping was deleted: negated conditions become true without it.",
    "DisableCrl": "A revocation list was disabled: the certificates on it are accepted again.",
    "DeleteCrl": "A revocation list was deleted: the certificates on it are accepted again.",
    "UpdateCrl": "A revocation list was replaced: certificates that it leaves out are accepted again.",
}
_ROLE_POLICIES = {
    "UpdateAssumeRolePolicy": "A role's trust policy was changed",
    "CreateRole": "A role was created with a trust policy",
}


def is_about_role_policy(detection: Detection) -> bool:
    """Whether the call wrote a role's trust policy."""
    return detection.event_source in _IAM and detection.event_name in _ROLE_POLICIES


def neighbour_reason(detection: Detection) -> str | None:
    """Why a call belongs in the case beside the trust anchor; None when it does not.

    Calls of other services than IAM are taken for calls to Roles Anywhere.
    """
    if not is_about_role_policy(detection):
        return _ROLES_ANYWHERE.get(detection.event_name)
    if detection.lets_service_in is False:
        return None
    what = _ROLE_POLICIES[detection.event_name]
    if detection.lets_service_in:
        return f"{what} that lets Roles Anywhere in."
    return f"{what} that can't be read here: whether it lets Roles Anywhere in, only IAM can tell."
