"""The second labelled set, its forms: what lies between CloudTrail and a message body, written anew."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.scores.second_records import Json

_SIGNED = {"SignatureVersion": "1", "Signature": "c2ln", "SigningCertURL": "https://sns.example.com/key.pem"}
_INDEXED_MAX_CHARS, _FLATTENED_MAX_CHARS = 8191, 32_766
_HASH_TABLE_START, _HASH_TABLE_FULL = 16, 0.75


def eventbridge(record: Json) -> Json:
    """The event of a rule on CloudTrail's API calls."""
    source = "aws." + str(record.get("eventSource", "")).partition(".")[0]
    head = {"version": "0", "id": "3f1e", "detail-type": "AWS API Call via CloudTrail", "source": source}
    return {
        **head,
        "account": record.get("recipientAccountId", "1"),
        "region": record.get("awsRegion"),
        "detail": record,
    }


def sns(message: object) -> Json:
    """A notification whose message is a text."""
    text = message if isinstance(message, str) else json.dumps(message)
    topic = "arn:aws:sns:ap-southeast-4:210987654321:quay"
    return {"Type": "Notification", "MessageId": "m-1", "TopicArn": topic, "Subject": None, "Message": text, **_SIGNED}


def logs(*messages: str, kind: str = "DATA_MESSAGE") -> Json:
    """What a subscription of CloudWatch Logs sends, unpacked."""
    events = [{"id": str(at), "timestamp": 1_790_000_000_000 + at, "message": text} for at, text in enumerate(messages)]
    head = {"messageType": kind, "owner": "210987654321", "logGroup": "trail", "logStream": "s"}
    return {**head, "subscriptionFilters": ["f"], "logEvents": events}


def packed(payload: object) -> str:
    """JSON, gzip, base64."""
    return base64.b64encode(gzip.compress(json.dumps(payload).encode(), mtime=0)).decode()


def java_text(value: object) -> str:
    """What ``Map.toString()`` of a Java HashMap prints: no quotes, no escapes, keys in the order of the table."""
    if isinstance(value, dict):
        pairs = (f"{key}={java_text(value[key])}" for key in _table_order(list(value)))
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(java_text(one) for one in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _table_order(keys: list[str]) -> list[str]:
    size = _HASH_TABLE_START
    while len(keys) > size * _HASH_TABLE_FULL:
        size *= 2

    def place(key: str) -> int:
        number = 0
        for letter in key:
            number = (31 * number + ord(letter)) & 0xFFFFFFFF
        return (number ^ number >> 16) & (size - 1)

    return sorted(keys, key=place)


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_empty(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one not in (None, "", {}, [])}
    return [_without_empty(one) for one in value] if isinstance(value, list) else value


def document(record: Json, *, original: bool = False) -> Json:
    """The document that Elastic's integration makes of a record, as dotted keys whose objects stay objects."""
    clean = _without_empty(record)
    who, trail = clean.get("userIdentity", {}), "aws.cloudtrail."
    failed = "errorCode" in clean or "errorMessage" in clean
    made: Json = {
        "@timestamp": "2026-10-03T04:05:06.000Z",
        "data_stream.dataset": "aws.cloudtrail",
        "event.dataset": "aws.cloudtrail",
        "event.module": "aws",
        "event.kind": "event",
        "event.type": ["info"],
        "event.outcome": "failure" if failed else "success",
        "event.provider": clean.get("eventSource"),
        "event.action": clean.get("eventName"),
        "event.id": clean.get("eventID"),
        "cloud.account.id": who.get("accountId"),
        "cloud.region": clean.get("awsRegion"),
        "source.address": clean.get("sourceIPAddress"),
        "user_agent.original": clean.get("userAgent"),
        "user.name": who.get("sessionContext", {}).get("sessionIssuer", {}).get("userName"),
        trail + "user_identity.arn": who.get("arn"),
        trail + "user_identity.type": who.get("type"),
        trail + "user_identity.access_key_id": who.get("accessKeyId"),
        trail + "recipient_account_id": clean.get("recipientAccountId"),
        trail + "error_code": clean.get("errorCode"),
        trail + "error_message": clean.get("errorMessage"),
        "event.original": json.dumps(record) if original else None,
    }
    for key, member in (("request_parameters", "requestParameters"), ("response_elements", "responseElements")):
        if member in clean:
            made[trail + key] = java_text(clean[member])
            if len(made[trail + key]) < _FLATTENED_MAX_CHARS:
                made[f"{trail}flattened.{key}"] = clean[member]
    return {key: value for key, value in made.items() if value is not None}


def nested(dotted: Json) -> Json:
    """Dotted keys as objects in objects."""
    made: Json = {}
    for key, value in dotted.items():
        *path, last = key.split(".")
        at = made
        for step in path:
            at = at.setdefault(step, {})
        at[last] = value
    return made


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Every leaf under its whole dotted key."""
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from leaves(one, f"{path}.{key}" if path else key)
    else:
        yield path, value


def alert_of(dotted: Json) -> Json:
    """An alert: the document, with what Kibana adds."""
    rule = {"name": "External CA", "uuid": "r-1", "rule_id": "71de53ea-ff3b-11ee-b572-f661ea17fbce", "version": 6}
    added = {f"kibana.alert.rule.{key}": value for key, value in rule.items()}
    added |= {"kibana.alert.severity": "medium", "kibana.alert.risk_score": 47, "kibana.alert.uuid": "u-1"}
    return {**dotted, "event.kind": "signal", **added, "kibana.alert.original_event.kind": "event"}


def fields_of(dotted: Json) -> Json:
    """What the search's ``fields`` option gives: lists, and no request that was too long for the index."""
    request = dotted.get("aws.cloudtrail.request_parameters", "")
    short = without(dotted, ".request_p") if len(request) > _INDEXED_MAX_CHARS else dotted
    return {key: value if isinstance(value, list) else [value] for key, value in short.items()}


def without(dotted: Json, *parts: str) -> Json:
    """The document without the keys that hold one of the texts."""
    return {key: value for key, value in dotted.items() if not any(part in key for part in parts)}


def with_copies(alert: Json) -> Json:
    """An alert as an action gets it, with the copies under ``signal`` of older versions."""
    whole = nested(alert)
    rule = whole["kibana"]["alert"]["rule"]
    return {**whole, "signal": {"rule": rule, "original_event": dict(whole["event"]), "status": "open"}}


def filebeat(dotted: Json) -> Json:
    """A document of Filebeat's own module."""
    added = {"fileset.name": "cloudtrail", "service.type": "aws", "input.type": "aws-s3", "agent.type": "filebeat"}
    return {**without(dotted, "data_stream"), **added}


RECORD_FORMS: dict[str, Callable[[Json], object]] = {
    "record": lambda one: one,
    "log file": lambda one: {"Records": [one]},
    "array of records": lambda one: [one],
    "EventBridge": eventbridge,
    "EventBridge, detail only": lambda one: {"detail": one},
    "SNS": sns,
    "SNS of EventBridge": lambda one: sns(eventbridge(one)),
    "SNS in SNS": lambda one: sns(sns(eventbridge(one))),
    "SNS of log file": lambda one: sns({"Records": [one]}),
    "Logs for a function": lambda one: {"awslogs": {"data": packed(logs(json.dumps(one)))}},
    "Logs, unpacked": lambda one: logs(json.dumps(one)),
    "Logs in SNS": lambda one: sns(packed(logs(json.dumps(one)))),
    "Logs of EventBridge": lambda one: {"awslogs": {"data": packed(logs(json.dumps(eventbridge(one))))}},
}
DOCUMENT_FORMS: dict[str, Callable[[Json], object]] = {
    "document": lambda one: nested(document(one)),
    "document, dotted": document,
    "document, leaves": lambda one: dict(leaves(document(one))),
    "document with original": lambda one: nested(document(one, original=True)),
    "original and text": lambda one: nested(without(document(one, original=True), "flattened", "response_e")),
    "text only": lambda one: nested(without(document(one), "flattened")),
    "Filebeat": lambda one: nested(filebeat(document(one))),
    "Filebeat, text only": lambda one: nested(without(filebeat(document(one)), "flattened")),
    "alert": lambda one: nested(alert_of(document(one))),
    "alert for an action": lambda one: with_copies(alert_of(document(one))),
    "alert, stored": lambda one: {**nested(document(one)), **without(alert_of({}), "event")},
    "alerts as JSON": lambda one: [with_copies(alert_of(document(one)))],
    "fields": lambda one: fields_of(alert_of(document(one))),
    "fields, text only": lambda one: fields_of(without(alert_of(document(one)), "flattened")),
    "search answer": lambda one: _hits({"_source": nested(alert_of(document(one)))}),
    "search answer, fields": lambda one: _hits({"_source": {}, "fields": fields_of(alert_of(document(one)))}),
    "hit": lambda one: {"_index": "i", "_id": "1", "_source": nested(alert_of(document(one)))},
    "hit, both": lambda one: {
        "_index": "i",
        "_id": "1",
        "_source": nested(document(one)),
        "fields": fields_of(document(one)),
    },
    "webhook with alerts": lambda one: {"rule": {"name": "r"}, "alerts": [with_copies(alert_of(document(one)))]},
    "webhook with context": lambda one: {"context": {"alerts": [nested(alert_of(document(one)))]}},
    "alert in SNS": lambda one: sns(nested(alert_of(document(one)))),
}


def _hits(*hits: Json) -> Json:
    total = {"value": len(hits), "relation": "eq"}
    return {"took": 2, "timed_out": False, "hits": {"total": total, "hits": [{"_id": "1", **one} for one in hits]}}
