"""Policies have AWS's limits here: versions, sizes, and how many a role may have."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = '{"Version": "2012-10-17", "Statement": []}'


def _document(characters: int) -> str:
    """A policy of so many characters, not counting white space."""
    statement = {"Sid": "", "Effect": "Deny", "Action": "*", "Resource": "*"}
    made: dict[str, Any] = {"Version": "2012-10-17", "Statement": [statement]}
    statement["Sid"] = "a" * (characters - len(json.dumps(made, separators=(",", ":"))))
    return json.dumps(made, indent=4)


def _code(call: Callable[..., Any], **parameters: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**parameters)
    return str(refused.value.response["Error"]["Code"])


@pytest.fixture
def iam(once: Any, endpoint: str) -> Any:
    """IAM as root with a role."""
    made = once("iam", endpoint)
    made.create_role(RoleName="deployer", AssumeRolePolicyDocument=TRUST)
    return made


def test_a_managed_policy_has_five_versions_and_a_size(iam: Any) -> None:
    """The sixth version is refused, the one in force can't be deleted, white space does not count."""
    arn = iam.create_policy(PolicyName="p", PolicyDocument=_document(6_144))["Policy"]["Arn"]
    assert _code(iam.create_policy, PolicyName="p", PolicyDocument=_document(100)) == "EntityAlreadyExists"
    assert _code(iam.create_policy, PolicyName="q", PolicyDocument=_document(6_145)) == "LimitExceeded"
    version = {"PolicyArn": arn, "SetAsDefault": True}
    assert _code(iam.create_policy_version, **version, PolicyDocument=_document(6_145)) == "LimitExceeded"
    assert _code(iam.create_policy_version, **version, PolicyDocument="{}") == "MalformedPolicyDocument"
    for _ in range(4):
        iam.create_policy_version(**version, PolicyDocument=_document(200))
    assert _code(iam.create_policy_version, **version, PolicyDocument=_document(200)) == "LimitExceeded"
    assert _code(iam.delete_policy_version, PolicyArn=arn, VersionId="v5") == "DeleteConflict"
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.create_policy_version(**version, PolicyDocument=_document(200))
    assert iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v6"
    assert _code(iam.get_policy, PolicyArn=f"{arn}2") == "NoSuchEntity"


def test_a_role_has_ten_managed_policies(iam: Any) -> None:
    """One more is refused, one that is there already is not, and each counts once."""
    document = _document(200)
    arns = [iam.create_policy(PolicyName=f"p{one}", PolicyDocument=document)["Policy"]["Arn"] for one in range(11)]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName="deployer", PolicyArn=arn)
    assert _code(iam.attach_role_policy, RoleName="deployer", PolicyArn=arns[10]) == "LimitExceeded"
    iam.attach_role_policy(RoleName="deployer", PolicyArn=arns[0])
    assert iam.get_policy(PolicyArn=arns[0])["Policy"]["AttachmentCount"] == 1
    iam.detach_role_policy(RoleName="deployer", PolicyArn=arns[0])
    assert _code(iam.detach_role_policy, RoleName="deployer", PolicyArn=arns[0]) == "NoSuchEntity"
    assert _code(iam.attach_role_policy, RoleName="nobody", PolicyArn=arns[0]) == "NoSuchEntity"
    assert iam.get_account_summary()["SummaryMap"]["AttachedPoliciesPerRoleQuota"] == 10


def test_inline_policies_have_a_size_together(iam: Any) -> None:
    """All of a role count, but for the one that is put anew."""
    put = {"RoleName": "deployer", "PolicyDocument": _document(5_120)}
    iam.put_role_policy(**put, PolicyName="one")
    iam.put_role_policy(**put, PolicyName="two")
    iam.put_role_policy(**put, PolicyName="two")
    assert _code(iam.put_role_policy, **put, PolicyName="three") == "LimitExceeded"
