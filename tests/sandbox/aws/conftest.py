"""A fresh stand-in for each test: no throttling and no delivery delay unless a test wants them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.aws.clients import Credentials, connect
from bot.sandbox.aws.control_client import AwsControl
from bot.sandbox.aws.server import AwsStandIn

Connect = Callable[..., Any]


@pytest.fixture
def stand_in() -> Iterator[AwsStandIn]:
    """A running stand-in."""
    with AwsStandIn(rate_scale=0, delivery_delay=timedelta(0), managed_policies=False) as running:
        yield running


@pytest.fixture
def full_endpoint() -> Iterator[str]:
    """Where a stand-in runs that has AWS's own policies too, which seeding needs."""
    with AwsStandIn(rate_scale=0, delivery_delay=timedelta(0)) as running:
        yield running.endpoint_url


@pytest.fixture
def endpoint(stand_in: AwsStandIn) -> str:
    """Where the stand-in runs."""
    return stand_in.endpoint_url


@pytest.fixture
def control(endpoint: str) -> AwsControl:
    """The control endpoints."""
    return AwsControl(endpoint)


@pytest.fixture
def once() -> Connect:
    """Makes boto3 clients that never try twice, so that each call of a test is one request."""

    def make(service: str, endpoint_url: str, credentials: Credentials | None = None, region: str = "us-east-1") -> Any:
        key = credentials or Credentials("AKIAUNKNOWNUNKNOWN00", "nothing")
        return connect(service, endpoint_url, credentials=key, region=region, attempts=1)

    return make


@pytest.fixture
def anywhere(once: Connect, endpoint: str) -> Any:
    """A Roles Anywhere client that never tries twice."""
    return once("rolesanywhere", endpoint)


@pytest.fixture
def pca_source() -> dict[str, Any]:
    """The source of a trust anchor on a private CA in ACM."""
    arn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
    return {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": arn}}
