"""boto3 clients that speak to the stand-in as a given person from a given address."""

from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config

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


def connect(
    service: str,
    endpoint_url: str,
    *,
    credentials: Credentials = ROOT,
    region: str = REGION,
    source_ip: str | None = None,
    user_agent: str | None = None,
) -> Any:
    """Make a client.

    Args:
        service: boto3's name of the service.
        endpoint_url: Where the stand-in runs.
        credentials: Who calls.
        region: Region of the calls.
        source_ip: The address that CloudTrail shall record; None leaves the real one.
        user_agent: What the caller says it is; None leaves boto3's.

    Returns:
        A boto3 client.
    """
    config = Config(retries={"mode": "standard", "max_attempts": _ATTEMPTS}, user_agent=user_agent)
    made = boto3.session.Session().client(
        service,
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id=credentials.access_key_id,
        aws_secret_access_key=credentials.secret_access_key,
        aws_session_token=credentials.session_token,
        config=config,
    )
    if source_ip is not None:

        def name_source(params: dict[str, Any], **_: Any) -> None:
            params["headers"]["X-Forwarded-For"] = source_ip

        made.meta.events.register("before-call", name_source)
    return made
