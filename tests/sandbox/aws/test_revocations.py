"""What revokes in AWS revokes here: denials by the age of a session, and access keys that are inactive."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.domain.session_revocation import revocation_document
from bot.sandbox.aws.clients import Credentials

TRUST = '{"Version": "2012-10-17", "Statement": []}'


def _session(once: Any, endpoint: str, role_arn: str, name: str) -> Credentials:
    made = once("sts", endpoint).assume_role(RoleArn=role_arn, RoleSessionName=name)["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def _works(once: Any, endpoint: str, session: Credentials) -> bool:
    try:
        once("rolesanywhere", endpoint, session).list_trust_anchors()
    except ClientError as error:
        return error.response["Error"]["Code"] != "AccessDeniedException"
    return True


@pytest.mark.parametrize("only_one", [False, True])
def test_a_denial_by_age_and_user_id(once: Any, endpoint: str, *, only_one: bool) -> None:
    """Our document ends the sessions that began before its moment, or the one that it names, and no later one."""
    iam = once("iam", endpoint)
    role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=TRUST)["Role"]
    first, second = (_session(once, endpoint, role["Arn"], name) for name in ("one", "two"))
    named = (f"{role['RoleId']}:one",) if only_one else ()
    later, earlier = (datetime.now(UTC) + timedelta(hours=step) for step in (1, -1))
    iam.put_role_policy(RoleName="deployer", PolicyName="p", PolicyDocument=revocation_document(later, named))
    assert (_works(once, endpoint, first), _works(once, endpoint, second)) == (False, only_one)
    iam.put_role_policy(RoleName="deployer", PolicyName="p", PolicyDocument=revocation_document(earlier, named))
    assert (_works(once, endpoint, first), _works(once, endpoint, second)) == (True, True)


def test_an_inactive_key_is_refused_until_it_is_active_again(once: Any, endpoint: str) -> None:
    """The key of a user works, does not, and works again; other keys go on."""
    iam = once("iam", endpoint)
    iam.create_user(UserName="mallory")
    made = iam.create_access_key(UserName="mallory")["AccessKey"]
    key = Credentials(made["AccessKeyId"], made["SecretAccessKey"])
    assert _works(once, endpoint, key)
    iam.update_access_key(UserName="mallory", AccessKeyId=key.access_key_id, Status="Inactive")
    with pytest.raises(ClientError) as refused:
        once("rolesanywhere", endpoint, key).list_trust_anchors()
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"
    iam.update_access_key(UserName="mallory", AccessKeyId=key.access_key_id, Status="Active")
    assert _works(once, endpoint, key)


def test_a_user_is_a_resource(once: Any, endpoint: str) -> None:
    """A session policy that names one user lets a call on this user through and no other."""
    iam = once("iam", endpoint)
    users = [iam.create_user(UserName=name)["User"]["Arn"] for name in ("one", "two")]
    role = iam.create_role(RoleName="act", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    statement = {"Effect": "Allow", "Action": "iam:ListAccessKeys", "Resource": users[0]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = once("sts", endpoint).assume_role(RoleArn=role, RoleSessionName="one", Policy=policy)["Credentials"]
    session = Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    assert once("iam", endpoint, session).list_access_keys(UserName="one")["AccessKeyMetadata"] == []
    with pytest.raises(ClientError, match="ListAccessKeys"):
        once("iam", endpoint, session).list_access_keys(UserName="two")
