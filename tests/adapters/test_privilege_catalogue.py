"""The lists of the library, held against the library's own judgement where that is right."""

from __future__ import annotations

import json

import pytest
from cloudsplaining.scan.policy_document import PolicyDocument

from bot.adapters.privilege_catalogue import privilege_catalogue
from bot.domain.privileges.permissions import Permissions, privileges
from bot.domain.privileges.policy_lines import policy_lines

POLICIES = [
    {"Action": ["*"]},
    {"Action": ["iam:*", "s3:*"]},
    {"Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]},
    {"Action": ["sts:GetSessionToken", "ecr:GetAuthorizationToken"]},
    {"Action": ["ec2:RunInstances", "iam:PassRole"]},
    {"Action": ["glue:CreateDevEndpoint"], "Resource": "arn:aws:glue:us-east-1:111122223333:devEndpoint/one"},
    {"NotAction": ["iam:*"]},
    {"Action": ["s3:GetObject"]},
]


@pytest.mark.parametrize("statement", POLICIES, ids=json.dumps)
def test_simple_policies_are_judged_as_the_library_does(statement: dict[str, object]) -> None:
    """For Allows without conditions both name the same ways to more permissions and the same credentials."""
    document = {"Statement": [{"Effect": "Allow", "Resource": "*", **statement}]}
    theirs = PolicyDocument(document)
    ours = privileges(Permissions(policy_lines(document)), privilege_catalogue(), "111122223333")
    names = {one.removeprefix("IAM: ") for one in ours.escalations}
    assert names == {one["type"] for one in theirs.allows_privilege_escalation}
    secrets = {"secretsmanager:getsecretvalue", *(f"ssm:getparameter{end}" for end in ("", "s", "sbypath"))}
    assert set(ours.credentials) - secrets >= {one.lower() for one in theirs.credentials_exposure}


def test_the_lists_are_read_once() -> None:
    """The library's databases take half a second; they are not read for every role."""
    assert privilege_catalogue() is privilege_catalogue()
