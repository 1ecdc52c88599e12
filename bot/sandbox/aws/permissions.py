"""Holds a session to its session policy, so that a wrong list of permissions fails here and not in production.

Only session policies are enforced: what the role itself may do is not evaluated.
"""

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from .callers import PARTITION, Caller
from .calls import AwsCall

# How a uri or body member of Roles Anywhere becomes the resource of a policy.
_KINDS = {"trustAnchorId": "trust-anchor", "profileId": "profile", "subjectId": "subject", "crlId": "crl"}
# AWS answers this one whatever the policy says.
_ALWAYS_ALLOWED = frozenset({"sts:GetCallerIdentity"})


def resource_of(call: AwsCall, account_id: str) -> str:
    """The ARN that a policy must name for this call; `*` for operations without a resource."""
    if call.service == "iam" and "RoleName" in call.parameters:
        return _role_arn(account_id, call.parameters["RoleName"])
    if call.service == "sts":
        return str(call.parameters.get("RoleArn", "*"))
    if "resourceArn" in call.parameters:
        return str(call.parameters["resourceArn"])
    for member, kind in _KINDS.items():
        identifier = str(call.parameters.get(member, ""))
        if identifier:
            base = f"arn:{PARTITION}:rolesanywhere:{call.region}:{account_id}"
            return identifier if identifier.startswith("arn:") else f"{base}:{kind}/{identifier}"
    return "*"


def is_within_session_policy(call: AwsCall, caller: Caller) -> bool:
    """Whether the caller's session policy allows the call; True when there is no such policy."""
    action = f"{call.service}:{call.operation}"
    if not caller.session or not caller.session.policy or action in _ALWAYS_ALLOWED:
        return True
    result = IAMPolicy(caller.session.policy).is_action_permitted(action, resource_of(call, caller.account_id))
    return result is PermissionResult.PERMITTED


def _role_arn(account_id: str, role_name: str) -> str:
    try:
        return str(iam_backends[account_id][PARTITION].get_role(role_name).arn)
    except NotFoundException:
        return f"arn:{PARTITION}:iam::{account_id}:role/{role_name}"
