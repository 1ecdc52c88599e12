"""The services around an account: Regions, the organisation, stacks, metrics."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.attack import attack
from bot.sandbox.aws.clients import ROOT, connect
from bot.sandbox.aws.regions import ENABLED_BY_DEFAULT
from bot.sandbox.aws.rogue_ca import make_rogue_ca
from bot.sandbox.aws.stacks import OwnedResource, owned_resources


def _refusal(call: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    return str(refused.value.response["Error"]["Code"])


@pytest.fixture
def open_role(once: Any, endpoint: str) -> str:
    """A role that any certificate of any anchor can enter."""
    actions = '["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]'
    statement = f'{{"Effect": "Allow", "Principal": {{"Service": "rolesanywhere.amazonaws.com"}}, "Action": {actions}}}'
    trust = f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'
    role = once("iam", endpoint).create_role(RoleName="open", AssumeRolePolicyDocument=trust)["Role"]
    return str(role["Arn"])


def test_two_lists_of_regions_agree(once: Any, endpoint: str) -> None:
    """EC2 and Account Management name the same enabled Regions; the pages of the latter are complete."""
    ec2 = {one["RegionName"] for one in once("ec2", endpoint).describe_regions()["Regions"]}
    pages = once("account", endpoint).get_paginator("list_regions").paginate(PaginationConfig={"PageSize": 10})
    listed = [one for page in pages for one in page["Regions"]]
    on = {one["RegionName"] for one in listed if one["RegionOptStatus"] != "DISABLED"}
    assert ec2 == on == set(ENABLED_BY_DEFAULT)
    assert len(listed) == len({one["RegionName"] for one in listed}) > len(on)
    assert _refusal(once("account", endpoint).list_regions, MaxResults=51) == "ValidationException"


def test_organisation_answers_to_its_management_account(once: Any, endpoint: str) -> None:
    """The management account can read name, tags and parent of a member; the member itself is refused."""
    managing = once("organizations", endpoint)
    managing.create_organization(FeatureSet="ALL")
    made = managing.create_account(
        AccountName="payments-prod", Email="aws@example.com", Tags=[{"Key": "env", "Value": "prod"}]
    )
    account_id = made["CreateAccountStatus"]["AccountId"]
    assert managing.describe_account(AccountId=account_id)["Account"]["Name"] == "payments-prod"
    assert managing.list_tags_for_resource(ResourceId=account_id)["Tags"] == [{"Key": "env", "Value": "prod"}]
    assert managing.list_parents(ChildId=account_id)["Parents"][0]["Type"] == "ROOT"
    member = connect("organizations", endpoint, credentials=ROOT, account_id=account_id, attempts=1)
    assert _refusal(member.describe_account, AccountId=account_id) == "AccessDeniedException"


def test_stack_is_found_by_what_it_owns(once: Any, endpoint: str) -> None:
    """DescribeStackResources by physical id answers the whole stack, and a ValidationError for anything else."""
    formation = once("cloudformation", endpoint)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    owned_resources["123456789012"]["us-east-1"].resources += [
        OwnedResource("pki", "Anchor", "11111111-2222-3333-4444-555555555555", "AWS::RolesAnywhere::TrustAnchor", now),
        OwnedResource("pki", "Role", "pki-role", "AWS::IAM::Role", now),
    ]
    found = formation.describe_stack_resources(PhysicalResourceId="11111111-2222-3333-4444-555555555555")
    assert [one["LogicalResourceId"] for one in found["StackResources"]] == ["Anchor", "Role"]
    assert {one["StackName"] for one in found["StackResources"]} == {"pki"}
    assert _refusal(formation.describe_stack_resources, PhysicalResourceId="other") == "ValidationError"


def test_metrics_count_sessions_by_trust_anchor(once: Any, endpoint: str, control: Any, open_role: str) -> None:
    """Success is counted by trust anchor, failures by error type; another anchor's number is not in it."""
    done = attack(endpoint, role_arn=open_role, sessions=3)
    attack(endpoint, role_arn=open_role, sessions=1)
    session = {
        "trust_anchor_arn": done.trust_anchor_arn,
        "profile_arn": done.profile_arn,
        "role_arn": open_role,
        "certificate": make_rogue_ca("other").issue("x"),
    }
    assert control.create_session(**session)["credentials"] is None
    now = datetime.now(UTC)
    span = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(minutes=1)}
    dimensions = [
        {"Name": "TrustAnchorArn", "Value": done.trust_anchor_arn},
        {"Name": "Operation", "Value": "CreateSession"},
    ]
    metric = {"Namespace": "AWS/RolesAnywhere", "MetricName": "Success", "Dimensions": dimensions}
    watch = once("cloudwatch", endpoint)
    query = {"Id": "used", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}
    (series,) = watch.get_metric_data(MetricDataQueries=[query], **span)["MetricDataResults"]
    assert sum(series["Values"]) == 3
    points = watch.get_metric_statistics(**metric, **span, Period=60, Statistics=["Sum"])["Datapoints"]
    assert sum(point["Sum"] for point in points) == 3
    failed = {
        "Namespace": "AWS/RolesAnywhere",
        "MetricName": "Failure",
        "Dimensions": [
            {"Name": "Operation", "Value": "CreateSession"},
            {"Name": "ErrorType", "Value": "AccessDeniedException"},
        ],
    }
    points = watch.get_metric_statistics(**failed, **span, Period=60, Statistics=["Sum"])["Datapoints"]
    assert sum(point["Sum"] for point in points) == 1


def test_metrics_have_limits(once: Any, endpoint: str) -> None:
    """More than 1,440 points, and a period that is no multiple of a minute, are refused."""
    watch = once("cloudwatch", endpoint)
    now = datetime.now(UTC)
    asked: dict[str, Any] = {"Namespace": "AWS/RolesAnywhere", "MetricName": "Success", "Statistics": ["Sum"]}
    long = {"StartTime": now - timedelta(days=90), "EndTime": now}
    assert _refusal(watch.get_metric_statistics, **asked, **long, Period=60) == "InvalidParameterCombination"
    short = {"StartTime": now - timedelta(hours=1), "EndTime": now}
    assert _refusal(watch.get_metric_statistics, **asked, **short, Period=90) == "ValidationError"
