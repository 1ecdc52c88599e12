"""The ECS document that Elastic's AWS integration makes of a CloudTrail record, and what the published rule reads.

See: https://github.com/elastic/integrations/blob/main/packages/aws/data_stream/cloudtrail/elasticsearch/ingest_pipeline/default.yml
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.adapters.java_text import java_text
from bot.domain.published_rule import IGNORE_ABOVE, PublishedRule, RuleFields, ask_published_rule

_ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"
# What of a record gets into a field that the rule reads; making the rest of the document takes most of its time.
_READ_BY_THE_RULE = ("eventSource", "eventName", "errorCode", "errorMessage", "requestParameters")
_REQUEST = "aws.cloudtrail.request_parameters"
# The integration keeps the objects beside their texts only where the text is shorter.
_MOST_FLATTENED_UNITS = 32_766
# An alert keeps the event.* fields of the document that it was raised for under these names too.
_COPIES = ("kibana.alert.original_event", "signal.original_event")
_TEXTS = {"requestParameters": "request_parameters", "responseElements": "response_elements"}
_IDENTITY = {"type": "type", "arn": "arn", "accessKeyId": "access_key_id", "invokedBy": "invoked_by"}
_TRAIL = {
    "eventVersion": "event_version",
    "eventCategory": "event_category",
    "eventType": "event_type",
    "recipientAccountId": "recipient_account_id",
    "requestID": "request_id",
    "readOnly": "read_only",
    "managementEvent": "management_event",
    "errorCode": "error_code",
    "errorMessage": "error_message",
}


def published_rule_of_record(record: Mapping[str, object], ignore_above: int = IGNORE_ABOVE) -> PublishedRule:
    """What the published rule says of a CloudTrail record, over the document that the integration makes of it."""
    if record.get("eventSource") != _ROLES_ANYWHERE:
        # A log file is full of other services' calls, and a document for each takes its time.
        return PublishedRule(v1=False, v6=False)
    read = {name: record[name] for name in _READ_BY_THE_RULE if name in record}
    return published_rule_of_document(ecs_of_record(read), ignore_above)


def published_rule_of_document(document: Mapping[str, object], ignore_above: int = IGNORE_ABOVE) -> PublishedRule:
    """What the published rule says of an ECS document or of an alert that was made of one.

    Its fields may be nested, dotted or both, each with one value or a list. A field that the document does not hold
    is missing: nothing is filled in, ``event.dataset`` as little as ``event.type``. An object where the mapping has
    a keyword is no value.
    """

    def event(field: str) -> tuple[str, ...]:
        paths = (f"event.{field}", *(f"{copy}.{field}" for copy in _COPIES))
        return next(filter(None, (_texts(document, path) for path in paths)), ())

    fields = RuleFields(
        dataset=event("dataset"),
        provider=event("provider"),
        action=event("action"),
        outcome=event("outcome"),
        event_type=event("type"),
        request_parameters=_texts(document, _REQUEST),
    )
    return ask_published_rule(fields, ignore_above)


def ecs_of_record(record: Mapping[str, object]) -> dict[str, Any]:
    """The document of a record: what the rule and an analyst read, not the enrichments (geo, entities, TLS).

    ``event.type`` is right for operations of Roles Anywhere; the integration has a table for a few others.
    """
    kept = _full(record)
    record = kept if isinstance(kept, dict) else {}
    failed = "errorCode" in record or "errorMessage" in record
    document = {
        "@timestamp": record.get("eventTime"),
        "event": {
            "dataset": "aws.cloudtrail",
            "id": record.get("eventID"),
            "kind": "event",
            "type": ["info"],
            "action": record.get("eventName"),
            "provider": record.get("eventSource"),
            "outcome": "failure" if failed else "success",
        },
        "data_stream": {"dataset": "aws.cloudtrail"},
        "aws": {"cloudtrail": _trail(record)},
        "cloud": {"account": {"id": _at(record, "userIdentity", "accountId")}, "region": record.get("awsRegion")},
        "source": {"address": record.get("sourceIPAddress")},
        "user": {"name": _user_name(record)},
        "user_agent": {"original": record.get("userAgent")},
    }
    return _full(document) or {}


def values_at(document: Mapping[str, object], path: str) -> Iterator[object]:
    """Every value at a dotted path, through lists, nested and dotted keys, as Elasticsearch indexes them; no nulls."""
    return _values(document, path.split("."))


def _trail(record: Mapping[str, Any]) -> dict[str, Any]:
    trail: dict[str, Any] = {ours: record[theirs] for theirs, ours in _TRAIL.items() if theirs in record}
    trail["user_identity"] = {ours: _at(record, "userIdentity", theirs) for theirs, ours in _IDENTITY.items()}
    flattened = {}
    for theirs, ours in _TEXTS.items():
        if theirs in record:
            trail[ours] = java_text(record[theirs])
            if len(trail[ours]) < _MOST_FLATTENED_UNITS:
                flattened[ours] = record[theirs]
    return {**trail, "flattened": flattened}


def _user_name(record: Mapping[str, Any]) -> object:
    issuer = _at(record, "userIdentity", "sessionContext", "sessionIssuer", "userName")
    return issuer if issuer is not None else _at(record, "userIdentity", "userName")


def _at(value: Any, *keys: str) -> Any:  # noqa: ANN401 - JSON values.
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _full(value: Any) -> Any:  # noqa: ANN401 - JSON values.
    """The value without nulls, empty texts, empty objects and empty lists; None when nothing is left."""
    if isinstance(value, Mapping):
        kept = {key: _full(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None} or None
    if isinstance(value, list):
        return [item for item in map(_full, value) if item is not None] or None
    return None if value == "" else value


def _texts(document: Mapping[str, object], path: str) -> tuple[str, ...]:
    return tuple(_keyword(value) for value in values_at(document, path) if not isinstance(value, Mapping))


def _keyword(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _values(node: object, keys: Sequence[str]) -> Iterator[object]:
    if isinstance(node, list):
        for item in node:
            yield from _values(item, keys)
    elif not keys:
        if node is not None:
            yield node
    elif isinstance(node, Mapping):
        for end in range(1, len(keys) + 1):
            key = ".".join(keys[:end])
            if key in node:
                yield from _values(node[key], keys[end:])
