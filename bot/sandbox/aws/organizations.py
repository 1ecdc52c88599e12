"""moto's Organizations, which answers to the management account only.

See: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeAccount.html
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.organizations.models import organizations_backends
from moto.organizations.responses import OrganizationsResponse

# A member account may ask for these.
_OPEN_TO_MEMBERS = frozenset({"DescribeOrganization", "CreateOrganization", "LeaveOrganization"})


class AccessDeniedException(ServiceException):
    """The caller's account is neither the management account nor a delegated administrator."""

    code = "AccessDeniedException"


class ManagementOnlyResponse(OrganizationsResponse):
    """moto's Organizations, closed to member accounts as AWS's is."""

    def call_action(self) -> Any:  # noqa: ANN401 - moto's own type of an answer.
        """Refuse a member account, or let moto answer."""
        is_member = self.current_account in organizations_backends.master_accounts
        if is_member and self._get_action() not in _OPEN_TO_MEMBERS:
            refused = AccessDeniedException("You don't have permissions to access this resource.")
            status, headers, body = self.serialized(ActionResult(refused))
            return status, {**headers, "status": str(status)}, body
        return super().call_action()
