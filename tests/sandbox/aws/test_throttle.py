"""AWS's request rates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.aws.server import AwsStandIn
from bot.sandbox.aws.throttle import Rate, Throttle, rate_of

START = datetime(2026, 3, 1, tzinfo=UTC)


class HandClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now


@pytest.mark.parametrize(
    ("operation", "bucket"),
    [
        ("CreateTrustAnchor", "trust anchors"),
        ("ListTrustAnchors", "trust anchors"),
        ("PutNotificationSettings", "trust anchors"),
        ("UpdateProfile", "profiles"),
        ("ListProfiles", "profiles"),
        ("DeleteAttributeMapping", "profiles"),
        ("GetSubject", "subjects"),
        ("ListTagsForResource", "tagging"),
        ("UntagResource", "tagging"),
    ],
)
def test_operations_share_the_bucket_of_their_noun(operation: str, bucket: str) -> None:
    """All calls on one kind of resource draw from one bucket."""
    rate = rate_of("rolesanywhere", operation)
    assert rate is not None
    assert rate.bucket == bucket


def test_other_services_are_not_limited() -> None:
    """IAM and SQS have rates too, which this stand-in leaves out."""
    assert rate_of("iam", "GetRole") is None
    assert rate_of("cloudtrail", "ListTrails") is None


@given(st.lists(st.floats(min_value=0, max_value=3), max_size=40))
def test_never_more_than_the_rate_allows(pauses_seconds: list[float]) -> None:
    """Whatever the pauses, no more calls pass than the capacity and the refill of the time that went by."""
    clock = HandClock()
    throttle = Throttle(1, clock)
    rate = Rate("any", 2, 2)
    passed = 0
    for pause in pauses_seconds:
        clock.now += timedelta(seconds=pause)
        passed += throttle.admits(rate, "1", "us-east-1")
    assert passed <= rate.capacity + (clock.now - START).total_seconds() * rate.per_second + 1e-6


def test_scale_shortens_the_wait_and_zero_ends_it() -> None:
    """A scale of 0.1 refills in a tenth of the time; 0 lets everything through."""
    clock = HandClock()
    rate = Rate("any", 1, 1)
    fast = Throttle(0.1, clock)
    assert fast.admits(rate, "1", "r")
    assert not fast.admits(rate, "1", "r")
    clock.now += timedelta(seconds=0.1)
    assert fast.admits(rate, "1", "r")
    off = Throttle(0, clock)
    assert all(off.admits(rate, "1", "r") for _ in range(5))


def test_one_request_a_second_over_http(once: Any) -> None:
    """The second anchor call in a second gets 429; other buckets and Regions are free, and so is the next second."""
    clock = HandClock()
    with AwsStandIn(rate_scale=1, managed_policies=False, clock=clock) as stand_in:
        anywhere = once("rolesanywhere", stand_in.endpoint_url)
        elsewhere = once("rolesanywhere", stand_in.endpoint_url, region="eu-west-1")
        anywhere.list_trust_anchors()
        with pytest.raises(ClientError) as refused:
            anywhere.get_trust_anchor(trustAnchorId="00000000-0000-4000-8000-000000000000")
        anywhere.list_profiles()
        anywhere.list_subjects()
        elsewhere.list_trust_anchors()
        clock.now += timedelta(seconds=1)
        anywhere.list_trust_anchors()
    answer = refused.value.response
    assert answer["Error"]["Code"] == "ThrottlingException"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
