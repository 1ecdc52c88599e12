"""Holds callers to their policies, so that a wrong list of permissions fails here and not in production.

Session policies are enforced always, identity policies on users and roles that have any: a user or role without a
policy that allows something may do everything that is not denied, so that a test need not write one.
"""

from moto.iam.exceptions import NoSuchEntity, NotFoundException
from moto.iam.models import iam_backends

from .callers import PARTITION, Caller
from .calls import AwsCall
from .policies import Call, Policy, as_document, decide, decide_within, may_allow, policies_of

# How a uri or body member of Roles Anywhere becomes the resource of a policy.
_KINDS = {"trustAnchorId": "trust-anchor", "profileId": "profile", "subjectId": "subject", "crlId": "crl"}
_TAGGED = {
    "rolesanywhere:CreateTrustAnchor": "trust-anchor",
    "rolesanywhere:CreateProfile": "profile",
    "rolesanywhere:ImportCrl": "crl",
}
# AWS answers this one whatever the policy says.
_ALWAYS_ALLOWED = frozenset({"sts:GetCallerIdentity"})


def resource_of(call: AwsCall, account_id: str) -> str:
    """The ARN that a policy must name for this call; `*` for operations without a resource."""
    if call.service == "secretsmanager" and "SecretId" in call.parameters:
        return _secret_arn(call, account_id)
    if call.service == "iam" and "RoleName" in call.parameters:
        return _role_arn(account_id, call.parameters["RoleName"])
    if call.service == "iam" and "PolicyArn" in call.parameters:
        return str(call.parameters["PolicyArn"])
    if call.service == "iam" and "UserName" in call.parameters:
        return _user_arn(account_id, call.parameters["UserName"])
    if call.service == "sts":
        return str(call.parameters.get("RoleArn", "*"))
    if call.service == "athena":
        # Queries belong to a workgroup; those that name none are asked about in the one that everybody uses.
        workgroup = call.parameters.get("WorkGroup", "primary")
        return f"arn:{PARTITION}:athena:{call.region}:{account_id}:workgroup/{workgroup}"
    if "resourceArn" in call.parameters:
        return str(call.parameters["resourceArn"])
    for member, kind in _KINDS.items():
        identifier = str(call.parameters.get(member, ""))
        if identifier:
            base = f"arn:{PARTITION}:rolesanywhere:{call.region}:{account_id}"
            return identifier if identifier.startswith("arn:") else f"{base}:{kind}/{identifier}"
    return "*"


def _secret_arn(call: AwsCall, account_id: str) -> str:
    name = str(call.parameters["SecretId"])
    return (
        name if name.startswith("arn:") else f"arn:{PARTITION}:secretsmanager:{call.region}:{account_id}:secret:{name}"
    )


def is_within_session_policy(call: AwsCall, caller: Caller) -> bool:
    """Whether the caller's session policy allows the call; True when there is no such policy."""
    action = call.action
    if not caller.session or not caller.session.policy or action in _ALWAYS_ALLOWED:
        return True
    policy = Policy("session", "IAM Policy", as_document(caller.session.policy))
    return all(decide([policy], asked).decision == "allowed" for asked in _asked(call, caller))


def is_allowed_by_identity(call: AwsCall, caller: Caller) -> bool:
    """Whether the caller's own policies, less its boundary, allow the call; root may do everything."""
    action = call.action
    principal = caller.session.role_arn if caller.session else caller.arn
    if action in _ALWAYS_ALLOWED or principal.endswith(":root"):
        return True
    try:
        policies, boundary = policies_of(principal)
    except NotFoundException:
        return True
    decisions = {decide_within(policies, boundary, asked).decision for asked in _asked(call, caller)}
    if boundary is None and not any(may_allow(policy) for policy in policies):
        return "explicitDeny" not in decisions
    return decisions == {"allowed"}


def _asked(call: AwsCall, caller: Caller) -> list[Call]:
    """What must be allowed for this call: to create something with tags is to tag it too.

    The schema of AWS::RolesAnywhere::TrustAnchor names both permissions for creating one.

    See: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-rolesanywhere-trustanchor.html
    """
    context = context_of(call, caller)
    asked = [Call(call.action, resource_of(call, caller.account_id), context)]
    kind = _TAGGED.get(call.action)
    if kind and call.parameters.get("tags"):
        arn = f"arn:{PARTITION}:rolesanywhere:{call.region}:{caller.account_id}:{kind}/*"
        asked.append(Call("rolesanywhere:TagResource", arn, context))
    return asked


def context_of(call: AwsCall, caller: Caller) -> dict[str, tuple[str, ...]]:
    """The condition keys that every call has, and the policy of those that attach one.

    See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
    """
    values = {
        "aws:sourceip": call.source_ip,
        "aws:requestedregion": call.region,
        "aws:principalarn": caller.session.role_arn if caller.session else caller.arn,
        "aws:principalaccount": caller.account_id,
        "aws:useragent": call.user_agent,
        "aws:userid": caller.identity["principalId"],
        "aws:tokenissuetime": caller.session.started_at.isoformat() if caller.session else None,
        "iam:policyarn": call.parameters.get("PolicyArn") if call.service == "iam" else None,
        "aws:sourceidentity": caller.session.source_identity if caller.session else None,
    }
    return {name: (value,) for name, value in values.items() if value}


def is_switched_off(caller: Caller) -> bool:
    """Whether the call was signed with a user's key that somebody made inactive."""
    key_id = caller.identity.get("accessKeyId")
    if caller.identity["type"] != "IAMUser":
        return False
    user = iam_backends[caller.account_id][PARTITION].get_user(caller.identity["userName"])
    return any(key.access_key_id == key_id and key.status == "Inactive" for key in user.access_keys)


def _user_arn(account_id: str, user_name: str) -> str:
    try:
        return str(iam_backends[account_id][PARTITION].get_user(user_name).arn)
    except NoSuchEntity:
        return f"arn:{PARTITION}:iam::{account_id}:user/{user_name}"


def _role_arn(account_id: str, role_name: str) -> str:
    try:
        return str(iam_backends[account_id][PARTITION].get_role(role_name).arn)
    except NotFoundException:
        return f"arn:{PARTITION}:iam::{account_id}:role/{role_name}"
