"""IAM's lists: as long as AWS's, and as short."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture
def iam(once: Any, endpoint: str) -> Any:
    """IAM as root with five roles and two users."""
    made = once("iam", endpoint)
    for number in range(5):
        made.create_role(RoleName=f"role-{number}", AssumeRolePolicyDocument=TRUST, Tags=[{"Key": "a", "Value": "b"}])
    for number in range(2):
        made.create_user(UserName=f"user-{number}")
    return made


def test_lists_of_roles_say_less_than_get_role(iam: Any) -> None:
    """ListRoles has no tags and no last use; GetRole has both."""
    listed = iam.list_roles()["Roles"][0]
    assert {"Tags", "RoleLastUsed", "PermissionsBoundary"} & set(listed) == set()
    assert listed["AssumeRolePolicyDocument"] == {"Version": "2012-10-17", "Statement": []}
    assert iam.get_role(RoleName=listed["RoleName"])["Role"]["Tags"] == [{"Key": "a", "Value": "b"}]


def test_authorization_details_come_in_pages(iam: Any) -> None:
    """Seven users and roles come in pages of three, each once, and a marker of one's own is refused."""
    pages = list(
        iam.get_paginator("get_account_authorization_details").paginate(
            Filter=["User", "Role"], PaginationConfig={"PageSize": 3}
        )
    )
    counts = [len(page["UserDetailList"]) + len(page["RoleDetailList"]) for page in pages]
    names = {role["RoleName"] for page in pages for role in page["RoleDetailList"]}
    assert counts == [3, 3, 1]
    assert names == {f"role-{number}" for number in range(5)}
    with pytest.raises(ClientError, match="Invalid Marker"):
        iam.get_account_authorization_details(Marker="made up")
