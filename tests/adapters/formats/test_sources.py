"""For each value it is told where it was read; the surest copy counts, and copies that differ are said to."""

from __future__ import annotations

import json

import pytest

from bot.adapters.formats import understand
from bot.domain.detection import Detection, SourceType
from tests import records, records_forms

RECORD = records.cloudtrail_record()
ANCHOR_KEYS = ("anchor_arn", "anchor_id", "anchor_name", "enabled", "updated_at", "source_type", "certificates")


def read(message: object) -> Detection:
    """The one detection in a message."""
    (detection,) = understand(records.body(message)).detections
    return detection


def where(message: object, *keys: str) -> set[str]:
    """Where these values were read."""
    sources = read(message).sources
    return {sources[key] for key in keys}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (RECORD, "response"),
        (records.elastic_nested(RECORD), "flattened"),
        (records.elastic_nested(RECORD, original=True), "original"),
        (records.elastic_nested(RECORD, flattened=False), "map text"),
        (records.elastic_nested(RECORD, flattened=False, original=True), "original"),
    ],
)
def test_the_surest_copy_counts(message: records.Json, expected: str) -> None:
    """The record itself before what a pipeline made of it, and its map text last."""
    assert where(message, *ANCHOR_KEYS) == {expected}


def test_what_only_the_request_says_comes_from_there() -> None:
    """Without an answer the request is what is left, for each field on its own."""
    sources = read({key: RECORD[key] for key in RECORD if key != "responseElements"}).sources
    assert {sources[key] for key in ("anchor_name", "enabled", "source_type", "certificates")} == {"request"}
    assert "anchor_arn" not in sources
    assert "updated_at" not in sources


def test_a_value_that_only_the_map_text_has_comes_from_there() -> None:
    """A large answer is not flattened: its fields come from the text, the others keep their surer source."""
    message = records.elastic_nested(RECORD)
    del message["aws"]["cloudtrail"]["flattened"]["response_elements"]
    sources = read(message).sources
    assert (sources["certificates"], sources["anchor_name"]) == ("flattened", "flattened")
    assert (sources["anchor_arn"], sources["updated_at"]) == ("map text", "map text")


def test_fields_of_the_event_and_of_the_alert_are_told_apart() -> None:
    """What a document says of the call is the event's; what only the alert around it says is the alert's."""
    keys = ("event_id", "event_name", "event_source", "account", "region", "actor_arn", "source_address", "user_agent")
    assert where(RECORD, *keys, "happened_at") == {"event"}
    assert where(records.elastic_nested(RECORD), *keys) == {"event"}
    assert where(records.elastic_nested(RECORD), "happened_at") == {"alert"}
    assert where(records.elastic_nested(RECORD, original=True), *keys, "happened_at") == {"original"}


def test_an_alert_that_keeps_only_its_copies_is_read() -> None:
    """Where the source's own fields are gone, the alert's copies of them tell the call."""
    message = {
        "kibana.alert.original_event.action": "CreateTrustAnchor",
        "kibana.alert.original_event.provider": records.SERVICE,
        "kibana.alert.original_event.id": records.EVENT_ID,
        "kibana.alert.original_time": records.HAPPENED_AT.isoformat(),
    }
    detection = read(message)
    assert (detection.event_id, detection.event_name) == (records.EVENT_ID, "CreateTrustAnchor")
    assert {detection.sources[key] for key in ("event_id", "event_name", "happened_at")} == {"alert"}


def test_a_rule_that_tells_the_operation_is_its_source() -> None:
    """What is concluded from the rule's name is marked as the alert's."""
    message = {"signal": {"rule": {"name": records.RULE_NAME}}, "@timestamp": "2026-11-20T09:36:00Z"}
    assert where(message, "event_name", "event_source", "happened_at") == {"alert"}


def test_nothing_contradicts_itself_in_a_real_event() -> None:
    """Copies that say the same in other words, such as yes and true, are no contradiction."""
    for form in records_forms.FORMS.values():
        assert read(form(RECORD)).contradictions == ()


def test_request_and_answer_that_differ_are_told() -> None:
    """The answer counts, and the card can say what was asked for."""
    answer = records.anchor_detail(RECORD["requestParameters"]["source"], name="real", enabled=False)
    detection = read(RECORD | {"responseElements": {"trustAnchor": answer}})
    assert (detection.anchor.name, detection.anchor.enabled) == ("real", False)
    assert set(detection.contradictions) == {
        "the trust anchor's name: AWS's answer says real; the request says harbour-ci",
        "whether it is enabled: AWS's answer says no; the request says yes",
    }


def test_a_document_whose_copies_differ_is_told() -> None:
    """Each kind of copy is named; the original's word counts."""
    message = records.elastic_nested(RECORD, original=True)
    trail = message["aws"]["cloudtrail"]
    trail["flattened"]["request_parameters"]["source"]["sourceType"] = "AWS_ACM_PCA"
    trail["request_parameters"] = "{name=other, source={sourceType=SELF_SIGNED_REPOSITORY}, enabled=true}"
    detection = read(message)
    assert detection.anchor.source_type is SourceType.CERTIFICATE_BUNDLE
    assert (
        "the kind of CA: the original answer says CERTIFICATE_BUNDLE; the flattened request says AWS_ACM_PCA;"
        " the map text request says SELF_SIGNED_REPOSITORY" in detection.contradictions
    )
    assert any(words.startswith("the trust anchor's name") for words in detection.contradictions)


def test_an_original_of_another_event_is_not_used() -> None:
    """A record beside the document that has another id says nothing about this event."""
    other = records.cloudtrail_record("ListBuckets", eventSource="s3.amazonaws.com", eventID="other")
    message = records.elastic_nested(RECORD)
    message["event"]["original"] = json.dumps(other)
    detection = read(message)
    assert detection.event_name == "CreateTrustAnchor"
    assert "another event's" in detection.contradictions[0]


@pytest.mark.parametrize(
    ("field", "value", "called"),
    [("eventName", "UpdateTrustAnchor", "the operation"), ("awsRegion", "eu-west-1", "the Region")],
)
def test_an_original_that_differs_in_the_event_is_told(field: str, value: str, called: str) -> None:
    """The record counts before what stands beside it."""
    message = records.elastic_nested(RECORD)
    message["event"]["original"] = json.dumps(RECORD | {field: value})
    detection = read(message)
    assert value in (detection.event_name, detection.region)
    assert any(words.startswith(called) for words in detection.contradictions)


@pytest.mark.parametrize(("field", "value"), [("account", "000000000000"), ("region", "eu-west-1")])
def test_a_wrapping_of_another_account_or_region_is_told(field: str, value: str) -> None:
    """The record's own word counts."""
    detection = read(records.eventbridge(RECORD, **{field: value}))
    assert (detection.account, detection.region) == (records.ACCOUNT, records.REGION)
    assert value in detection.contradictions[0]


def test_an_arn_of_another_account_is_told() -> None:
    """An answer that names an anchor elsewhere does not fit its event."""
    detection = read(RECORD | {"recipientAccountId": "000000000"})
    assert detection.contradictions == (
        f"the account: the event says 000000000; the trust anchor's ARN says {records.ACCOUNT}",
    )


@pytest.mark.parametrize("text", ["<!channel>", "a\nb", "see https://evil.example/?x", "\u202eabc", "x" * 300, "<@U1>"])
def test_a_contradiction_quotes_no_free_text(text: str) -> None:
    """What a caller wrote is called something else, so that the sentence is safe wherever it is shown."""
    answer = records.anchor_detail(RECORD["requestParameters"]["source"], name=text)
    detection = read(RECORD | {"responseElements": {"trustAnchor": answer}})
    assert detection.contradictions == (
        "the trust anchor's name: AWS's answer says something else; the request says harbour-ci",
    )


@pytest.mark.parametrize("listed", [True, False])
def test_requests_kept_as_json_text_are_read(listed: bool) -> None:  # noqa: FBT001 - A parameter of the test.
    """A pipeline that prints JSON in place of a map loses nothing."""
    message = records.elastic_dotted(RECORD, flattened=False)
    written = json.dumps(RECORD["requestParameters"])
    message["aws.cloudtrail.request_parameters"] = [written] if listed else written
    detection = read(message)
    assert detection.sources["certificates"] == "flattened"
    assert len(detection.anchor.certificates_pem) == 1
