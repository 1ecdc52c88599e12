"""Who made the call, from a CloudTrail record.

See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from bot.adapters.formats.form import JsonObject
from bot.adapters.formats.kept import flag, name, text, value_at
from bot.domain.detection import Actor

_SERVICE_HOST = ".amazonaws.com"
_CLI_AGENTS = ("aws-cli/",)
_CONSOLE_AGENTS = ("mozilla/", "console.amazonaws.com", "signin.amazonaws.com")
_SDK_AGENTS = ("boto3/", "botocore/", "aws-sdk-", "aws-sdk/", "[boto3/", "[botocore/", "[aws-sdk-", "apn/")
_SDK_MARKS = (" aws-sdk-", " botocore/", " boto3/")


def read_actor(record: JsonObject) -> Actor:
    """The actor of a CloudTrail record; what the record does not say is None."""

    def identity(path: str) -> object:
        return value_at(record, f"userIdentity.{path}")

    agent = text(record.get("userAgent"))
    address = text(record.get("sourceIPAddress"))
    return Actor(
        arn=text(identity("arn")),
        kind=name(identity("type")),
        name=name(identity("userName")) or name(identity("sessionContext.sessionIssuer.userName")),
        session_issuer_arn=text(identity("sessionContext.sessionIssuer.arn")),
        source_identity=name(identity("sessionContext.sourceIdentity")),
        access_key_id=name(identity("accessKeyId")),
        mfa=flag(identity("sessionContext.attributes.mfaAuthenticated")),
        via=_via(record, agent, address),
        invoked_by=name(identity("invokedBy")),
        user_agent=agent,
        source_address=address,
        principal_id=name(identity("principalId")),
    )


def _via(record: JsonObject, agent: str | None, address: str | None) -> str | None:
    """Console, CLI, SDK or service; a user agent is only what the caller claims."""
    if flag(record.get("sessionCredentialFromConsole")):
        return "console"
    if _made_by_service(record, address):
        return "service"
    said = (agent or "").lower()
    if said.startswith(_CLI_AGENTS):
        return "cli"
    if said.startswith(_CONSOLE_AGENTS):
        return "console"
    if said.startswith(_SDK_AGENTS) or any(mark in said for mark in _SDK_MARKS):
        return "sdk"
    return None


def _made_by_service(record: JsonObject, address: str | None) -> bool:
    return (
        text(value_at(record, "userIdentity.invokedBy")) is not None
        or value_at(record, "userIdentity.type") == "AWSService"
        or (address or "").endswith(_SERVICE_HOST)
    )
