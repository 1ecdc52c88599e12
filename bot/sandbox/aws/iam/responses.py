"""SimulatePrincipalPolicy, pages of GetAccountAuthorizationDetails, and lists as short as AWS's own.

See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
"""

from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from bot.sandbox.aws.iam.policy_limits import check_attached, check_inline, check_managed, count_attachments
from bot.sandbox.aws.paging import ForeignToken, page_of
from bot.sandbox.aws.policies import Call, Policy, Verdict, decide_within, policies_of

# See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
_DEFAULT_ITEMS = 100
_MAX_ITEMS = 1000
_LISTS = {
    "User": "UserDetailList",
    "Group": "GroupDetailList",
    "Role": "RoleDetailList",
    "LocalManagedPolicy": "Policies",
    "AWSManagedPolicy": "Policies",
}
_ROOT = ":root"


class InvalidInputException(ServiceException):
    """A parameter is outside what the operation takes."""

    code = "InvalidInput"


class PolicyResponse(IamResponse):
    """moto's IAM with what an investigation asks for."""

    def simulate_principal_policy(self) -> ActionResult:
        """SimulatePrincipalPolicy: identity policies and the boundary; resource policies are not in it.

        See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
        """
        source = self._get_param("PolicySourceArn")
        if source.endswith(_ROOT) or ":assumed-role/" in source:
            raise InvalidInputException(f"Invalid Entity Arn: {source} does not clearly define entity type and name.")
        policies, boundary = policies_of(source)
        context = {
            entry["ContextKeyName"].lower(): tuple(str(value) for value in entry.get("ContextKeyValues", []))
            for entry in self._get_param("ContextEntries", [])
        }
        results = [
            _result(Call(action, resource, context), policies, boundary)
            for action in self._get_param("ActionNames")
            for resource in self._get_param("ResourceArns", ["*"])
        ]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    def get_account_authorization_details(self) -> ActionResult:
        """GetAccountAuthorizationDetails in pages; of AWS's own policies only those that somebody has."""
        size = int(self._get_param("MaxItems", _DEFAULT_ITEMS))
        if not 1 <= size <= _MAX_ITEMS:
            raise InvalidInputException(f"MaxItems must be between 1 and {_MAX_ITEMS}.")
        items = list(self._details(self._get_param("Filter", []) or list(_LISTS)))
        try:
            shown, marker = page_of(items, size, self._get_param("Marker"))
        except ForeignToken as foreign:
            raise InvalidInputException("Invalid Marker.") from foreign
        page: dict[str, Any] = {name: [] for name in _LISTS.values()}
        for name, item in shown:
            page[name].append(item)
        return ActionResult({**page, "IsTruncated": marker is not None, "Marker": marker})

    def _details(self, kinds: list[str]) -> Iterator[tuple[str, Any]]:
        holders: dict[str, dict[str, Any]] = {
            "User": self.backend.users,
            "Group": self.backend.groups,
            "Role": self.backend.roles,
        }
        for kind, held in holders.items():
            if kind in kinds:
                yield from ((_LISTS[kind], item) for item in held.values())
        for policy in self.backend.managed_policies.values():
            is_local = policy.arn.split(":")[4] != "aws"
            wanted = "LocalManagedPolicy" if is_local else "AWSManagedPolicy"
            if wanted in kinds and (is_local or policy.attachment_count):
                yield "Policies", policy

    def create_policy(self) -> ActionResult:
        """CreatePolicy, of a size that AWS takes."""
        check_managed(self._get_param("PolicyDocument"))
        return super().create_policy()

    def create_policy_version(self) -> ActionResult:
        """CreatePolicyVersion, of a size that AWS takes."""
        check_managed(self._get_param("PolicyDocument"))
        return super().create_policy_version()

    def put_role_policy(self) -> ActionResult:
        """PutRolePolicy, as long as all of the role's policies are of a size that AWS takes."""
        role = self.backend.get_role(self._get_param("RoleName"))
        check_inline(role, self._get_param("PolicyName"), self._get_param("PolicyDocument"))
        return super().put_role_policy()

    def attach_role_policy(self) -> ActionResult:
        """AttachRolePolicy, up to as many as a role can have."""
        arn = self._get_param("PolicyArn")
        check_attached(self.backend.get_role(self._get_param("RoleName")), arn)
        answer = super().attach_role_policy()
        count_attachments(self.backend, arn)
        return answer

    def list_roles(self) -> ActionResult:
        """ListRoles, which says neither tags nor boundary nor last use; GetRole does.

        See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
        """
        answer = super().list_roles()
        members: dict[str, Any] = dict(answer.result)  # type: ignore[call-overload]
        return ActionResult({**members, "Roles": [_listed(role) for role in members["Roles"]]})


def _listed(role: Any) -> dict[str, Any]:  # noqa: ANN401 - moto's role.
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": role.assume_role_policy_document,
        "Description": role.description,
        "MaxSessionDuration": role.max_session_duration,
    }


def _result(call: Call, policies: list[Policy], boundary: Policy | None) -> dict[str, Any]:
    verdict = decide_within(policies, boundary, call)
    result: dict[str, Any] = {
        "EvalActionName": call.action,
        "EvalResourceName": call.resource,
        "EvalDecision": verdict.decision,
        "MatchedStatements": _statements(verdict),
        "MissingContextValues": [],
    }
    if boundary:
        within = decide_within([boundary], None, call).decision == "allowed"
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
    return result


def _statements(verdict: Verdict) -> list[dict[str, str]]:
    return [{"SourcePolicyId": policy.name, "SourcePolicyType": policy.kind} for policy in verdict.matched]
