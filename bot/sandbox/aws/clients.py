"""boto3 clients that speak to the stand-in as a given person from a given address."""

import functools
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest
from botocore.config import Config
from botocore.loaders import Loader

# The types that are published know boto3's services by literal names only.
AwsClient: TypeAlias = Any

REGION = "us-east-1"
# More attempts than boto3's own default: a story waits out 1 request/s instead of failing.
_ATTEMPTS = 8


@dataclass(frozen=True)
class Credentials:
    """An access key.

    Attributes:
        access_key_id: `AKIA...` or `ASIA...`.
        secret_access_key: Its secret.
        session_token: Only with temporary keys; None otherwise.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


# A key that nobody was given acts as the account's root.
ROOT = Credentials("AKIASANDBOXROOTUSER0", "sandbox-root")


@functools.cache
def _loader() -> Loader:
    # Reading the service models takes longer than most calls; every session may share what was read.
    return Loader()


def _session() -> boto3.session.Session:
    inner = botocore.session.Session()
    inner.register_component("data_loader", _loader())
    return boto3.session.Session(botocore_session=inner)


def connect(
    service: str,
    endpoint_url: str,
    *,
    credentials: Credentials = ROOT,
    region: str = REGION,
    account_id: str | None = None,
    source_ip: str | None = None,
    user_agent: str | None = None,
    attempts: int = _ATTEMPTS,
) -> AwsClient:
    """Make a client.

    Args:
        service: boto3's name of the service.
        endpoint_url: Where the stand-in runs.
        credentials: Who calls.
        region: Region of the calls.
        account_id: With `ROOT` only: whose root; None means the stand-in's own account.
        source_ip: The address that CloudTrail shall record; None leaves the real one.
        user_agent: What the caller says it is; None leaves boto3's.
        attempts: How often a throttled or broken call is tried, the first time included.

    Returns:
        A boto3 client.
    """
    config = Config(retries={"mode": "standard", "total_max_attempts": attempts})
    made = cast("Any", _session()).client(
        service,
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        config=config,
    )
    _disguise(made, {"X-Moto-Account-Id": account_id, "X-Forwarded-For": source_ip, "User-Agent": user_agent})
    return made


def _disguise(client: AwsClient, headers: dict[str, str | None]) -> None:
    worn = {name: value for name, value in headers.items() if value is not None}

    def put_on(request: AWSPreparedRequest, **_: object) -> None:
        for name, value in worn.items():
            request.headers[name] = value

    # As late as this, because boto3 writes its own user agent last.
    client.meta.events.register("before-send", put_on)
