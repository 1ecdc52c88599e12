"""The second labelled set, bodies that occur once: real life's oddities, broken input, several events in one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.scores.second_documents import findings, odd_documents
from tests.scores.second_forms import alert_of, document, eventbridge, logs, nested, packed, sns
from tests.scores.second_records import (
    ANCHOR,
    EVENT_ID,
    OPEN,
    REGION,
    Json,
    Odd,
    alert,
    anchor_arn,
    as_body,
    bundle,
    create,
    detail_of,
    good_event,
    pca,
    record,
    wanted,
)

_BAD = "error"
_NOTHING = "ignore"
_TIME = "2026-10-03T04:05:06.000Z"


def odd_bodies() -> Iterator[Odd]:
    """Every body that is in one form only."""
    yield from _written_oddly()
    yield from _nothing_to_report()
    yield from _real_life()
    yield from _several()
    yield from _wrapped_for_functions()
    yield from odd_documents()
    yield from findings()


def _written_oddly() -> Iterator[Odd]:
    one, want = good_event()
    text = as_body(one)
    yield "byte order mark", b"\xef\xbb\xbf" + text, (want,)
    yield "white space around", b"  \t" + text + b"   ", (want,)
    yield "carriage return", text + b"\r", (want,)
    yield "UTF-16", json.dumps(one).encode("utf-16-be"), (_BAD,)
    yield "no UTF-8", text.replace(b'"quay"', b'"qu\xffy"'), (_BAD,)
    yield "cut short", text[:-20], (_BAD,)
    yield "two values", text + b" " + text, (_BAD,)
    yield "deep nesting", b'{"a":' * 60_000 + b"1" + b"}" * 60_000, (_BAD,)
    yield "deep lists", b"[" * 60_000 + b"]" * 60_000, (_BAD,)
    yield "deep in a member", text[:-1] + b', "x": ' + b"[" * 400 + b"]" * 400 + b"}", (OPEN,)
    yield "lone surrogate", text.replace(b'"quay"', b'"qu\\ud800y"'), (want,)
    yield "null character", text.replace(b'"quay"', b'"qu\\u0000y"'), (want,)
    yield "long number", text[:-1] + b', "x": ' + b"9" * 5000 + b"}", (OPEN,)
    yield "not a number", text[:-1] + b', "x": NaN}', (_BAD,)
    yield "JSON in a string", as_body(json.dumps(one)), (want,)
    yield "packed text alone", packed(logs(json.dumps(one))).encode(), (want,)
    yield "packed text in a string", as_body(packed(logs(json.dumps(one)))), (want,)


def _nothing_to_report() -> Iterator[Odd]:
    expiry = {
        **eventbridge(record("x", None, None)),
        "detail-type": "Roles Anywhere Certificate Expiration State Change",
        "source": "aws.rolesanywhere",
        "resources": [anchor_arn()],
        "detail": {"certificate-serial-number": "00936EACBE07F201DF", "days-to-expiry": 3, "issuer": "CN=R,C=US"},
    }
    yield "expiry of a CA", as_body(expiry), (_NOTHING,)
    yield "expiry without resources", as_body({k: v for k, v in expiry.items() if k != "resources"}), (_NOTHING,)
    yield "expiry in SNS", as_body(sns(expiry)), (_NOTHING,)
    yield (
        "subscription",
        as_body({**sns("You have chosen"), "Type": "SubscriptionConfirmation", "Token": "t"}),
        (_NOTHING,),
    )
    yield "plain notice", as_body(sns("This is a test message.")), ("ignore|error",)
    yield "control message", as_body({"awslogs": {"data": packed(logs("check", kind="CONTROL_MESSAGE"))}}), (_NOTHING,)
    yield "test of S3", as_body({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}), ("ignore|error",)
    yield "CloudTrail's notice", as_body({"s3Bucket": "b", "s3ObjectKey": ["k.json.gz"]}), (_NOTHING,)
    created = {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": _TIME,
        "s3": {"object": {"key": "k"}},
    }
    yield "notice of S3", as_body({"Records": [created]}), (_NOTHING,)
    yield "schedule", as_body({"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}), (_NOTHING,)
    yield "empty log file", as_body({"Records": []}), (_NOTHING,)
    yield "empty search answer", as_body({"hits": {"total": {"value": 0}, "hits": []}}), (_NOTHING,)
    empty: tuple[object, ...] = ({}, [], {"alerts": []})
    for value in empty:
        yield f"nothing: {value}", as_body(value), ("ignore|error",)
    for text in (b"null", b"17", b"true", b'"text"'):
        yield f"scalar: {text!r}", text, ("ignore|error",)


def _real_life() -> Iterator[Odd]:
    service: Json = {"sourceIPAddress": "cloudformation.amazonaws.com", "userAgent": "cloudformation.amazonaws.com"}
    yield _changed("service as address", **service, tlsDetails=...)
    yield _changed("no managementEvent", managementEvent=..., resources=..., eventCategory=..., readOnly=...)
    yield _changed("nine digits", eventTime="2026-10-03T04:05:06.123456789Z")
    yield _changed("offset", eventTime="2026-10-03T06:05:06+02:00")
    yield _changed("unknown members", brandNew={"a": [1, {"b": None}]}, vpcEndpointAccountId="1", edge=None)
    yield _changed("resources", resources=[{"type": "AWS::RolesAnywhere::TrustAnchor", "ARN": anchor_arn()}])
    yield "no time", as_body(create(bundle("first"), eventTime=...)), (OPEN,)
    yield _changed("no event id", {"event_id": OPEN}, eventID=...)
    invoked = {"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}
    yield _changed("service as actor", {"actor_arn": None}, userIdentity=invoked)
    yield _changed("Region in ISO partition", {"region": "us-isof-south-1"}, awsRegion="us-isof-south-1")
    short = anchor_arn("000000000")
    nine = {"account": "000000000", "anchor_arn": short, "event_id": EVENT_ID}
    user = {"type": "IAMUser", "arn": "arn:aws:iam::000000000:user/t", "accountId": "000000000", "userName": "t"}
    for name, source, want in (
        ("bundle", bundle("first"), alert("CERTIFICATE_BUNDLE", "first", actor_arn=user["arn"], **nine)),
        ("own PCA", pca("000000000"), wanted(("ignore",), "AWS_ACM_PCA", actor_arn=user["arn"], **nine)),
    ):
        one = record("CreateTrustAnchor", {"source": source}, detail_of(source, arn=short), eventID=EVENT_ID)
        one |= {"recipientAccountId": "000000000", "userIdentity": user}
        yield f"short account, {name}", as_body(one), (want,)
        yield f"short account, {name}, document", as_body(nested(document(one))), (want,)
    odd = create(bundle("first"), eventID=EVENT_ID)
    odd["requestParameters"]["source"]["sourceType"] = ["CERTIFICATE_BUNDLE"]
    yield "type as list", as_body(odd), (alert(OPEN, "first", event_id=EVENT_ID),)
    text = create(bundle("first"), eventID=EVENT_ID)
    text["requestParameters"] = json.dumps(text["requestParameters"])
    yield "request as text", as_body(text), (alert("CERTIFICATE_BUNDLE", "first", event_id=EVENT_ID),)
    yield "key in the bundle", as_body(create(bundle("first", around=_KEY), eventID=EVENT_ID)), (good_event()[1],)


_KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"


def _changed(name: str, label: Json | None = None, **changes: Any) -> Odd:
    one, want = good_event(**changes)
    return name, as_body(one), (replace(want, **(label or {})),)


def _several() -> Iterator[Odd]:
    one, want = good_event()
    other = record("UpdateTrustAnchor", {"trustAnchorId": ANCHOR, "source": pca()}, detail_of(pca()), eventID="e-2")
    calm = wanted(("ignore",), "AWS_ACM_PCA", event_name="UpdateTrustAnchor", event_id="e-2")
    yield "two records", as_body({"Records": [one, other]}), (want, calm)
    no_events: tuple[object, ...] = (None, "text", 7, [])
    for bad in no_events:
        yield f"{bad!r} among records", as_body({"Records": [one, bad, other]}), (want, _BAD, calm)
        alerts = [nested(alert_of(document(one))), bad, nested(alert_of(document(other)))]
        yield f"{bad!r} among alerts", as_body(alerts), (want, _BAD, calm)
    hits = {"hits": {"hits": [{"_source": nested(document(one))}, {"_id": "x"}, {"_source": nested(document(other))}]}}
    yield "hit without a source", as_body(hits), (want, _BAD, calm)
    messages = logs(json.dumps(one), json.dumps(one)[:-9], json.dumps(other))
    yield "cut message among logs", as_body({"awslogs": {"data": packed(messages)}}), (want, _BAD, calm)
    yield "mixed forms", as_body([one, eventbridge(other), nested(alert_of(document(one)))]), (want, calm, want)
    yield "unrelated among records", as_body({"Records": [one, {"hello": 1}, other]}), (want, OPEN, calm)


def _wrapped_for_functions() -> Iterator[Odd]:
    """What queues, topics and searches put around an event for a function or a pipe."""
    one, want = good_event()
    text = json.dumps(eventbridge(one))
    queued = {"messageId": "m", "receiptHandle": "r", "eventSource": "aws:sqs", "awsRegion": REGION, "body": text}
    yield "queue to function", as_body({"Records": [queued]}), (want,)
    yield "queue to pipe", as_body([queued]), (want,)
    topic = {"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns(text)}
    yield "topic to function", as_body({"Records": [topic]}), (want,)
    yield "detail as text", as_body({**eventbridge(one), "detail": json.dumps(one)}), (want,)
    yield "message for each protocol", as_body(sns({"default": json.dumps(one), "email": "see the console"})), (want,)
    looked_up = {"EventId": EVENT_ID, "EventName": "CreateTrustAnchor", "CloudTrailEvent": json.dumps(one)}
    yield "LookupEvents", as_body({"Events": [looked_up]}), (want,)
    yield "an event of the bus twice", as_body([eventbridge(one), eventbridge(one)]), (want, want)
    yield "events in a file", as_body({"Records": [eventbridge(one)]}), (want,)
