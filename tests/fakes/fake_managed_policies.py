"""Managed policies in memory: versions, and the roles that have them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import AwsError, AwsNotFound

POLICY_CALLS = frozenset(
    f"iam:{name}"
    for name in (
        "GetPolicy",
        "GetPolicyVersion",
        "ListPolicyVersions",
        "CreatePolicyVersion",
        "DeletePolicyVersion",
        "ListAttachedRolePolicies",
        "AttachRolePolicy",
        "DetachRolePolicy",
        "GetAccountSummary",
    )
)
_MOST_VERSIONS = 5


@dataclass
class FakeManagedPolicies:
    """One account's managed policies.

    Attributes:
        versions: the documents by ARN and number of the version; the newest is in force.
        attached: the ARNs by the name of the role that has them.
        most_attached: how many a role may have.
    """

    versions: dict[str, dict[int, Any]] = field(default_factory=dict)
    attached: dict[str, list[str]] = field(default_factory=dict)
    most_attached: int = 10

    def add(self, arn: str, document: Mapping[str, Any]) -> None:
        """Make a policy."""
        self.versions[arn] = {1: dict(document)}

    def document(self, arn: str) -> Any:
        """What is in force."""
        return self.versions[arn][max(self.versions[arn])]

    def answer(self, permission: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the operation does."""
        if permission == "iam:GetAccountSummary":
            return {"SummaryMap": {"AttachedPoliciesPerRoleQuota": self.most_attached}}
        if "RoleName" in asked:
            return self._on_role(permission, asked)
        versions = self.versions.get(asked["PolicyArn"])
        if versions is None:
            raise AwsNotFound("NoSuchEntity", "Policy was not found", permission)
        newest = max(versions)
        if permission == "iam:GetPolicy":
            return {"Policy": {"Arn": asked["PolicyArn"], "DefaultVersionId": f"v{newest}"}}
        if permission == "iam:ListPolicyVersions":
            return {"Versions": [{"VersionId": f"v{one}", "IsDefaultVersion": one == newest} for one in versions]}
        if permission == "iam:CreatePolicyVersion":
            if len(versions) >= _MOST_VERSIONS:
                raise AwsError("LimitExceeded", "A managed policy can have up to 5 versions", permission)
            versions[newest + 1] = json.loads(asked["PolicyDocument"])
            return {"PolicyVersion": {"VersionId": f"v{newest + 1}"}}
        number = int(asked["VersionId"].removeprefix("v"))
        if permission == "iam:DeletePolicyVersion":
            del versions[number]
            return {}
        return {"PolicyVersion": {"VersionId": asked["VersionId"], "Document": versions[number]}}

    def _on_role(self, permission: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        has = self.attached.setdefault(asked["RoleName"], [])
        if permission == "iam:ListAttachedRolePolicies":
            return {"AttachedPolicies": [{"PolicyArn": one} for one in has]}
        arn = asked["PolicyArn"]
        if permission == "iam:AttachRolePolicy":
            if arn not in has and len(has) >= self.most_attached:
                raise AwsError("LimitExceeded", "Cannot exceed quota for PoliciesPerRole", permission)
            self.attached[asked["RoleName"]] = [*dict.fromkeys((*has, arn))]
            return {}
        if arn not in has:
            raise AwsNotFound("NoSuchEntity", "Policy was not found", permission)
        has.remove(arn)
        return {}
