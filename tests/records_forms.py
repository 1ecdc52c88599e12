"""Builders of the forms that a record comes in beside those in ``records.py``: batches, searches, bodies, findings."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Sequence

from tests.records import (
    ACCOUNT,
    ANCHOR_ARN,
    HAPPENED_AT,
    REGION,
    SERVICE,
    Json,
    elastic_dotted,
    elastic_nested,
    eventbridge,
    sns,
)

STARTED = HAPPENED_AT.strftime("%Y-%m-%dT%H:%M:%SZ")
EXPIRY = {
    "version": "0",
    "id": "5d0f3a0b-1111-4222-8333-444455556666",
    "detail-type": "Roles Anywhere Certificate Expiration State Change",
    "source": "aws.rolesanywhere",
    "account": ACCOUNT,
    "time": STARTED,
    "region": REGION,
    "resources": [ANCHOR_ARN],
    "detail": {"certificate-serial-number": "00AB12", "days-to-expiry": 30, "issuer": "CN=Harbour Root"},
}


def awslogs_batch(records: Sequence[object], **changes: object) -> Json:
    """What CloudWatch Logs sends to a subscriber, unpacked; a record that is text goes in as it is."""
    return {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": "trail",
        "logStream": f"{ACCOUNT}_CloudTrail_{REGION}",
        "subscriptionFilters": ["anchors"],
        "logEvents": [
            {
                "id": str(number),
                "timestamp": 1_795_167_012_000,
                "message": one if isinstance(one, str) else json.dumps(one),
            }
            for number, one in enumerate(records)
        ],
    } | changes


def packed(message: object) -> str:
    """Base64 of gzip of a message's JSON."""
    return base64.b64encode(gzip.compress(json.dumps(message).encode(), mtime=0)).decode()


def awslogs(records: Sequence[object], **changes: object) -> Json:
    """A CloudWatch Logs subscription's event."""
    return {"awslogs": {"data": packed(awslogs_batch(records, **changes))}}


def hit(record: Json, *, source: bool = True, fields: bool = False, **how: bool) -> Json:
    """A hit of an Elasticsearch search for alerts, as stored (dotted keys), with ``_source``, ``fields`` or both."""
    found: Json = {"_index": ".internal.alerts-security.alerts-default-000001", "_id": "f00d", "_score": None}
    found |= {"_source": elastic_dotted(record, **how)} if source else {}
    return found | ({"fields": elastic_dotted(record, listed=True, **how)} if fields else {})


def search(hits: Sequence[Json]) -> Json:
    """An answer of an Elasticsearch search."""
    total = {"value": len(hits), "relation": "eq"}
    return {"took": 3, "timed_out": False, "hits": {"total": total, "max_score": None, "hits": list(hits)}}


def kibana(alerts: Sequence[object], *, text: bool = True) -> Json:
    """The body of a connector: ``{{{context.alerts.asJSON}}}`` in quotes, or an array."""
    rule = {"id": "0c2a", "name": "External CA", "tags": ["aws"], "url": "https://kibana.example.com/app/rule"}
    return {"rule": rule, "date": STARTED, "alerts": json.dumps(alerts) if text else list(alerts)}


def signal_copies(record: Json, **how: bool) -> Json:
    """An alert with the older ``signal.*`` copies beside what they are copies of."""
    document = elastic_nested(record, **how)
    alert = document["kibana"]["alert"]
    document["signal"] = {
        "rule": alert["rule"],
        "original_time": alert["original_time"],
        "original_event": dict(document["event"]),
        "status": "open",
    }
    return document


def filebeat(record: Json, **how: bool) -> Json:
    """A document of Filebeat's module or of the integration: nested and no alert."""
    document = elastic_nested(record, **how)
    document["@timestamp"] = document.pop("kibana")["alert"]["original_time"]
    document["event"]["kind"] = "event"
    return document


def unread(record: Json) -> Json:
    """A document that no ingest pipeline has read yet: the record is its message."""
    return {"@timestamp": "2026-11-20T09:34:00Z", "message": json.dumps(record), "input": {"type": "aws-s3"}}


def asff(**changes: object) -> Json:
    """A finding in Security Hub's own format, of a rule that watches trust anchors."""
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"arn:aws:securityhub:{REGION}:{ACCOUNT}:finding/6f1c",
        "ProductArn": f"arn:aws:securityhub:{REGION}:{ACCOUNT}:product/{ACCOUNT}/default",
        "GeneratorId": "watch-trust-anchors",
        "AwsAccountId": ACCOUNT,
        "Types": ["TTPs/Persistence"],
        "CreatedAt": STARTED,
        "UpdatedAt": STARTED,
        "Severity": {"Label": "HIGH"},
        "Title": "A trust anchor with an external CA",
        "Description": "Found by a rule of ours.",
        "Resources": [{"Type": "Other", "Id": ANCHOR_ARN, "Partition": "aws", "Region": REGION}],
    } | changes


def ocsf(**changes: object) -> Json:
    """A finding in OCSF, as the new Security Hub sends it."""
    return {
        "class_uid": 2004,
        "category_uid": 2,
        "activity_id": 1,
        "severity": "High",
        "time": int(HAPPENED_AT.timestamp() * 1000),
        "metadata": {"product": {"name": "Security Hub"}, "uid": "m-1"},
        "finding_info": {"uid": "f-1", "title": "A trust anchor with an external CA"},
        "cloud": {"provider": "AWS", "region": REGION, "account": {"uid": ACCOUNT}},
        "resources": [{"type": "Other", "uid": ANCHOR_ARN}],
    } | changes


def guardduty(api: str = "CreateTrustAnchor", service: str = SERVICE, **changes: object) -> Json:
    """A GuardDuty finding about an unusual call."""
    call = {
        "api": api,
        "serviceName": service,
        "callerType": "Remote IP",
        "remoteIpDetails": {"ipAddressV4": "198.51.100.7"},
    }
    return {
        "schemaVersion": "2.0",
        "accountId": ACCOUNT,
        "region": REGION,
        "partition": "aws",
        "id": "a1b2c3",
        "arn": f"arn:aws:guardduty:{REGION}:{ACCOUNT}:detector/d/finding/a1b2c3",
        "type": "Persistence:IAMUser/AnomalousBehavior",
        "resource": {
            "resourceType": "AccessKey",
            "accessKeyDetails": {"accessKeyId": "AKIAEXAMPLEKEY000001", "userName": "maria", "userType": "IAMUser"},
        },
        "service": {
            "serviceName": "guardduty",
            "action": {"actionType": "AWS_API_CALL", "awsApiCallAction": call},
            "eventFirstSeen": STARTED,
            "count": 1,
        },
        "severity": 5,
        "createdAt": STARTED,
        "updatedAt": STARTED,
        "title": "maria called an API that she does not usually call",
    } | changes


def security_hub(finding: Json, kind: str = "Security Hub Findings - Imported") -> Json:
    """EventBridge around a finding of Security Hub."""
    return eventbridge({"findings": [finding]}, source="aws.securityhub", **{"detail-type": kind})


def from_guardduty(finding: Json) -> Json:
    """EventBridge around a finding of GuardDuty."""
    return eventbridge(finding, source="aws.guardduty", **{"detail-type": "GuardDuty Finding"})


FORMS: dict[str, Callable[[Json], object]] = {
    "record": lambda record: record,
    "log file": lambda record: {"Records": [record]},
    "eventbridge": eventbridge,
    "sns": sns,
    "sns in sns": lambda record: sns(sns(eventbridge(record))),
    "subscription": lambda record: awslogs([record]),
    "subscription, unpacked": lambda record: awslogs_batch([record]),
    "sns around a subscription": lambda record: sns(awslogs([record])),
    "nested": elastic_nested,
    "nested, map text": lambda record: elastic_nested(record, flattened=False),
    "nested, original": lambda record: elastic_nested(record, flattened=False, original=True),
    "signal copies": signal_copies,
    "stored": elastic_dotted,
    "fields": lambda record: elastic_dotted(record, listed=True),
    "fields, map text": lambda record: elastic_dotted(record, listed=True, flattened=False),
    "array": lambda record: [elastic_nested(record)],
    "hit": hit,
    "hit with fields only": lambda record: hit(record, source=False, fields=True),
    "hit with both": lambda record: hit(record, fields=True),
    "search": lambda record: search([hit(record)]),
    "hits": lambda record: {"hits": [hit(record)]},
    "connector": lambda record: kibana([elastic_nested(record)]),
    "connector, array": lambda record: kibana([elastic_nested(record)], text=False),
    "connector, context": lambda record: {"context": {"alerts": [elastic_nested(record)]}},
    "connector, context in text": lambda record: {"context": {"alerts": json.dumps([elastic_nested(record)])}},
    "connector, summary": lambda record: {"alerts": {"new": {"count": 1, "data": [elastic_dotted(record)]}}},
    "sns around a connector": lambda record: sns(kibana([elastic_nested(record)])),
    "filebeat": filebeat,
    "filebeat, map text": lambda record: filebeat(record, flattened=False),
    "filebeat, original": lambda record: filebeat(record, flattened=False, original=True),
    "filebeat, unread": unread,
    "under another key": lambda record: {"team": "blue", "payload": {"event": record}},
    "asff with the record": lambda record: security_hub(
        asff(Resources=[{"Type": "Other", "Id": "x", "Details": {"Other": {"record": json.dumps(record)}}}])
    ),
    "ocsf with the record": lambda record: security_hub(ocsf(raw_data=json.dumps(record)), "Findings Imported V2"),
}
"""Every form that carries a whole record, each with its builder."""
