"""LookupEvents at its real limits."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.server import AwsStandIn

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now


@pytest.fixture
def clock() -> HandClock:
    """The time of the stand-in."""
    return HandClock()


@pytest.fixture
def late(clock: HandClock) -> Iterator[AwsStandIn]:
    """A stand-in whose records arrive after five minutes."""
    with AwsStandIn(rate_scale=1, delivery_delay=timedelta(minutes=5), managed_policies=False, clock=clock) as running:
        yield running


@pytest.fixture
def trail(once: Any, endpoint: str) -> Any:
    """A CloudTrail client that never tries twice."""
    return once("cloudtrail", endpoint)


def _source(name: str) -> list[dict[str, str]]:
    return [{"AttributeKey": "EventSource", "AttributeValue": name}]


def _refusal(trail: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as refused:
        trail.lookup_events(**asked)
    return str(refused.value.response["Error"]["Code"])


def test_pages_are_newest_first_and_complete(trail: Any, anywhere: Any) -> None:
    """Five calls come back newest first over three pages of two, each once, as a JSON string with its summary."""
    for number in range(5):
        anywhere.list_profiles(pageSize=number + 1)
    pages = list(
        trail.get_paginator("lookup_events").paginate(
            LookupAttributes=_source("rolesanywhere.amazonaws.com"), PaginationConfig={"PageSize": 2}
        )
    )
    events = [event for page in pages for event in page["Events"]]
    sizes = [json.loads(event["CloudTrailEvent"])["requestParameters"]["pageSize"] for event in events]
    assert [len(page["Events"]) for page in pages] == [2, 2, 1]
    assert sizes == [5, 4, 3, 2, 1]
    assert {(event["EventName"], event["ReadOnly"], event["Username"]) for event in events} == {
        ("ListProfiles", "true", "root")
    }


def test_events_arrive_late(late: AwsStandIn, clock: HandClock, once: Any) -> None:
    """A call can't be found before the delivery delay is over, and can be found after it."""
    once("rolesanywhere", late.endpoint_url).list_profiles()
    trail = once("cloudtrail", late.endpoint_url)
    clock.now = NOON + timedelta(minutes=5) - timedelta(seconds=1)
    assert trail.lookup_events()["Events"] == []
    clock.now = NOON + timedelta(minutes=5)
    assert [event["EventName"] for event in trail.lookup_events()["Events"]] == ["ListProfiles"]


def test_two_requests_a_second(late: AwsStandIn, clock: HandClock, once: Any) -> None:
    """The third LookupEvents within a second is throttled; half a second later one more is let through."""
    trail = once("cloudtrail", late.endpoint_url)
    trail.lookup_events()
    trail.lookup_events()
    assert _refusal(trail) == "ThrottlingException"
    clock.now += timedelta(seconds=0.5)
    trail.lookup_events()
    assert _refusal(trail) == "ThrottlingException"


def test_late_arrivals_do_not_shift_pages(trail: Any, anywhere: Any) -> None:
    """An event that arrives between two pages makes the second page neither repeat nor miss one."""
    for number in range(4):
        anywhere.list_profiles(pageSize=number + 1)
    asked: dict[str, Any] = {"LookupAttributes": _source("rolesanywhere.amazonaws.com"), "MaxResults": 2}
    first = trail.lookup_events(**asked)
    anywhere.list_profiles(pageSize=99)
    second = trail.lookup_events(**asked, NextToken=first["NextToken"])
    sizes = [json.loads(e["CloudTrailEvent"])["requestParameters"]["pageSize"] for e in second["Events"]]
    assert sizes == [2, 1]


def test_token_is_bound_to_its_parameters(trail: Any, anywhere: Any) -> None:
    """A token used with another attribute, and a made-up token, answer InvalidNextTokenException."""
    for _ in range(2):
        anywhere.list_profiles()
    first = trail.lookup_events(LookupAttributes=_source("rolesanywhere.amazonaws.com"), MaxResults=1)
    other = _source("iam.amazonaws.com")
    token = first["NextToken"]
    assert _refusal(trail, LookupAttributes=other, MaxResults=1, NextToken=token) == "InvalidNextTokenException"
    assert _refusal(trail, NextToken="made up") == "InvalidNextTokenException"


def test_only_one_attribute(trail: Any) -> None:
    """Two attributes, and a key that does not exist, answer InvalidLookupAttributesException."""
    two = _source("iam.amazonaws.com") * 2
    unknown = [{"AttributeKey": "Region", "AttributeValue": "us-east-1"}]
    assert _refusal(trail, LookupAttributes=two) == "InvalidLookupAttributesException"
    assert _refusal(trail, LookupAttributes=unknown) == "InvalidLookupAttributesException"


def test_bounds_are_checked(trail: Any) -> None:
    """51 results, a start after the end and an unknown category each answer their own error."""
    assert _refusal(trail, MaxResults=51) == "InvalidMaxResultsException"
    backwards = {"StartTime": NOON, "EndTime": NOON - timedelta(seconds=1)}
    assert _refusal(trail, **backwards) == "InvalidTimeRangeException"
    assert _refusal(trail, EventCategory="data") == "InvalidEventCategoryException"


def test_time_range_is_kept(late: AwsStandIn, clock: HandClock, once: Any) -> None:
    """Only calls between start and end, both included, are found; those before 90 days are forgotten."""
    anywhere, trail = once("rolesanywhere", late.endpoint_url), once("cloudtrail", late.endpoint_url)
    for minute in range(3):
        clock.now = NOON + timedelta(minutes=minute)
        anywhere.list_profiles(pageSize=minute + 1)
    clock.now = NOON + timedelta(hours=1)
    one = NOON + timedelta(minutes=1)
    found = trail.lookup_events(StartTime=one, EndTime=one)["Events"]
    assert [event["EventTime"] for event in found] == [one]
    clock.now = NOON + timedelta(days=90, minutes=1)
    names = [event["EventName"] for event in trail.lookup_events()["Events"]]
    assert names.count("ListProfiles") == 2


@pytest.mark.parametrize(
    ("key", "value"),
    [("EventName", "CreateRole"), ("ReadOnly", "false"), ("ResourceName", "agent"), ("ResourceType", "AWS::IAM::Role")],
)
def test_attribute_finds_its_event(trail: Any, once: Any, endpoint: str, key: str, value: str) -> None:
    """Each attribute finds the one call that has it."""
    iam = once("iam", endpoint)
    iam.create_role(RoleName="agent", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    iam.list_roles()
    found = trail.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])["Events"]
    assert [event["EventName"] for event in found] == ["CreateRole"]


def test_moto_operations_still_work(trail: Any) -> None:
    """What moto's own CloudTrail can do is still there."""
    assert trail.list_trails()["Trails"] == []
