"""The stand-in tells the truth of every scenario to anybody who asks with boto3."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.server import AwsStandIn
from bot.sandbox.scenarios import TITLES, busy_account
from bot.sandbox.scenarios.play import SCENARIOS, play
from bot.sandbox.scenarios.stage import Stage
from bot.sandbox.scenarios.truth import Played
from tests.sandbox.scenarios.observed import Eyes, age_days, fingerprint_of, serial_in

SMALL = [name for name in TITLES if name != "busy-account"]
READS = ("Get", "List", "Describe")


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A stand-in with AWS's own policies, which scenarios attach."""
    with AwsStandIn(rate_scale=0, delivery_delay=timedelta(0)) as running:
        yield running.endpoint_url


@pytest.fixture
def eyes(request: pytest.FixtureRequest, endpoint: str) -> Eyes:
    """What can be seen of the scenario that the test names."""
    return Eyes(endpoint, play(request.param, endpoint))


def test_every_scenario_has_a_title_and_a_play() -> None:
    """The names that the command shows are those that can be played."""
    assert set(TITLES) == set(SCENARIOS)
    assert len(TITLES) > 12


@pytest.mark.parametrize("eyes", SMALL, indirect=True)
def test_stand_in_tells_the_truth(eyes: Eyes) -> None:
    """Detection, anchor, actor, sessions, what these did, reach and priority's ground are as the truth says."""
    _detection(eyes.played)
    _anchor(eyes)
    _actor(eyes)
    _before(eyes)
    _sessions(eyes)
    _surroundings(eyes)
    _permissions(eyes)
    _reach(eyes)


def _detection(played: Played) -> None:
    event = json.loads(played.body)
    answered = event["detail"]["responseElements"]["trustAnchor"]
    assert event["detail"] == played.record
    assert answered["trustAnchorArn"] == played.truth.trust_anchor_arn
    assert (event["account"], event["region"]) == (played.truth.account_id, played.truth.region)
    happened = datetime.fromisoformat(played.record["eventTime"])
    changed = datetime.fromisoformat(answered["updatedAt"])
    assert abs(changed - happened) < timedelta(seconds=5)
    assert played.record["userIdentity"]["arn"] == played.truth.actor_arn
    assert played.record["userIdentity"]["accessKeyId"] == played.truth.actor_key_id


def _anchor(eyes: Eyes) -> None:
    truth = eyes.played.truth
    live = eyes.client("rolesanywhere").get_trust_anchor(trustAnchorId=truth.trust_anchor_arn.rpartition("/")[2])
    key = fingerprint_of(live["trustAnchor"]["source"]["sourceData"]["x509CertificateData"])
    assert live["trustAnchor"]["enabled"]
    assert (key in eyes.played.approved_ca_keys) == truth.ca_approved
    assert eyes.anchors_with(key) == set(truth.same_ca)


def _actor(eyes: Eyes) -> None:
    truth = eyes.played.truth
    if truth.actor_mfa is None:
        assert ":assumed-role/" in truth.actor_arn
        assert truth.actor_key_age_days is None
        return
    name = truth.actor_arn.rpartition("/")[2]
    iam = eyes.client("iam")
    assert bool(iam.list_mfa_devices(UserName=name)["MFADevices"]) == truth.actor_mfa
    keys = {key["AccessKeyId"]: key for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]}
    assert truth.actor_key_age_days is not None
    assert abs(age_days(keys[truth.actor_key_id]["CreateDate"]) - truth.actor_key_age_days) < 1
    (may,) = iam.simulate_principal_policy(PolicySourceArn=truth.actor_arn, ActionNames=[_action(eyes)])[
        "EvaluationResults"
    ]
    has_policies = iam.list_user_policies(UserName=name)["PolicyNames"]
    assert (may["EvalDecision"] == "allowed") == bool(has_policies)


def _action(eyes: Eyes) -> str:
    return f"rolesanywhere:{eyes.played.record['eventName']}"


def _before(eyes: Eyes) -> None:
    truth = eyes.played.truth
    happened = datetime.fromisoformat(eyes.played.record["eventTime"])
    regions = {truth.region, "us-east-1", "eu-west-1"}
    mine = [
        record
        for region in sorted(regions)
        for record in eyes.records("ReadOnly", "true", region=region)
        + eyes.records("EventName", "CreateTrustAnchor", region=region)
        if _who(record) == _who(eyes.played.record)
    ]
    mine.sort(key=lambda record: record["eventTime"])
    hour = [
        record["eventName"]
        for record in mine
        if record["eventName"].startswith(READS)
        and timedelta(0) <= happened - datetime.fromisoformat(record["eventTime"]) < timedelta(hours=1)
    ]
    assert sorted(hour) == sorted(truth.recon)
    earlier = [
        record["responseElements"]["trustAnchor"]["trustAnchorArn"]
        for record in mine
        if record["eventName"] == "CreateTrustAnchor" and datetime.fromisoformat(record["eventTime"]) < happened
    ]
    assert tuple(earlier) == truth.earlier_anchors


def _who(record: Any) -> Any:
    identity = record["userIdentity"]
    return identity.get("sessionContext", {}).get("sessionIssuer", {}).get("arn") or identity.get("arn")


def _sessions(eyes: Eyes) -> None:
    truth = eyes.played.truth
    found = eyes.sessions()
    assert tuple(serial_in(one) for one in found if "errorCode" not in one) == truth.sessions_issued
    assert tuple(serial_in(one) for one in found if "errorCode" in one) == truth.sessions_refused
    did = eyes.followed()
    worked = [record for record in did if "errorCode" not in record]
    named = {name: [one for one in worked if one["eventName"] == name] for name in {one["eventName"] for one in worked}}
    roles = [one["requestParameters"]["roleArn"] for one in named.get("AssumeRole", [])]
    assert tuple(roles) == truth.chained_roles
    assert tuple(role.split(":")[4] for role in roles) == truth.chained_accounts
    secrets = [one["requestParameters"]["secretId"] for one in named.get("GetSecretValue", [])]
    assert tuple(secrets) == truth.secrets_read
    assert len(named.get("ModifySnapshotAttribute", [])) == len(truth.shared_with)
    assert all(account in json.dumps(named["ModifySnapshotAttribute"]) for account in truth.shared_with)
    keys = [one["responseElements"]["accessKey"]["accessKeyId"] for one in named.get("CreateAccessKey", [])]
    assert tuple(keys) == truth.keys_left_behind
    dimensions = [
        {"Name": "Operation", "Value": "CreateSession"},
        {"Name": "TrustAnchorArn", "Value": truth.trust_anchor_arn},
    ]
    now = datetime.fromisoformat(eyes.played.record["eventTime"])
    points = eyes.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/RolesAnywhere",
        MetricName="Success",
        Dimensions=dimensions,
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=300,
        Statistics=["Sum"],
    )["Datapoints"]
    assert sum(point["Sum"] for point in points) == len(truth.sessions_issued)


def _surroundings(eyes: Eyes) -> None:
    truth = eyes.played.truth
    managing = eyes.client("organizations", "123456789012")
    (parent,) = managing.list_parents(ChildId=truth.account_id)["Parents"]
    unit = managing.describe_organizational_unit(OrganizationalUnitId=parent["Id"])["OrganizationalUnit"]["Name"]
    tags = {tag["Key"]: tag["Value"] for tag in managing.list_tags_for_resource(ResourceId=truth.account_id)["Tags"]}
    assert (unit == "Sandbox") == (tags["env"] == "sandbox") == truth.lab
    assert (truth.account_id in eyes.played.lab_accounts) == truth.lab
    formation = eyes.client("cloudformation")
    asked = {"PhysicalResourceId": truth.trust_anchor_arn.rpartition("/")[2]}
    if truth.stack is None:
        with pytest.raises(ClientError, match="does not exist"):
            formation.describe_stack_resources(**asked)
    else:
        (owned,) = formation.describe_stack_resources(**asked)["StackResources"]
        assert owned["StackName"] == truth.stack


def _permissions(eyes: Eyes) -> None:
    anchor_id = eyes.played.truth.trust_anchor_arn.rpartition("/")[2]
    assert eyes.bot("rolesanywhere").get_trust_anchor(trustAnchorId=anchor_id)
    tries = {
        "cloudtrail:LookupEvents": lambda: eyes.bot("cloudtrail").lookup_events(),
        "iam:ListRoles": lambda: eyes.bot("iam").list_roles(),
        "iam:ListAttachedRolePolicies": lambda: eyes.bot("iam").list_attached_role_policies(
            RoleName="anchorwatch-read"
        ),
        "cloudwatch:GetMetricData": lambda: eyes.bot("cloudwatch").get_metric_data(
            MetricDataQueries=[],
            StartTime=datetime(2026, 1, 1, tzinfo=None),  # noqa: DTZ001 - Any two moments do.
            EndTime=datetime(2026, 1, 2, tzinfo=None),  # noqa: DTZ001 - As above.
        ),
        "rolesanywhere:ListSubjects": lambda: eyes.bot("rolesanywhere").list_subjects(),
    }
    denied = {action for action, attempt in tries.items() if _is_denied(attempt)}
    assert denied == {one.action for one in eyes.played.truth.unchecked}


def _is_denied(attempt: Any) -> bool:
    try:
        attempt()
    except ClientError as refused:
        return refused.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")
    return False


def _reach(eyes: Eyes) -> None:
    truth = eyes.played.truth
    listed = {
        (role, profile["profileArn"])
        for profile in eyes.client("rolesanywhere").list_profiles()["profiles"]
        for role in profile["roleArns"]
    }
    assert listed == {(one.role_arn, one.profile_arn) for one in truth.reach if one.profile_arn}
    for one in truth.reach:
        assert eyes.is_administrator(one.role_arn) == one.administrator
    if truth.ca_approved:
        return
    for one in truth.reach:
        assert eyes.opens(one) == (one.verdict == "usable" or one.one_profile_away), one


def test_busy_account_has_the_size_that_is_asked(endpoint: str) -> None:
    """Profiles, roles and events are as many as asked, and the truth names every role that trusts Roles Anywhere."""
    played = busy_account.busy_account(Stage(endpoint), profiles=3, roles=30, events=120)
    eyes = Eyes(endpoint, played)
    profiles = eyes.client("rolesanywhere").list_profiles()["profiles"]
    roles = eyes.client("iam").get_paginator("list_roles").paginate()
    names = [role["RoleName"] for page in roles for role in page["Roles"]]
    events = eyes.records("Username", "ops-bot") + eyes.records("Username", "deploy-bot")
    assert len(profiles) == 3
    assert len([name for name in names if name.startswith(("service-", "workload-"))]) == 30
    assert 115 < len(events) < 130
    assert len(played.truth.reach) == 10
    assert played.truth.reachable
    assert tuple(serial_in(one) for one in eyes.sessions()) == played.truth.sessions_issued
