"""The document that Elastic's AWS integration makes of a record, and what the published rule says of documents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.ecs_of_record import (
    published_rule_of_document,
    published_rule_of_record,
    rule_fields_of_record,
)
from bot.adapters.java_text import java_text
from bot.domain.published_rule import FILEBEAT_IGNORE_ABOVE, PublishedRule
from tests.records import (
    Json,
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


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (True, "true"),
        (45, "45"),
        ([], None),
        (["a", {"b": "c, d=e"}], "[a, {b=c, d=e}]"),
        ({}, None),
        ("", None),
        ({"tags": [], "source": {"sourceData": None}, "name": ""}, None),
        ({"name": "x", "enabled": None, "tags": [None, "", {}, "t"]}, "{name=x, tags=[t]}"),
        ("line\nend", "line\nend"),
    ],
)
def test_values_are_printed_without_quotes(value: object, text: str | None) -> None:
    """Nothing is quoted and nothing is escaped."""
    assert java_text(value) == text


def test_what_is_empty_is_dropped() -> None:
    """Nulls, empty texts and what then is empty are no fields, so that an empty request is no request."""
    for nothing in (None, {}, {"name": ""}, {"tags": [], "source": {"sourceData": None}}, ""):
        record = {**cloudtrail_record(), "requestParameters": nothing}
        assert rule_fields_of_record(record).request_parameters == ()
        assert published_rule_of_record(record) == ONLY_V1


@given(st.permutations(["name", "source", "enabled", "tags"]), st.sampled_from([bundle_source(), pca_source()]))
def test_the_order_of_keys_does_not_matter(keys: list[str], source: Json) -> None:
    """Java prints keys in another order than they came in, and the rule says the same of any order."""
    record = cloudtrail_record(source=source)
    record["requestParameters"] |= {"tags": [{"key": "sourceType", "value": "AWS_ACM_PCA"}]}
    expected = published_rule_of_record(record)
    record["requestParameters"] = {key: record["requestParameters"][key] for key in keys}
    record["requestParameters"]["source"] = dict(reversed(source.items()))
    assert published_rule_of_record(record) == expected


@pytest.mark.parametrize("changes", [{"errorCode": "AccessDenied"}, {"errorMessage": "no"}])
def test_an_error_is_a_failure(changes: Json) -> None:
    """Either field makes the outcome a failure, and an empty one does not."""
    assert rule_fields_of_record(cloudtrail_record(**changes)).outcome == ("failure",)
    assert rule_fields_of_record(cloudtrail_record(errorCode="", errorMessage="")).outcome == ("success",)


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
