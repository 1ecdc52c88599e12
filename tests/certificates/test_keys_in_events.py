"""A private key in an event's CA bundle: flagged, and not a letter of it in what is kept of the event."""

from __future__ import annotations

import json

import pytest

from bot.adapters.formats import Event, found_in
from bot.domain.plain import to_plain
from tests import records
from tests.certificates import set_broken
from tests.certificates.armour import Case
from tests.certificates.set_broken import private_keys

# AWS takes text with labels only: what goes without is for files.
_FILES_ONLY = {"key: alone in DER", "key: alone in base64", "key: base64 of PEM", "key: UTF-16"}
WITH_KEYS = [
    case for case in set_broken.cases() if "private_key_inside:" in case.findings and case.name not in _FILES_ONLY
]


@pytest.mark.parametrize("case", WITH_KEYS, ids=lambda case: case.name)
def test_a_key_in_an_event_is_flagged_and_not_kept(case: Case) -> None:
    """From a CloudTrail record and from a document with Java map text."""
    record = records.cloudtrail_record(source=records.bundle_source(case.data.decode()))
    for message in (record, records.ecs_document(record, flattened=False), records.ecs_document(record, original=True)):
        (found,) = found_in(records.body(message))
        assert isinstance(found.result, Event)
        detection = found.result.detection
        assert detection.anchor is not None
        assert detection.anchor.held_private_key
        kept = json.dumps(to_plain(detection)).replace("\\n", "")
        assert not [piece for pieces in private_keys().values() for piece in pieces if piece in kept]
