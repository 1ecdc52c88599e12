"""Messages judged offline: one object for each thing that is found in a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.ca_facts import CaFacts
from bot.domain.detection import Anchor, Detection, EventProblem, SourceType
from bot.domain.published_rule import PublishedRule
from bot.service.evaluate import Evaluate, Finding, Line, Row

CREATED = Detection(
    event_id="e",
    event_name="CreateTrustAnchor",
    event_source="rolesanywhere.amazonaws.com",
    happened_at=datetime(2026, 11, 20, tzinfo=UTC),
    account="",
    region="eu-central-1",
    form="cloudtrail",
    anchor=Anchor(source_type=SourceType.UNKNOWN, source_type_text="NEW_KIND"),
    rule=PublishedRule(v1=True, v6=False),
    sources={"source_type": "request"},
)
KEYS = [
    *("line", "index", "form", "event_id", "event_name", "rule", "answer", "reasons", "anchor_arn", "account"),
    *("region", "actor_arn", "source_type", "certificates", "sources", "error"),
]


def evaluated(findings: Sequence[Finding], lines: Sequence[Line] = ((1, b"{}"),)) -> list[Row]:
    """What the lines give when each of them holds these findings."""
    return list(Evaluate(lambda _: findings, lambda: lambda _: CaFacts(), most_bytes=10)(lines))


def test_an_event_is_one_object() -> None:
    """What is known is there, what the event does not say is null."""
    (row,) = evaluated([Finding("sns/cloudtrail", CREATED)])
    assert list(row) == KEYS
    assert row["form"] == "sns/cloudtrail"
    assert row["rule"] == {"v1": True, "v6": False}
    assert row["answer"] == "alert"
    assert row["account"] is None
    assert row["source_type"] == "NEW_KIND"
    assert row["sources"] == {"source_type": "request"}
    assert json.loads(json.dumps(row)) == row


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        (Anchor(), None),
        (Anchor(source_type=SourceType.AWS_ACM_PCA), "AWS_ACM_PCA"),
        (
            Anchor(source_type=SourceType.CERTIFICATE_BUNDLE, source_type_text="CERTIFICATE_BUNDLE"),
            "CERTIFICATE_BUNDLE",
        ),
    ],
)
def test_a_type_is_given_as_written(anchor: Anchor, expected: str | None) -> None:
    """A type that nobody wrote is null, not unknown."""
    (row,) = evaluated([Finding("cloudtrail", replace(CREATED, anchor=anchor))])
    assert row["source_type"] == expected


def test_findings_without_a_record_have_no_opinion_of_the_rule() -> None:
    """Where Elastic would have no document, neither version fires."""
    (row,) = evaluated([Finding("guardduty", replace(CREATED, rule=None))])
    assert row["rule"] == {"v1": False, "v6": False}


def test_everything_in_a_line_is_counted_in_its_order() -> None:
    """Events, parts to ignore and problems stand in one row of numbers, and a problem stops nothing."""
    problem = EventProblem("bad_time", "eventTime is missing", "Records[1].eventTime")
    rows = evaluated([Finding("file", "an expiry event"), Finding("file", problem), Finding("file", CREATED)])
    assert [(row["line"], row["index"], row["answer"]) for row in rows] == [
        (1, 0, "ignore"),
        (1, 1, "error"),
        (1, 2, "alert"),
    ]
    assert rows[0]["reasons"] == ["an expiry event"]
    assert rows[1]["error"] == {"code": "bad_time", "message": "eventTime is missing", "at": "Records[1].eventTime"}
    assert [list(row) for row in rows] == [KEYS] * 3


def test_lines_that_hold_nothing_and_lines_that_hold_too_much() -> None:
    """An empty line is ignored, one that was too long is an error, and the next line is read all the same."""
    rows = evaluated([Finding("cloudtrail", CREATED)], [(1, b" \t"), (2, None), (3, b"{}")])
    assert [(row["line"], row["answer"]) for row in rows] == [(1, "ignore"), (2, "error"), (3, "alert")]
    assert rows[1]["error"]["code"] == "too_large"
