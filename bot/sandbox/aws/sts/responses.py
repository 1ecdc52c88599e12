"""AssumeRole that checks its names, refuses roles that do not exist and answers SourceIdentity."""

import re
from typing import Any

from moto.core.exceptions import AccessDeniedError
from moto.core.responses import ActionResult
from moto.iam.models import iam_backends
from moto.sts.exceptions import STSValidationError
from moto.sts.responses import TokenResponse

# Session names and source identities share this alphabet and these bounds.
# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


class SessionResponse(TokenResponse):
    """moto's STS, stricter where the product could otherwise be wrong unnoticed.

    See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """

    def assume_role(self) -> ActionResult:
        """AssumeRole."""
        _check_name("roleSessionName", self._get_param("RoleSessionName"))
        source_identity = self._get_param("SourceIdentity")
        if source_identity is not None:
            _check_name("sourceIdentity", source_identity)
        self._check_role(self._get_param("RoleArn"))
        answer = super().assume_role()
        members: dict[str, Any] = dict(answer.result)  # type: ignore[call-overload]
        if source_identity is not None:
            members["SourceIdentity"] = source_identity
        return ActionResult(members)

    def get_caller_identity(self) -> ActionResult:
        """GetCallerIdentity; a key that nobody was given is the account's root, as in the event history."""
        answer = super().get_caller_identity()
        members: dict[str, Any] = dict(answer.result)  # type: ignore[call-overload]
        if members["Arn"].endswith(":user/moto"):
            account_id = members["Account"]
            members |= {"Arn": f"arn:{self.partition}:iam::{account_id}:root", "UserId": account_id}
        return ActionResult(members)

    def _check_role(self, role_arn: str) -> None:
        account_id = role_arn.split(":")[4]
        roles = iam_backends[account_id][self.partition].get_roles()
        if not any(role.arn == role_arn for role in roles):
            caller = self.backend.get_caller_identity(self.get_access_key(), self.region)[1]
            raise AccessDeniedError(caller, f"sts:AssumeRole on resource: {role_arn}")


def _check_name(member: str, value: str | None) -> None:
    if value is None or not _NAME.fullmatch(value):
        raise STSValidationError(
            f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: "
            "Member must have length between 2 and 64 and satisfy regular expression pattern: [\\w+=,.@-]*",
        )
