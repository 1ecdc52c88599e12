"""Every form of message gives the same facts, and what is no detection says why."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from bot.adapters.formats import understand
from bot.domain.detection import Detection, SourceType
from bot.domain.errors import BadInput
from tests import records

RECORD = records.cloudtrail_record(identity=records.assumed_role(mfa=True))
FORMS = {
    "cloudtrail": RECORD,
    "eventbridge": records.eventbridge(RECORD),
    "elastic": records.elastic_nested(RECORD),
}


def only(message: object) -> Detection:
    """The one detection in a message."""
    understood = understand(records.body(message))
    assert understood.ignored == ()
    (detection,) = understood.detections
    return detection


def facts(detection: Detection) -> dict[str, object]:
    """What must not depend on the form."""
    fields = dataclasses.asdict(detection)
    fields["actor"].pop("source_identity")  # Elastic's documents do not have it.
    return {key: value for key, value in fields.items() if key not in ("form", "alert", "missing", "sources", "rule")}


def refused(message: object) -> tuple[str, str]:
    """The code and the place of the refusal of a message (bytes go in as they are)."""
    with pytest.raises(BadInput) as caught:
        understand(message if isinstance(message, bytes) else records.body(message))
    return caught.value.code, caught.value.at


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("wrappings", [0, 1, 2])
def test_each_form_is_named_with_its_wrappings(form: str, wrappings: int) -> None:
    """Each form is understood bare and inside one or two SNS notifications, and says so."""
    message = FORMS[form]
    for _ in range(wrappings):
        message = records.sns(message)
    assert only(message).form == "/".join(["sns"] * wrappings + [form])


@pytest.mark.parametrize(
    "message",
    [
        records.eventbridge(RECORD),
        records.sns(records.eventbridge(RECORD)),
        records.elastic_nested(RECORD),
        records.elastic_nested(RECORD, flattened=False),
        records.elastic_nested(RECORD, flattened=False, original=True),
        records.elastic_dotted(RECORD),
        records.elastic_dotted(RECORD, listed=True),
        records.elastic_dotted(RECORD, flattened=False, listed=True),
        records.ecs_document(RECORD),
    ],
)
def test_every_form_tells_the_same(message: records.Json) -> None:
    """Actor, anchor, certificates, time, account and ids are equal whichever way the event comes."""
    assert facts(only(message)) == facts(only(RECORD))


def test_a_record_is_read_field_by_field() -> None:
    """A bare record gives the values that were put into it."""
    detection = only(RECORD)
    assert detection.event_id == records.EVENT_ID
    assert (detection.account, detection.region) == (records.ACCOUNT, records.REGION)
    assert detection.happened_at == records.HAPPENED_AT
    assert detection.missing == ()
    actor = detection.actor
    assert actor.arn == f"arn:aws:sts::{records.ACCOUNT}:assumed-role/Deploy/maria"
    assert (actor.kind, actor.name, actor.mfa, actor.via) == ("AssumedRole", "Deploy", True, "cli")
    assert actor.session_issuer_arn == f"arn:aws:iam::{records.ACCOUNT}:role/Deploy"
    assert actor.source_identity == "maria@example.com"
    assert actor.source_address == "198.51.100.7"
    anchor = detection.anchor
    assert (anchor.arn, anchor.anchor_id) == (records.ANCHOR_ARN, records.ANCHOR_ID)
    assert (anchor.name, anchor.enabled) == ("harbour-ci", True)
    assert anchor.source_type is SourceType.CERTIFICATE_BUNDLE
    assert anchor.updated_at == datetime(2026, 11, 20, 9, 30, 12, 482702, tzinfo=UTC)
    assert anchor.source_in_request is True
    assert len(anchor.certificates_pem) == 1


def test_an_elastic_alert_names_its_rule() -> None:
    """The rule's name, severity and link come along, and only from an alert."""
    alert = only(records.elastic_dotted(RECORD)).alert
    assert alert is not None
    assert (alert.system, alert.name, alert.severity, alert.url) == (
        "Elastic",
        records.RULE_NAME,
        "medium",
        records.ALERT_URL,
    )
    assert only(records.ecs_document(RECORD)).alert is None


def test_an_elastic_alert_says_what_its_rule_says() -> None:
    """Version, risk score, tags, run and place are read from nested and from dotted alerts alike."""
    nested = records.elastic_nested(RECORD)
    nested["kibana"]["alert"]["rule"] |= {"version": 6, "tags": ["Tactic: Persistence", "Domain: Cloud"]}
    nested["kibana"]["alert"] |= {"risk_score": 47}
    nested["source"] = {**nested.get("source", {}), "geo": {"city_name": "Lyon", "country_name": "France"}}
    alert = only(nested).alert
    assert alert is not None
    assert (alert.version, alert.risk_score, alert.tags) == ("6", "47", ("Tactic: Persistence", "Domain: Cloud"))
    assert (alert.place, alert.rule_id) == (("Lyon", "France"), "71de53ea-ff3b-11ee-b572-f661ea17fbce")
    assert str(alert.alerted_at) == "2026-11-20 09:36:44.120000+00:00"


def test_an_alert_link_of_another_scheme_is_dropped() -> None:
    """A link that is not http is not kept."""
    message = records.elastic_dotted(RECORD) | {"kibana.alert.url": "javascript:alert(1)"}
    alert = only(message).alert
    assert alert is not None
    assert alert.url is None


def test_the_event_time_of_an_alert_is_that_of_the_call() -> None:
    """The alert's own time stamp is minutes later and does not count."""
    message = records.elastic_nested(RECORD)
    assert message["@timestamp"] != RECORD["eventTime"]
    assert only(message).happened_at == records.HAPPENED_AT


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (records.sns("", Type="SubscriptionConfirmation"), "confirm a subscription"),
        (records.sns("", Type="UnsubscribeConfirmation"), "end of a subscription"),
        (
            records.eventbridge({}, **{"detail-type": "Roles Anywhere Certificate Expiration State Change"}),
            "Certificate Expiration",
        ),
        (records.eventbridge({}, source="aws.ec2", **{"detail-type": "EC2 Instance State-change"}), "aws.ec2"),
        ({"kibana": {"alert": {"rule": {"name": "Malware"}}}}, "Malware"),
    ],
)
def test_something_else_is_ignored_with_a_reason(message: records.Json, reason: str) -> None:
    """A well-formed message that is no CloudTrail event is nothing for us, and is no mistake."""
    understood = understand(records.body(message))
    assert understood.detections == ()
    (told,) = understood.ignored
    assert reason in told


@pytest.mark.parametrize(
    ("message", "code", "at"),
    [
        (b"", "not_json", "body"),
        (b"\xff\xfe", "not_utf8", "body"),
        (b"not json", "not_json", "body"),
        (b'{"eventName": NaN}', "not_json", "body"),
        (b'{"eventName": 1e999}', "not_json", "body"),
        (b"9" * 5000, "not_json", "body"),
        (b"[" * 100_000, "too_deep", "body"),
        (b"[" * 65 + b"]" * 65, "too_deep", "body"),
        (b'[{"[": ' * 32 + b"1" + b"}]" * 32, "unknown_form", "[0]"),
        (b" " * (1024 * 1024 + 1), "too_large", "body"),
        (b"[]", "empty", "body"),
        (b"null", "not_an_object", "body"),
        ({}, "unknown_form", "body"),
        ({"hello": "world"}, "unknown_form", "body"),
        (records.cloudtrail_record(eventName=None), "missing_field", "eventName"),
        (records.cloudtrail_record(eventName={"a": 1}), "missing_field", "eventName"),
        (records.cloudtrail_record(eventSource=None), "missing_field", "eventSource"),
        (records.eventbridge(records.cloudtrail_record(eventTime="soon")), "bad_time", "detail.eventTime"),
        (records.sns(records.eventbridge({})), "missing_field", "Message.detail.eventName"),
        (records.eventbridge(RECORD, detail="text"), "not_an_object", "detail"),
        (records.sns("plain words"), "not_json", "Message"),
        (records.sns("", Message=None), "missing_field", "Message"),
        ({"event.action": "CreateTrustAnchor", "aws.cloudtrail.event_version": "1"}, "bad_time", "@timestamp"),
    ],
)
def test_bad_input_says_what_and_where(message: object, code: str, at: str) -> None:
    """What can't be understood is refused with a stable code and the place of the mistake."""
    assert refused(message) == (code, at)


def test_wrapping_has_an_end() -> None:
    """Six notifications around a record are opened, seven are not."""
    message: records.Json = RECORD
    for _ in range(6):
        message = records.sns(message)
    assert only(message).form == "sns/sns/sns/sns/sns/sns/cloudtrail"
    assert refused(records.sns(message)) == ("too_deep", ".".join(["Message"] * 7))


def test_a_byte_order_mark_and_double_keys_are_tolerated() -> None:
    """Of two equal keys the last one counts, as everywhere in JSON."""
    text = records.body(RECORD).decode().replace('"eventVersion"', '"eventName": "Nothing", "eventVersion"', 1)
    assert only(RECORD) == understand(b"\xef\xbb\xbf" + text.encode()).detections[0]
