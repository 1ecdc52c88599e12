"""The document that Elastic's AWS integration makes of a record, and what the published rule says of documents."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.ecs_of_record import ecs_of_record, published_rule_of_document, published_rule_of_record
from bot.adapters.java_text import hash_order, java_text
from bot.domain.published_rule import FILEBEAT_IGNORE_ABOVE, PublishedRule
from tests.records import (
    Json,
    anchor_detail,
    bundle_source,
    cloudtrail_record,
    elastic_dotted,
    elastic_nested,
    make_ca,
    pca_source,
)

BOTH, NEITHER = PublishedRule(v1=True, v6=True), PublishedRule(v1=False, v6=False)
ONLY_V1 = PublishedRule(v1=True, v6=False)


def without(document: Json, *fields: str) -> Json:
    """The document without these fields of its event."""
    return {**document, "event": {key: value for key, value in document["event"].items() if key not in fields}}


def test_maps_are_printed_in_java_s_order() -> None:
    """The order is that of the hashes, in which the integration's own published samples stand."""
    asked = {"enabled": False, "name": "x", "source": {"sourceData": {"acmPcaArn": "a"}, "sourceType": "AWS_ACM_PCA"}}
    assert java_text(asked) == "{name=x, source={sourceType=AWS_ACM_PCA, sourceData={acmPcaArn=a}}, enabled=false}"
    answered = [
        *("createdAt", "name", "source", "enabled"),
        *("notificationSettings", "trustAnchorArn", "trustAnchorId", "updatedAt"),
    ]
    assert hash_order(sorted(anchor_detail({}))) == answered
    settings = ["channel", "threshold", "configuredBy", "event", "enabled"]
    assert hash_order(sorted(settings)) == settings


def test_a_bigger_map_has_more_buckets() -> None:
    """Thirteen keys make the table grow, so that the order is another one."""
    assert hash_order("pabcdefghijk") == list("pabcdefghijk")
    assert hash_order("pabcdefghijkl") == list("abcdefghijklp")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (45, "45"),
        ([], "[]"),
        (["a", {"b": "c, d=e"}], "[a, {b=c, d=e}]"),
        ({}, "{}"),
        ("line\nend", "line\nend"),
    ],
)
def test_values_are_printed_without_quotes(value: object, text: str) -> None:
    """Nothing is quoted and nothing is escaped."""
    assert java_text(value) == text


def test_what_is_empty_is_dropped() -> None:
    """Nulls, empty texts and what then is empty are no fields, so that an empty request is no request."""
    for nothing in (None, {}, {"name": ""}, {"tags": [], "source": {"sourceData": None}}, ""):
        record = {**cloudtrail_record(), "requestParameters": nothing}
        assert "request_parameters" not in ecs_of_record(record)["aws"]["cloudtrail"]
        assert published_rule_of_record(record) == ONLY_V1
    asked: Any = ecs_of_record({**cloudtrail_record(), "requestParameters": {"name": "x", "enabled": None, "tags": []}})
    assert asked["aws"]["cloudtrail"]["request_parameters"] == "{name=x}"
    assert asked["aws"]["cloudtrail"]["flattened"]["request_parameters"] == {"name": "x"}


def test_objects_are_kept_beside_short_texts_only() -> None:
    """A request of 32,766 characters and more has no flattened copy."""
    record = cloudtrail_record(source=bundle_source("x" * 40_000), responseElements=None)
    trail: Any = ecs_of_record(record)["aws"]["cloudtrail"]
    assert len(trail["request_parameters"]) > 40_000
    assert "flattened" not in trail


@pytest.mark.parametrize("changes", [{"errorCode": "AccessDenied"}, {"errorMessage": "no"}])
def test_an_error_is_a_failure(changes: Json) -> None:
    """Either field makes the outcome a failure, and an empty one does not."""
    assert ecs_of_record(cloudtrail_record(**changes))["event"]["outcome"] == "failure"
    assert ecs_of_record(cloudtrail_record(errorCode="", errorMessage=""))["event"]["outcome"] == "success"


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (cloudtrail_record(), BOTH),
        (cloudtrail_record(source=pca_source()), NEITHER),
        (cloudtrail_record("UpdateTrustAnchor"), NEITHER),
        (cloudtrail_record(errorCode="AccessDenied"), NEITHER),
        (cloudtrail_record(requestParameters=None), ONLY_V1),
        (cloudtrail_record(requestParameters={"omitted": True, "reason": "too large"}), BOTH),
        (cloudtrail_record(source=bundle_source("# sourceType=AWS_ACM_PCA\n" + make_ca())), NEITHER),
        (cloudtrail_record(source=bundle_source(make_ca() * 20)), ONLY_V1),
        (cloudtrail_record(source={"sourceType": "aws_acm_pca"}), BOTH),
        ({}, NEITHER),
    ],
)
def test_a_record_is_judged_as_its_document(record: Json, expected: PublishedRule) -> None:
    """Text in the wrong place silences both versions, and a long request blinds version 6."""
    assert published_rule_of_record(record) == expected


@pytest.mark.parametrize("listed", [False, True])
def test_every_spelling_of_a_document_is_read(listed: bool) -> None:  # noqa: FBT001 - parametrized.
    """Nested and dotted keys, single values and lists say the same."""
    record = cloudtrail_record()
    assert published_rule_of_document(elastic_nested(record)) == BOTH
    assert published_rule_of_document(elastic_dotted(record, listed=listed)) == BOTH
    assert published_rule_of_document(elastic_dotted(cloudtrail_record(source=pca_source()))) == NEITHER


def test_nothing_is_filled_in() -> None:
    """A document without event.dataset or event.type does not match, whatever else it says."""
    document = elastic_nested(cloudtrail_record())
    data_stream = {"data_stream": {"dataset": "aws.cloudtrail"}}
    assert published_rule_of_document({**without(document, "dataset"), **data_stream}) == NEITHER
    assert published_rule_of_document(without(document, "type")) == ONLY_V1


def test_an_alert_s_copies_stand_in() -> None:
    """The event fields that an alert keeps under its own names are those of the document that it was raised for."""
    document = without(elastic_nested(cloudtrail_record()), "dataset")
    document["kibana"]["alert"]["original_event"] = {"dataset": "aws.cloudtrail"}
    assert published_rule_of_document(document) == BOTH


def test_an_object_in_place_of_the_text_is_no_value() -> None:
    """Where the mapping has a keyword, an object gives the rule nothing to search."""
    document = elastic_nested(cloudtrail_record(source=pca_source()))
    document["aws"]["cloudtrail"]["request_parameters"] = {"source": pca_source()}
    assert published_rule_of_document(document) == ONLY_V1


def test_the_limit_is_that_of_the_index() -> None:
    """What the AWS integration indexes, Filebeat does not."""
    record = cloudtrail_record(source=bundle_source(make_ca(key="rsa-2048")))
    assert published_rule_of_record(record) == BOTH
    assert published_rule_of_record(record, FILEBEAT_IGNORE_ABOVE) == ONLY_V1
