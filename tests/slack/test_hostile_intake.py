"""Hostile text in any field of a message of any form, through the intake, out of the card and the notice."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.formats import understand
from bot.adapters.x509 import read_certificates
from bot.domain import events as ev
from bot.domain.case import Case, Notice
from bot.domain.detection import Detection
from bot.domain.errors import BadInput
from bot.domain.red_flags import red_flags
from tests import records, records_forms
from tests.hostile_strings import HOSTILE
from tests.slack.card_states import (
    at_noon,
    posted,
)
from tests.slack.hostile_surfaces import (
    CARD,
    NOTES,
    dresses,
    foreign,
    problems,
)
from tests.slack_markup import in_message

MESSAGES = (
    records.eventbridge(records.cloudtrail_record(identity=records.assumed_role(), errorCode="X", errorMessage="x")),
    records.eventbridge(records.cloudtrail_record(identity=records.assumed_role())),
    records.cloudtrail_record("UpdateTrustAnchor", tags=[{"key": "a", "value": "b"}]),
    records.cloudtrail_record("CreateProfile"),
    records.elastic_nested(records.cloudtrail_record(identity=records.assumed_role()), original=True),
    records.elastic_dotted(records.cloudtrail_record(identity=records.assumed_role()), flattened=False),
    records.sns(records.eventbridge(records.cloudtrail_record())),
    records_forms.awslogs_batch([records.cloudtrail_record()]),
)


def _leaves(node: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if items is None:
        if isinstance(node, str):
            yield path
        return
    for key, value in items:
        yield from _leaves(value, (*path, key))


@st.composite
def poisoned(draw: st.DrawFn) -> bytes:
    """A message in any form with hostile text in place of, before or behind some of its texts."""
    message: Any = copy.deepcopy(draw(st.sampled_from(MESSAGES)))
    text = draw(HOSTILE)
    for path in draw(st.lists(st.sampled_from(list(_leaves(message))), min_size=1, max_size=8, unique=True)):
        node = message
        for key in path[:-1]:
            node = node[key]
        before = node[path[-1]]
        node[path[-1]] = draw(st.sampled_from((text, before + text, text + before)))
    return json.dumps(message).encode()


def _shown(detection: Detection) -> Iterator[Mapping[str, Any]]:
    ca = read_certificates(detection.anchor.certificates_pem)
    received = ev.DetectionReceived(detection, ca, red_flags(detection, ca)), ev.ANCHORWATCH
    case, _ = at_noon(received, *posted())
    yield from dresses(CARD.draw(case))
    actor = detection.actor.arn or detection.actor.name or "somebody"
    noted = ev.ReviewNoted(
        detection.event_id, detection.event_name, detection.account, detection.region, actor, "A reason."
    )
    yield from dresses(NOTES.notice(Case("OPS-2026-11-22"), Notice(7, noted)))


def _of_body(body: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        understood = understand(body)
    except BadInput as error:
        put_aside = ev.MessageQuarantined(error.code, str(error), error.at, "sqs", "quarantine 1")
        yield from dresses(NOTES.notice(Case("OPS-2026-11-22"), Notice(7, put_aside)))
        return
    for detection in understood.detections:
        yield from _shown(detection)


OUR_BOLD = {
    one.target
    for message in MESSAGES
    for shown in _of_body(json.dumps(message).encode())
    for one in in_message(shown)
    if one.kind == "bold"
}


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(poisoned())
def test_nothing_acts_that_came_in_with_a_message(body: bytes) -> None:
    """Through the intake of each form, in any field of it: the card and the notice hold only what we put there."""
    for message in _of_body(body):
        assert problems(message) == []
        assert foreign(message) == []
        assert {one.target for one in in_message(message) if one.kind == "bold"} <= OUR_BOLD
