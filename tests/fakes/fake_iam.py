"""IAM in memory: roles with inline policies, and users with access keys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import AwsNotFound
from tests.fakes.fake_managed_policies import POLICY_CALLS, FakeManagedPolicies

IAM_CALLS = (
    frozenset(
        f"iam:{name}"
        for name in (
            "ListRoles",
            "GetRole",
            "GetRolePolicy",
            "PutRolePolicy",
            "DeleteRolePolicy",
            "ListAccessKeys",
            "UpdateAccessKey",
            "GetAccessKeyLastUsed",
        )
    )
    | POLICY_CALLS
)


@dataclass
class FakeIam:
    """One account's IAM.

    Attributes:
        account: its number.
        roles: what GetRole answers, by name.
        policies: the inline policies by role and policy name.
        keys: the status of each access key, by user and key id.
        managed: the managed policies, and which role has which.
    """

    account: str
    roles: dict[str, dict[str, Any]] = field(default_factory=dict)
    policies: dict[tuple[str, str], Any] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    managed: FakeManagedPolicies = field(default_factory=FakeManagedPolicies)

    def add_role(self, name: str, trust_policy: Mapping[str, Any], path: str = "/") -> str:
        """Create a role and return its ARN."""
        arn = f"arn:aws:iam::{self.account}:role{path}{name}"
        self.roles[name] = {"RoleName": name, "Arn": arn, "AssumeRolePolicyDocument": dict(trust_policy)}
        return arn

    def answer(self, permission: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the operation does."""
        if permission == "iam:GetAccessKeyLastUsed":
            user = next((user for user, key_id in self.keys if key_id == asked["AccessKeyId"]), "")
            return {"UserName": user, "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
        if permission in ("iam:ListAccessKeys", "iam:UpdateAccessKey"):
            return self._key_call(permission, asked)
        if permission == "iam:ListRoles":
            return {"Roles": list(self.roles.values())}
        if permission in POLICY_CALLS and asked.get("RoleName", "") in {"", *self.roles}:
            return self.managed.answer(permission, asked)
        role = self.roles.get(asked["RoleName"])
        if role is None:
            raise AwsNotFound("NoSuchEntity", "The role cannot be found", permission)
        if permission == "iam:GetRole":
            return {"Role": role}
        place = (asked["RoleName"], asked["PolicyName"])
        if permission == "iam:PutRolePolicy":
            self.policies[place] = json.loads(asked["PolicyDocument"])
            return {}
        if place not in self.policies:
            raise AwsNotFound("NoSuchEntity", "The role policy cannot be found", permission)
        if permission == "iam:DeleteRolePolicy":
            del self.policies[place]
            return {}
        return {"RoleName": place[0], "PolicyName": place[1], "PolicyDocument": self.policies[place]}

    def _key_call(self, permission: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        user = asked["UserName"]
        mine = [
            {"UserName": user, "AccessKeyId": key, "Status": s}
            for (owner, key), s in self.keys.items()
            if owner == user
        ]
        if permission == "iam:ListAccessKeys":
            return {"AccessKeyMetadata": mine}
        if (user, asked["AccessKeyId"]) not in self.keys:
            raise AwsNotFound("NoSuchEntity", "The Access Key cannot be found", permission)
        self.keys[user, asked["AccessKeyId"]] = asked["Status"]
        return {}
