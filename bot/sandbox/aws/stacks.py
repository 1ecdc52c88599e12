"""moto's CloudFormation, which also knows stacks that own things that moto can't make.

See: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.cloudformation.responses import CloudFormationResponse
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult


@dataclass(frozen=True)
class OwnedResource:
    """One resource of a stack.

    Attributes:
        stack_name: The stack.
        logical_id: Its name in the template.
        physical_id: What CloudFormation calls it, such as a trust anchor's id.
        kind: Such as `AWS::RolesAnywhere::TrustAnchor`.
        changed_at: Aware UTC time of the stack's last change to it.
    """

    stack_name: str
    logical_id: str
    physical_id: str
    kind: str
    changed_at: datetime


@dataclass
class OwnedResources(BaseBackend):
    """The resources of one account and Region that stacks own."""

    region_name: str
    account_id: str
    resources: list[OwnedResource] = field(default_factory=list)


class ValidationError(ServiceException):
    """No stack has what was asked for."""

    code = "ValidationError"


class StackResponse(CloudFormationResponse):
    """moto's CloudFormation, answering by physical id too."""

    def describe_stack_resources(self) -> ActionResult:
        """DescribeStackResources: the whole stack of a physical id, as AWS answers it."""
        physical_id = self._get_param("PhysicalResourceId")
        if physical_id is None:
            return super().describe_stack_resources()
        held = owned_resources[self.current_account][self.region].resources
        stack = next((one.stack_name for one in held if one.physical_id == physical_id), None)
        if stack is None:
            raise ValidationError(f"Stack for {physical_id} does not exist")
        return ActionResult({"StackResources": [self._detail(one) for one in held if one.stack_name == stack]})

    def _detail(self, one: OwnedResource) -> dict[str, Any]:
        base = f"arn:{self.partition}:cloudformation:{self.region}:{self.current_account}:stack"
        return {
            "StackName": one.stack_name,
            "StackId": f"{base}/{one.stack_name}/7b1d9a60-0f5e-11f1-9d6c-0e3f5a1c2b4d",
            "LogicalResourceId": one.logical_id,
            "PhysicalResourceId": one.physical_id,
            "ResourceType": one.kind,
            "Timestamp": one.changed_at,
            "ResourceStatus": "CREATE_COMPLETE",
        }


owned_resources = BackendDict(OwnedResources, "cloudformation")
