"""What was done with a key: each kind of act, what it was about, and to whom data went."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.usage.act_kinds import ActKind
from bot.domain.usage.acts import acts_of, of_kinds
from bot.domain.usage.words import act_line

OWN, OTHER = "111122223333", "444455556666"


def call(source: str, name: str, asked: Any = None, **changes: Any) -> dict[str, Any]:
    """A call of a session's key."""
    return {
        "eventID": f"{source}{name}",
        "eventTime": "2026-11-22T02:00:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "eventCategory": "Management",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "203.0.113.7",
        "recipientAccountId": OWN,
        "userIdentity": {"type": "AssumedRole", "accessKeyId": "ASIA1", "accountId": OWN},
        "requestParameters": asked,
        **changes,
    }


@pytest.mark.parametrize(
    ("source", "name", "kind"),
    [
        ("sts", "AssumeRole", ActKind.CHAINED),
        ("sts", "GetCallerIdentity", ActKind.OTHER),
        ("sts", "GetSessionToken", ActKind.CREDENTIALS),
        ("iam", "CreateAccessKey", ActKind.CREDENTIALS),
        ("iam", "UpdateAssumeRolePolicy", ActKind.CREDENTIALS),
        ("iam", "CreateOpenIDConnectProvider", ActKind.CREDENTIALS),
        ("iam", "AttachRolePolicy", ActKind.IAM),
        ("iam", "ListUsers", ActKind.OTHER),
        ("rolesanywhere", "CreateTrustAnchor", ActKind.CREDENTIALS),
        ("rolesanywhere", "ListTrustAnchors", ActKind.OTHER),
        ("secretsmanager", "GetSecretValue", ActKind.SECRETS),
        ("ssm", "GetParametersByPath", ActKind.SECRETS),
        ("kms", "Decrypt", ActKind.SECRETS),
        ("ssm", "SendCommand", ActKind.REMOTE),
        ("ssm", "StartSession", ActKind.REMOTE),
        ("signin", "ConsoleLogin", ActKind.CONSOLE),
        ("cloudtrail", "StopLogging", ActKind.LOGGING),
        ("ec2", "ModifySnapshotAttribute", ActKind.SHARED),
        ("ec2", "ModifyImageAttribute", ActKind.SHARED),
        ("rds", "ModifyDBSnapshotAttribute", ActKind.SHARED),
        ("s3", "PutBucketPolicy", ActKind.SHARED),
        ("ec2", "DescribeInstances", ActKind.OTHER),
    ],
)
def test_each_call_has_its_kind(source: str, name: str, kind: ActKind) -> None:
    """The operations that matter are known by service and name."""
    (act,) = acts_of([call(source, name)])
    assert (act.kind, act.name) == (kind, f"{source}:{name}")


def test_data_events_are_known_by_their_category() -> None:
    """Reading an object is a data event."""
    (act,) = acts_of([call("s3", "GetObject", {"bucketName": "prod"}, eventCategory="Data")])
    assert (act.kind, act.what) == (ActKind.DATA, "prod")


def test_a_role_that_was_entered_has_its_account_and_key() -> None:
    """Both decide where to look next."""
    made = {"credentials": {"accessKeyId": "ASIA2", "expiration": "Nov 22, 2026, 3:00:00 AM"}}
    role = f"arn:aws:iam::{OTHER}:role/admin"
    (act,) = acts_of([call("sts", "AssumeRole", {"roleArn": role}, responseElements=made)])
    assert (act.account, act.new_key_id, act.what) == (OTHER, "ASIA2", role)
    assert str(act.new_key_ends) == "2026-11-22 03:00:00+00:00"


def test_a_new_access_key_is_found() -> None:
    """A user's key outlives every session."""
    made = {"accessKey": {"accessKeyId": "AKIA2", "userName": "eve"}}
    (act,) = acts_of([call("iam", "CreateAccessKey", {"userName": "eve"}, responseElements=made)])
    assert (act.new_key_id, act.new_key_ends, act.what) == ("AKIA2", None, "eve")
    assert act_line(act, {"ASIA1": "certificate ab"}) == (
        "2026-11-22 02:00:00 UTC us-east-1: iam:CreateAccessKey of eve, new key AKIA2; "
        "by certificate ab from 203.0.113.7"
    )


@pytest.mark.parametrize(
    ("asked", "given_to"),
    [
        ({"createVolumePermission": {"add": {"items": [{"userId": OTHER}]}}}, (OTHER,)),
        ({"createVolumePermission": {"add": {"items": [{"group": "all"}]}}}, ("everybody",)),
        ({"createVolumePermission": {"add": {"items": [{"userId": OWN}]}}}, ()),
        ({"bucketPolicy": {"Statement": [{"Principal": "*", "Action": "s3:GetObject"}]}}, ("everybody",)),
        ({"bucketPolicy": json.dumps({"Statement": [{"Principal": {"AWS": ["*"]}}]})}, ("everybody",)),
        ({"bucketPolicy": {"Statement": [{"Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}}]}}, (OTHER,)),
        ({"bucketPolicy": {"Statement": [{"Principal": {"Service": "x"}, "Action": "*", "Resource": "*"}]}}, ()),
        ({"x-amz-acl": "x", "grant": "http://acs.amazonaws.com/groups/global/AllUsers"}, ("everybody",)),
    ],
)
def test_whom_data_was_shared_with(asked: dict[str, Any], given_to: tuple[str, ...]) -> None:
    """Other accounts and everybody are named, the own account is not."""
    (act,) = acts_of([call("ec2", "ModifySnapshotAttribute", asked)])
    assert act.given_to == given_to


def test_refused_acts_stand_apart() -> None:
    """What AWS did not do was tried only."""
    acts = acts_of([call("kms", "Decrypt", errorCode="AccessDenied"), call("secretsmanager", "GetSecretValue")])
    assert [one.name for one in of_kinds(acts, ActKind.SECRETS)] == ["secretsmanager:GetSecretValue"]
    assert [one.name for one in of_kinds(acts, ActKind.SECRETS, done=False)] == ["kms:Decrypt"]


@given(st.lists(st.integers(0, 9), max_size=20), st.randoms())
def test_order_and_duplicates_change_nothing(numbers: list[int], shuffled: random.Random) -> None:
    """The same events give the same acts, however they come."""
    once = [call("iam", "CreateUser", eventID=str(number)) for number in sorted(set(numbers))]
    many = [call("iam", "CreateUser", eventID=str(number)) for number in numbers]
    shuffled.shuffle(many)
    assert acts_of(many) == acts_of(once)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(call("iam", "x"))), ODD, st.sampled_from(["roleArn", "name", "instanceIds"]), ODD)
def test_no_record_breaks_the_reading(member: str, odd: Any, asked: str, value: Any) -> None:
    """Whatever a member is, an act comes out whose line is bounded."""
    for source, name in (("sts", "AssumeRole"), ("ec2", "ModifySnapshotAttribute")):
        (act,) = acts_of([{**call(source, name, {asked: value}), member: odd}])
        assert len(act_line(act, {})) < 2_000
