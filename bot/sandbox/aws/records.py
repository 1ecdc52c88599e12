"""Writes a call down as CloudTrail does.

See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from .answers import Answer, parsed
from .callers import Caller
from .calls import AwsCall
from .control_client import JsonValue

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
EVENT_VERSION = "1.10"

# The services whose calls CloudTrail records here; the data plane of SQS, DynamoDB, S3 and CloudWatch's metrics is not
# in the history.
RECORDED_SERVICES = frozenset(
    {
        "account",
        "athena",
        "cloudformation",
        "cloudtrail",
        "ec2",
        "guardduty",
        "iam",
        "organizations",
        "rolesanywhere",
        "secretsmanager",
        "securityhub",
        "sts",
    }
)
# Services with one endpoint for all Regions: their records are in the history of this one only.
# See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html
_GLOBAL_REGION = "us-east-1"
_GLOBAL_SERVICES = frozenset({"account", "iam", "organizations"})

_RESOURCE_TYPES = {
    "RoleName": "AWS::IAM::Role",
    "UserName": "AWS::IAM::User",
    "PolicyArn": "AWS::IAM::Policy",
    "RoleArn": "AWS::IAM::Role",
}


def make_record(call: AwsCall, caller: Caller, answer: Answer, now: datetime) -> dict[str, Any]:
    """Build the record of one call.

    Args:
        call: The request.
        caller: Who signed it.
        answer: What the service said.
        now: Aware UTC time of the call.

    Returns:
        The record; tags and secrets hidden, `responseElements` None for reads and failures.
    """
    answered = parsed(call, answer)
    error = answered.get("Error")
    parameters = _camel(_redacted(call.model.input_shape, call.parameters)) or None
    record = whole_record(
        Happened(
            service=call.service,
            operation=call.operation,
            account_id=caller.account_id,
            region=call.region,
            at=now,
            identity=caller.identity,
            source_ip=call.source_ip,
            user_agent=call.user_agent,
            is_read_only=call.is_read_only,
            parameters=parameters,
            elements=None if error else _response_elements(call, answer, answered),
            error=(error["Code"], error["Message"]) if error else None,
            request_id=answer.request_id,
        )
    )
    if call.service == "sts" and "RoleArn" in call.parameters:
        arn = call.parameters["RoleArn"]
        record["resources"] = [{"ARN": arn, "accountId": arn.split(":")[4], "type": "AWS::IAM::Role"}]
    return record


def in_other_account(record: dict[str, Any]) -> dict[str, Any] | None:
    """The record that the account of an assumed role gets when the caller is of another account; None otherwise.

    Both then have the same `sharedEventID`, which is added to the given record too.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    owner = next((one["accountId"] for one in record.get("resources", [])), record["recipientAccountId"])
    if owner == record["recipientAccountId"] or "errorCode" in record:
        return None
    record["sharedEventID"] = str(uuid.uuid4())
    identity = record["userIdentity"]
    stranger = {name: identity[name] for name in ("principalId", "accountId")}
    return {
        **record,
        "userIdentity": {"type": "AWSAccount", **stranger},
        "recipientAccountId": owner,
        "eventID": str(uuid.uuid4()),
    }


@dataclass(frozen=True)
class Happened:
    """What a record tells of one call, played or of a past that is only written down.

    Attributes:
        service: Prefix of the service's actions.
        operation: API name.
        account_id: Whose event history gets it.
        region: Region of the call; the record of a service with one endpoint says us-east-1.
        at: Aware UTC time.
        identity: The `userIdentity`.
        source_ip: The caller's address.
        user_agent: What the caller says it is.
        is_read_only: Whether CloudTrail calls it a read.
        parameters: `requestParameters`; None for none.
        elements: `responseElements`; None for reads and failures.
        error: Code and message; None when it worked.
        request_id: None makes one.
    """

    service: str
    operation: str
    account_id: str
    region: str
    at: datetime
    identity: dict[str, Any]
    source_ip: str
    user_agent: str
    is_read_only: bool
    parameters: dict[str, Any] | None = None
    elements: dict[str, Any] | None = None
    error: tuple[str, str] | None = None
    request_id: str | None = None


def whole_record(happened: Happened) -> dict[str, Any]:
    """The CloudTrail record of one call, without the `resources` that a few services add."""
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": happened.identity,
        "eventTime": happened.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{happened.service}.amazonaws.com",
        "eventName": happened.operation,
        "awsRegion": _GLOBAL_REGION if happened.service in _GLOBAL_SERVICES else happened.region,
        "sourceIPAddress": happened.source_ip,
        "userAgent": happened.user_agent,
        "requestParameters": happened.parameters,
        "responseElements": happened.elements,
        "requestID": happened.request_id or str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": happened.is_read_only,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": happened.account_id,
        "eventCategory": "Management",
        "tlsDetails": _tls(happened.service, happened.region),
    }
    if happened.error:
        record |= {"errorCode": happened.error[0], "errorMessage": happened.error[1]}
    return record


def shown_resources(call: AwsCall) -> tuple[tuple[str, str], ...]:
    """The (type, name) pairs that the event history lists; Roles Anywhere's records name none."""
    if call.service not in {"iam", "sts"}:
        return ()
    named = ((kind, call.parameters.get(member)) for member, kind in _RESOURCE_TYPES.items())
    return tuple((kind, name) for kind, name in named if name)


def _tls(service: str, region: str) -> dict[str, str]:
    return {
        "tlsVersion": "TLSv1.3",
        "cipherSuite": "TLS_AES_128_GCM_SHA256",
        "clientProvidedHostHeader": "iam.amazonaws.com" if service == "iam" else f"{service}.{region}.amazonaws.com",
    }


def _response_elements(call: AwsCall, answer: Answer, answered: dict[str, Any]) -> dict[str, Any] | None:
    if call.reads_only_state or not answered:
        return None
    if call.protocol == "rest-json":
        # The body itself, because CloudTrail keeps the service's own timestamps with their fractions.
        elements: dict[str, Any] = json.loads(answer.body)
        return elements
    return dict(_camel(_without_secrets(answered)))


def _redacted(shape: Shape | None, value: JsonValue) -> JsonValue:
    """Hide what the service model calls sensitive, such as the keys and values of tags."""
    if shape is None or value is None:
        return value
    if shape.metadata.get("sensitive"):
        return HIDDEN
    if isinstance(shape, StructureShape):
        return {name: _redacted(shape.members.get(name), item) for name, item in value.items()}
    if isinstance(shape, ListShape):
        return [_redacted(shape.member, item) for item in value]
    return value


def _without_secrets(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _without_secrets(item) for name, item in value.items() if name != "SecretAccessKey"}
    return {**kept, "SessionToken": HIDDEN} if "SessionToken" in kept else kept


def _camel(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _camel(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_camel(item) for item in value]
    if isinstance(value, datetime):
        return f"{value:%b} {value.day}, {value:%Y}, {value.hour % 12 or 12}:{value:%M:%S %p}"
    return value.decode(errors="replace") if isinstance(value, bytes) else value
