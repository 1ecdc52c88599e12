"""No body of 1 MiB takes 100 ms of processor time, whatever its form holds."""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import time
from collections.abc import Callable

import pytest

from bot.adapters.formats import understand
from bot.domain.errors import BadInput
from tests import records, records_forms

MEBIBYTE = 1024 * 1024
SECONDS = 0.1
RECORD = records.cloudtrail_record()
OTHER = records.cloudtrail_record("ListBuckets", eventSource="s3.amazonaws.com", responseElements=None)
LETTERS = "QUJD" * 50_000


def packed(text: str) -> bytes:
    """A subscription whose batch is this text."""
    return records.body({"awslogs": {"data": packed_text(text)}})


def packed_text(text: str) -> str:
    """Base64 of gzip."""
    return base64.b64encode(gzip.compress(text.encode())).decode()


def filled(wrap: Callable[[list[object]], object], one: object) -> bytes:
    """As many of one message as fit into a body."""
    size = len(records.body(wrap([one] * 20))) / 20
    count = int(MEBIBYTE / size)
    while len(body := records.body(wrap([one] * count))) > MEBIBYTE:
        count -= 1
    return body


WRAPS: dict[str, Callable[[list[object]], object]] = {
    "array": lambda many: many,
    "log file": lambda many: {"Records": many},
    "connector in sns": lambda many: records.sns(records.sns(records_forms.kibana(many))),
    "subscription": lambda many: records_forms.awslogs(many[:600]),
}
MEMBERS = {
    "record": RECORD,
    "other service": OTHER,
    "nested": records.elastic_nested(RECORD),
    "nested, original": records.elastic_nested(RECORD, original=True),
    "dotted": records.elastic_dotted(RECORD, flattened=False),
    "eventbridge": records.eventbridge(RECORD),
    "hit": records_forms.hit(RECORD, fields=True),
    "asff": records_forms.asff(),
    "ocsf": records_forms.ocsf(),
    "guardduty": records_forms.guardduty(),
    "junk": {"a": [{}]},
}


def fastest(body: bytes) -> float:
    """The least processor time of a few tries: a busy machine only adds to it."""
    times = []
    for _ in range(6):
        started = time.process_time()
        with contextlib.suppress(BadInput):
            understand(body)
        times.append(time.process_time() - started)
        if times[-1] < SECONDS:
            break
    return min(times)


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("member", MEMBERS)
def test_a_body_full_of_events_is_read_in_time(member: str, wrap: str) -> None:
    """Several hundred events in one message, and in a batch that unpacks to more than a mebibyte."""
    assert fastest(filled(WRAPS[wrap], MEMBERS[member])) < SECONDS


@pytest.mark.parametrize("form", records_forms.FORMS)
@pytest.mark.parametrize("copies", [1, 150])
def test_a_large_event_is_read_in_time(form: str, copies: int) -> None:
    """One certificate as large as the API allows, or a bundle of many, in each form."""
    pem = records.make_ca() * copies if copies > 1 else f"-----BEGIN CERTIFICATE-----{LETTERS}-----END CERTIFICATE-----"
    record = records.cloudtrail_record(source=records.bundle_source(pem))
    body = records.body(records_forms.FORMS[form](record))
    assert len(body) > MEBIBYTE // 20 or b"awslogs" in body
    assert fastest(body) < SECONDS


AWKWARD: dict[str, Callable[[], bytes]] = {
    "empty lists in a batch": lambda: packed('{"logEvents":[' + "[]," * 520_000 + "1]}"),
    "empty lists": lambda: b"[" + b"[]," * 345_000 + b"1]",
    "a batch with its end cut off": lambda: packed(json.dumps(records_forms.awslogs_batch([RECORD] * 700))[:1_572_000]),
    "many small bombs": lambda: records.body([json.loads(packed(json.dumps("x" * 1_500_000)))] * 480),
    "many small bombs that are cut off": lambda: records.body([packed_text("x" * 1_500_000)[:-40]] * 480),
    "texts that may be JSON": lambda: records.body({str(one): "[" + "1," * 500 + "1]" for one in range(990)}),
    "texts that are none": lambda: records.body({str(one): "{" * 1000 for one in range(990)}),
    "JSON in JSON in JSON": lambda: records.body(
        {"a": json.dumps({"b": json.dumps({"c": "[" + "1," * 400_000 + "1]"})})}
    ),
    "many fields": lambda: records.body({"event": {}, "aws": {}} | {f"k{one}": 1 for one in range(75_000)}),
    "a finding with much text": lambda: records.body(
        records_forms.asff(Resources=[], Description="arn:aws:" * 120_000)
    ),
    "a finding with many ARNs": lambda: records.body(
        records_forms.asff(Resources=[], Description=" ".join(f"{records.ANCHOR_ARN}{one}" for one in range(9000)))
    ),
}


@pytest.mark.parametrize("make", AWKWARD)
def test_an_awkward_body_is_read_in_time(make: str) -> None:
    """Bodies that are made to cost as much as possible."""
    body = AWKWARD[make]()
    assert len(body) <= MEBIBYTE
    assert fastest(body) < SECONDS
