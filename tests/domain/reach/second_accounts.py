"""The accounts of the second labelled set: the shapes that GetTrustAnchor, ListProfiles and ListRoles answer with."""

from collections.abc import Sequence
from typing import TypeAlias

ACCOUNT = "111122223333"
ELSEWHERE = "999988887777"
ANCHOR = f"arn:aws:rolesanywhere:us-east-1:{ACCOUNT}:trust-anchor/4d07f6a0-1c50-44d3-951b-b68b783daa0a"
SISTER = f"arn:aws:rolesanywhere:us-east-1:{ACCOUNT}:trust-anchor/0b1c2d3e-4f50-4162-8374-95a6b7c8d9e0"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/batch/Worker"
PROFILE = f"arn:aws:rolesanywhere:us-east-1:{ACCOUNT}:profile/910042eb-8463-427d-8095-6fd60ac303d9"
SERVICE = {"Service": "rolesanywhere.amazonaws.com"}
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
ASSUME, TAG, IDENTITY = THREE = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
DEFAULT_MAPPINGS = {"x509Issuer": ("*",), "x509SAN": ("DNS", "URI", "Name/*"), "x509Subject": ("*",)}

Json: TypeAlias = dict[str, object]
Labels: TypeAlias = tuple[tuple[str, object, str], ...]
"""Name, condition block or policy, and the accepted reasons, separated by spaces."""


def allow(
    condition: object = None, actions: object = THREE, principal: object = SERVICE, *, effect: str = "Allow"
) -> Json:
    """Return a statement for the three actions and the service, with `condition` if there is one."""
    statement: Json = {"Effect": effect, "Principal": principal, "Action": actions}
    return statement if condition is None else statement | {"Condition": condition}


def deny(condition: object = None, actions: object = THREE, principal: object = SERVICE) -> Json:
    """Return the Deny statement of the same parts."""
    return allow(condition, actions, principal, effect="Deny")


def policy(*statements: object, version: str = "2012-10-17") -> Json:
    """Return the trust policy of `statements`."""
    return {"Version": version, "Statement": list(statements)}


def role(document: object, arn: str = ROLE) -> Json:
    """Return an entry of ListRoles; its path and name are those of `arn`."""
    path, _, name = arn.split(":role", 1)[1].rpartition("/")
    return {
        "Path": f"{path}/",
        "RoleName": name,
        "RoleId": "AROAEXAMPLEEXAMPLE123",
        "Arn": arn,
        "CreateDate": "2024-03-05T10:00:00+00:00",
        "AssumeRolePolicyDocument": document,
        "MaxSessionDuration": 3600,
    }


def profile(
    role_arns: Sequence[str] = (ROLE,),
    *,
    arn: str = PROFILE,
    enabled: bool = True,
    names: bool = False,
    mappings: dict[str, tuple[str, ...]] | None = None,
) -> Json:
    """Return an entry of ListProfiles; `names` is acceptRoleSessionName, `mappings` None means the default ones."""
    chosen = DEFAULT_MAPPINGS if mappings is None else mappings
    return {
        "profileId": arn.rpartition("/")[2],
        "profileArn": arn,
        "name": "batch",
        "enabled": enabled,
        "acceptRoleSessionName": names,
        "durationSeconds": 3600,
        "requireInstanceProperties": False,
        "managedPolicyArns": [],
        "createdBy": f"arn:aws:iam::{ACCOUNT}:user/build",
        "createdAt": "2024-08-01T13:57:02.113Z",
        "updatedAt": "2024-08-01T13:57:02.113Z",
        "roleArns": list(role_arns),
        "attributeMappings": [
            {"certificateField": field, "mappingRules": [{"specifier": each} for each in specifiers]}
            for field, specifiers in chosen.items()
        ],
    }


def account(roles: Sequence[Json], profiles: Sequence[Json], *, enabled: bool = True) -> Json:
    """Return what `anchorwatch reach` reads: one anchor with these profiles and roles."""
    anchor: Json = {
        "trustAnchorId": ANCHOR.rpartition("/")[2],
        "trustAnchorArn": ANCHOR,
        "name": "factory",
        "enabled": enabled,
        "source": {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": "-----BEGIN"}},
        "createdAt": "2024-08-01T13:56:39.482Z",
        "updatedAt": "2024-08-01T13:56:39.482Z",
        "notificationSettings": [],
    }
    return {"trust_anchor": anchor, "profiles": list(profiles), "roles": list(roles)}
