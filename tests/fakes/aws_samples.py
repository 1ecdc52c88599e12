"""What AWS keeps, made by hand for tests."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.identity import Target


def pem_of(der: bytes) -> str:
    """A PEM block around any bytes."""
    return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE-----\n"


def trust_policy(*, source_arn: str | None = None, **condition: Any) -> dict[str, Any]:
    """A trust policy that lets Roles Anywhere in, pinned to ``source_arn`` unless it is None."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "rolesanywhere.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }
    if source_arn is not None:
        condition = {"ArnEquals": {"aws:SourceArn": source_arn}, **condition}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def session_record(target: Target, **changes: Any) -> dict[str, Any]:
    """A synthetic record of a CreateSession that succeeded."""
    role = f"arn:aws:iam::{target.account}:role/deployer"
    issued = {
        "assumedRoleUser": {"arn": f"arn:aws:sts::{target.account}:assumed-role/deployer/0a1b"},
        "credentials": {"accessKeyId": "ASIAEXAMPLE000000001"},
    }
    record = {
        "eventSource": "rolesanywhere.amazonaws.com",
        "eventName": "CreateSession",
        "awsRegion": target.region,
        "sourceIPAddress": "203.0.113.7",
        "requestParameters": {"trustAnchorArn": target.anchor_arn, "roleArn": role},
        "responseElements": {"credentialSet": [issued]},
    }
    return {**record, **changes}


def stamp(moment: datetime) -> str:
    """The time as CloudTrail writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _summary(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"EventId": record["eventID"], "EventName": record["eventName"], "CloudTrailEvent": json.dumps(record)}


def _looked_up(record: Mapping[str, Any], key: str) -> object:
    if key == "AccessKeyId":
        return record.get("userIdentity", {}).get("accessKeyId")
    return record[{"EventSource": "eventSource", "EventName": "eventName"}[key]]


def found_events(records: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What LookupEvents finds: newest first, both ends of the time range included."""
    (attribute,) = parameters["LookupAttributes"]
    key, wanted = attribute["AttributeKey"], attribute["AttributeValue"]
    since, until = stamp(parameters["StartTime"]), stamp(parameters["EndTime"])
    found = [
        record for record in records if _looked_up(record, key) == wanted and since <= record["eventTime"] <= until
    ]
    newest_first = sorted(found, key=lambda record: str(record["eventTime"]), reverse=True)
    return [_summary(record) for record in newest_first]
