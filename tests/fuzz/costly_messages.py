"""Messages that are made to take as much time as their size allows; some of them were found by ``search_slow.py``."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from bot.adapters.formats.json_text import MAX_BODY_BYTES
from tests import records, records_forms
from tests.fuzz.costly_bundles import BUNDLES

_RECORD = records.cloudtrail_record()
_OTHER = records.cloudtrail_record("ListBuckets", eventSource="s3.amazonaws.com", responseElements=None)
_LETTERS = "QUJD" * 50_000
_ROOM = MAX_BODY_BYTES - 20_000

WRAPS: Mapping[str, Callable[[list[object]], object]] = {
    "array": lambda many: many,
    "log file": lambda many: {"Records": many},
    "connector in sns": lambda many: records.sns(records.sns(records_forms.kibana(many))),
    "subscription": lambda many: records_forms.awslogs(many[:600]),
}
MEMBERS: Mapping[str, object] = {
    "record": _RECORD,
    "other service": _OTHER,
    "nested": records.elastic_nested(_RECORD),
    "nested, original": records.elastic_nested(_RECORD, original=True),
    "dotted": records.elastic_dotted(_RECORD, flattened=False),
    "eventbridge": records.eventbridge(_RECORD),
    "hit": records_forms.hit(_RECORD, fields=True),
    "asff": records_forms.asff(),
    "ocsf": records_forms.ocsf(),
    "guardduty": records_forms.guardduty(),
    "without a time": {**records.elastic_nested(_RECORD), "@timestamp": "", "kibana": {}},
    "junk": {"a": [{}]},
}


def filled(wrap: Callable[[list[object]], object], one: object) -> bytes:
    """As many of one message as fit into a body."""
    few = 20 if len(records.body(one)) < _ROOM // 20 else 2
    count = int(MAX_BODY_BYTES / len(records.body(wrap([one] * few))) * few)
    while len(body := records.body(wrap([one] * count))) > MAX_BODY_BYTES:
        count -= 1
    return body


@cache
def standard_log() -> bytes:
    """A mebibyte of a usual log file: how long its JSON takes to read is what other times are held against."""
    return filled(WRAPS["log file"], _OTHER)


def large_bundle(form: str, copies: int) -> bytes:
    """One certificate as large as the API takes, or a bundle of many, in one form."""
    pem = (
        records.make_ca() * copies if copies > 1 else f"-----BEGIN CERTIFICATE-----{_LETTERS}-----END CERTIFICATE-----"
    )
    return records.body(records_forms.FORMS[form](records.cloudtrail_record(source=records.bundle_source(pem))))


def _packed(text: str) -> bytes:
    """A subscription whose batch is this text."""
    return records.body({"awslogs": {"data": base64.b64encode(gzip.compress(text.encode())).decode()}})


def _bundle_of(text: str) -> bytes:
    return records.body(records.cloudtrail_record(source=records.bundle_source(text), responseElements=None))


def _map_of(text: str) -> bytes:
    """An Elastic document whose request and answer are this map text."""
    half = text[: len(text) // 2]
    return records.body(
        {
            "event.action": "CreateTrustAnchor",
            "@timestamp": "2026-11-20T09:30:12Z",
            "aws.cloudtrail.request_parameters": half,
            "aws.cloudtrail.response_elements": half,
        }
    )


def _distinct(build: Callable[[records.Json], object]) -> list[object]:
    sources = [records.bundle_source(records.make_ca(f"CN={number}")) for number in range(110)]
    return [build(records.cloudtrail_record(source=source)) for source in sources]


def _costly_records(name: str) -> bytes:
    """Events whose bundles, some five, fill a body; each bundle is costly to read."""
    pem = BUNDLES[name]()[:190_000]
    record = records.cloudtrail_record(source=records.bundle_source(pem), responseElements=None)
    return filled(WRAPS["log file"], record)


AWKWARD: Mapping[str, Callable[[], bytes]] = {
    "alerts with a CA each": lambda: records.body(_distinct(records.elastic_nested)),
    "alerts with original and CA each": lambda: records.body(
        _distinct(lambda record: records.elastic_nested(record, original=True))[:100]
    ),
    "records with a CA each": lambda: records.body({"Records": _distinct(lambda record: record)}),
    "empty lists in a batch": lambda: _packed('{"logEvents":[' + "[]," * 520_000 + "1]}"),
    "empty lists": lambda: b"[" + b"[]," * 345_000 + b"1]",
    "a batch with its end cut off": lambda: _packed(
        json.dumps(records_forms.awslogs_batch([_RECORD] * 700))[:1_572_000]
    ),
    "texts that may be JSON": lambda: records.body({str(one): "[" + "1," * 500 + "1]" for one in range(990)}),
    "texts that are none": lambda: records.body({str(one): "{" * 1000 for one in range(990)}),
    "JSON in JSON in JSON": lambda: records.body(
        {"a": json.dumps({"b": json.dumps({"c": "[" + "1," * 400_000 + "1]"})})}
    ),
    "many fields": lambda: records.body({"event": {}, "aws": {}} | {f"k{one}": 1 for one in range(75_000)}),
    "many values of one field": lambda: records.body(
        {**records.elastic_nested(_RECORD), "event": {"action": ["CreateTrustAnchor"], "type": ["info"] * 110_000}}
    ),
    "a finding with much text": lambda: records.body(
        records_forms.asff(Resources=[], Description="arn:aws:" * 120_000)
    ),
    "a finding with many ARNs": lambda: records.body(
        records_forms.asff(Resources=[], Description=" ".join(f"{records.ANCHOR_ARN}{one}" for one in range(9000)))
    ),
    "many keys": lambda: records.body({f"k{number}": number for number in range(_ROOM // 18)}),
    "a request with many keys": lambda: records.body(
        {**_RECORD, "requestParameters": {f"k{number}": number for number in range(_ROOM // 18)}}
    ),
    "one long text": lambda: records.body(records.cloudtrail_record(userAgent="x" * _ROOM)),
    "many begins": lambda: _bundle_of("-----BEGIN CERTIFICATE-----" * (_ROOM // 27)),
    "many empty blocks": lambda: _bundle_of("-----BEGIN CERTIFICATE----------END CERTIFICATE-----" * (_ROOM // 52)),
    "one long word in a label": lambda: _bundle_of("-----BEGIN " + "A" * _ROOM),
    "many sources": lambda: _map_of("{" + "source={sourceType=" * (_ROOM // 19)),
    "many names": lambda: _map_of("{" + " name=" * (_ROOM // 6)),
    "many long names": lambda: _map_of("{" + (" name=" + "a" * 300) * (_ROOM // 306)),
    "many anchors": lambda: _map_of("{" + (" trustAnchorArn=arn:" + "a" * 180) * (_ROOM // 200)),
    "many settings": lambda: _map_of("notificationSettings=[" * (_ROOM // 22)),
    **{f"full bundles: {name}": lambda name=name: _costly_records(name) for name in BUNDLES},  # type: ignore[misc]
}


def costly_messages() -> Iterator[tuple[str, bytes]]:
    """Every message, with its name."""
    for wrap in WRAPS:
        for member in MEMBERS:
            yield f"{member} in {wrap}", filled(WRAPS[wrap], MEMBERS[member])
    for form in records_forms.FORMS:
        for copies in (1, 150):
            yield f"{copies} certificates in {form}", large_bundle(form, copies)
    for name, make in AWKWARD.items():
        yield name, make()
