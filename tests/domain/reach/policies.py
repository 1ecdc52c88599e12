"""Trust anchors, profiles, roles and trust policies as AWS gives them, made for tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ACCOUNT = "111122223333"
ANCHOR = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:trust-anchor/11111111-2222-3333-4444-555555555555"
OTHER_ANCHOR = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:trust-anchor/99999999-2222-3333-4444-555555555555"
SERVICE = "rolesanywhere.amazonaws.com"
NEEDED = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]

SUBJECT_CN = "aws:PrincipalTag/x509Subject/CN"
SUBJECT_OU = "aws:PrincipalTag/x509Subject/OU"
ISSUER_CN = "aws:PrincipalTag/x509Issuer/CN"
SAN_DNS = "aws:PrincipalTag/x509SAN/DNS"
SAN_URI = "aws:PrincipalTag/x509SAN/URI"
IDENTITY = "sts:SourceIdentity"
SESSION_NAME = "sts:RoleSessionName"


def statement(condition: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A statement that lets Roles Anywhere in, changed as asked; a change to None takes an element away."""
    whole: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": NEEDED}
    if condition is not None:
        whole["Condition"] = condition
    return {key: value for key, value in {**whole, **changes}.items() if value is not None}


def deny(condition: Mapping[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A statement that keeps Roles Anywhere from all three actions."""
    return statement(condition, Effect="Deny", **changes)


def policy(*statements: Mapping[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    """A trust policy with these statements; without any, it lets in every trust anchor of the account."""
    return {"Version": version, "Statement": list(statements or [statement()])}


def role_arn(name: str, account: str = ACCOUNT) -> str:
    """The ARN of a role, which may have a path before its name."""
    return f"arn:aws:iam::{account}:role/{name}"


def role(name: str, document: object, *, account: str = ACCOUNT, **changes: Any) -> dict[str, Any]:
    """A role as ListRoles gives it."""
    return {"Arn": role_arn(name, account), "Path": "/", "AssumeRolePolicyDocument": document, **changes}


def profile(name: str, *roles: str, region: str = "eu-west-1", **changes: Any) -> dict[str, Any]:
    """An enabled profile with the roles of these names."""
    return {
        "profileArn": f"arn:aws:rolesanywhere:{region}:{ACCOUNT}:profile/{name}",
        "enabled": True,
        "roleArns": [role_arn(one) for one in roles],
        **changes,
    }


def account(
    profiles: list[dict[str, Any]] | None = None, roles: list[Any] | None = None, **anchor: Any
) -> dict[str, Any]:
    """The whole input of `anchorwatch reach`."""
    return {
        "trust_anchor": {"trustAnchorArn": ANCHOR, "enabled": True, **anchor},
        "profiles": profiles or [],
        "roles": roles or [],
    }
