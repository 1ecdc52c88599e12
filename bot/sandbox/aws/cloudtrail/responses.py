"""LookupEvents with the limits that the real one has."""

import base64
import binascii
import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.responses import ActionResult

from .exceptions import (
    InvalidEventCategoryException,
    InvalidLookupAttributesException,
    InvalidMaxResultsException,
    InvalidNextTokenException,
    InvalidTimeRangeException,
)
from .models import RecordedEvent, event_history_backends, sort_key

# See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
MAX_RESULTS = 50
MAX_VALUE_LENGTH = 2000
ATTRIBUTE_KEYS = frozenset(
    {"EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"}
)


class EventHistoryResponse(CloudTrailResponse):
    """moto's CloudTrail with LookupEvents added.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
    """

    def lookup_events(self) -> ActionResult:
        """LookupEvents: one attribute at most, newest first, 1 to 50 a page."""
        asked = json.loads(self.body)
        attribute, limit = _attribute(asked), _limit(asked)
        start, end = _time(asked.get("StartTime")), _time(asked.get("EndTime"))
        if start and end and start > end:
            raise InvalidTimeRangeException("The start time must not be after the end time.")
        if _is_insight(asked):
            return ActionResult({"Events": []})
        history = event_history_backends[self.current_account][self.region]
        found = list(history.newest_first(attribute, start, end))
        below = _token_position(asked)
        if below is not None:
            found = [event for event in found if list(_position(event)) < below]
        shown = found[:limit]
        token = _token(asked, shown[-1]) if len(found) > limit else None
        return ActionResult({"Events": [_summary(event) for event in shown], "NextToken": token})


def _attribute(asked: dict[str, Any]) -> tuple[str, str] | None:
    attributes = asked.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise InvalidLookupAttributesException("Only one lookup attribute can be specified.")
    if not attributes:
        return None
    key, value = attributes[0].get("AttributeKey"), attributes[0].get("AttributeValue")
    if key not in ATTRIBUTE_KEYS:
        raise InvalidLookupAttributesException(f"Invalid lookup attribute key: {key}.")
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_VALUE_LENGTH:
        raise InvalidLookupAttributesException(f"Invalid value of the lookup attribute {key}.")
    return key, value


def _limit(asked: dict[str, Any]) -> int:
    limit = asked.get("MaxResults", MAX_RESULTS)
    if not isinstance(limit, int) or not 1 <= limit <= MAX_RESULTS:
        raise InvalidMaxResultsException(f"MaxResults must be between 1 and {MAX_RESULTS}.")
    return limit


def _is_insight(asked: dict[str, Any]) -> bool:
    category = asked.get("EventCategory")
    if category not in {None, "insight"}:
        raise InvalidEventCategoryException(f"Invalid event category: {category}.")
    return category is not None


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _position(event: RecordedEvent) -> tuple[str, int]:
    occurred_at, position = sort_key(event)
    return occurred_at.isoformat(), position


def _digest(asked: dict[str, Any]) -> str:
    same = {name: value for name, value in asked.items() if name != "NextToken"}
    return hashlib.sha256(json.dumps(same, sort_keys=True).encode()).hexdigest()[:16]


def _token(asked: dict[str, Any], last_shown: RecordedEvent) -> str:
    # The token holds a place in the history instead of an offset: late arrivals must not shift the pages.
    content = {"for": _digest(asked), "below": _position(last_shown)}
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _token_position(asked: dict[str, Any]) -> list[Any] | None:
    token = asked.get("NextToken")
    if token is None:
        return None
    try:
        content = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as foreign:
        raise InvalidNextTokenException("Invalid NextToken.") from foreign
    if content.get("for") != _digest(asked):
        raise InvalidNextTokenException("The NextToken was issued for a request with other parameters.")
    return list(content["below"])


def _summary(event: RecordedEvent) -> dict[str, Any]:
    record = event.record
    summary = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "AccessKeyId": record["userIdentity"].get("accessKeyId"),
        "EventTime": event.occurred_at.replace(tzinfo=None),
        "EventSource": record["eventSource"],
        "Username": event.user_name,
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in event.resources],
        "CloudTrailEvent": json.dumps(record),
    }
    return {name: value for name, value in summary.items() if value is not None}
