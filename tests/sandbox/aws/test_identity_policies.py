"""Callers with policies of their own may do what these allow and nothing else."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.seed import user_with_key


def _policy(effect: str, action: str, resource: str = "*") -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": resource}]}
    )


@pytest.fixture
def iam(once: Any, endpoint: str) -> Any:
    """IAM as root."""
    return once("iam", endpoint)


def _refusal(call: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    return str(refused.value.response["Error"]["Code"])


def test_user_without_policies_is_not_held(once: Any, endpoint: str, iam: Any) -> None:
    """A user that nobody wrote a policy for may do everything, as tests expect."""
    key, _ = user_with_key(iam, "free")
    assert once("iam", endpoint, key).list_roles()["Roles"] == []


def test_policies_of_a_user_and_its_groups_are_enforced(once: Any, endpoint: str, iam: Any) -> None:
    """What an inline policy, a managed one, or one of a group allows passes; a denial wins; the rest is refused."""
    key, _ = user_with_key(iam, "held")
    iam.put_user_policy(UserName="held", PolicyName="reads", PolicyDocument=_policy("Allow", "iam:List*"))
    iam.create_group(GroupName="team")
    iam.add_user_to_group(GroupName="team", UserName="held")
    iam.put_group_policy(GroupName="team", PolicyName="no-users", PolicyDocument=_policy("Deny", "iam:ListUsers"))
    acting = once("iam", endpoint, key)
    assert acting.list_roles()["Roles"] == []
    assert _refusal(acting.list_users) == "AccessDenied"
    assert _refusal(acting.create_user, UserName="x") == "AccessDenied"
    assert _refusal(once("ec2", endpoint, key).describe_regions) == "UnauthorizedOperation"
    assert _refusal(once("rolesanywhere", endpoint, key).list_profiles) == "AccessDeniedException"


def test_simulation_says_which_policy_decides(iam: Any) -> None:
    """SimulatePrincipalPolicy tells allowed, explicit and implicit denial with the policy's name, and the boundary."""
    trust = '{"Version": "2012-10-17", "Statement": []}'
    bound = iam.create_policy(PolicyName="bound", PolicyDocument=_policy("Allow", "rolesanywhere:List*"))["Policy"]
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust, PermissionsBoundary=bound["Arn"])["Role"]
    iam.put_role_policy(RoleName="r", PolicyName="anywhere", PolicyDocument=_policy("Allow", "rolesanywhere:*"))
    iam.put_role_policy(RoleName="r", PolicyName="never", PolicyDocument=_policy("Deny", "iam:*"))
    names = ["rolesanywhere:ListProfiles", "rolesanywhere:CreateTrustAnchor", "iam:GetRole", "s3:GetObject"]
    results = iam.simulate_principal_policy(PolicySourceArn=role["Arn"], ActionNames=names)["EvaluationResults"]
    assert [result["EvalDecision"] for result in results] == ["allowed", "implicitDeny", "explicitDeny", "implicitDeny"]
    assert [one["SourcePolicyId"] for one in results[0]["MatchedStatements"]] == ["anywhere"]
    assert [one["SourcePolicyId"] for one in results[2]["MatchedStatements"]] == ["never"]
    within = [one["PermissionsBoundaryDecisionDetail"]["AllowedByPermissionsBoundary"] for one in results]
    assert within == [True, False, False, False]


def test_simulation_needs_a_user_or_role(iam: Any) -> None:
    """Root, a session and a name that does not exist are refused as AWS refuses them."""
    session = "arn:aws:sts::123456789012:assumed-role/r/s"
    for arn in ("arn:aws:iam::123456789012:root", session):
        assert _refusal(iam.simulate_principal_policy, PolicySourceArn=arn, ActionNames=["a:b"]) == "InvalidInput"
    ghost = "arn:aws:iam::123456789012:user/ghost"
    assert _refusal(iam.simulate_principal_policy, PolicySourceArn=ghost, ActionNames=["a:b"]) == "NoSuchEntity"
