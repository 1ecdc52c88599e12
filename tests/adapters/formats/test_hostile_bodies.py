"""Whatever comes in ends in a value or in BadInput, bounded and quickly."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.formats import Understood, understand
from bot.adapters.x509 import read_certificates
from bot.domain.errors import BadInput
from bot.domain.plain import from_plain, to_plain
from bot.domain.red_flags import red_flags
from bot.domain.rule import judge
from tests import records

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=20), st.floats(allow_nan=False, allow_infinity=False)
)
KEYS = st.sampled_from(
    [
        *("eventName", "eventSource", "eventTime", "eventID", "userIdentity", "requestParameters", "source"),
        *("responseElements", "trustAnchor", "sourceData", "sourceType", "x509CertificateData", "Type", "TopicArn"),
        *("Message", "detail", "detail-type", "kibana", "kibana.alert.rule.name", "event", "event.action", "aws"),
        *("aws.cloudtrail.request_parameters", "aws.cloudtrail.flattened.request_parameters", "event.original"),
        *("@timestamp", "action", "provider", "cloudtrail", "flattened", "sessionContext", "alert", "rule"),
    ]
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=30
)
FORMS = [
    records.cloudtrail_record(),
    records.eventbridge(records.cloudtrail_record(identity=records.assumed_role())),
    records.elastic_nested(records.cloudtrail_record(), original=True),
    records.elastic_dotted(records.cloudtrail_record(), flattened=False),
    records.sns(records.cloudtrail_record()),
]


def survives(body: bytes) -> Understood | None:
    """Go the whole way that a message goes; None when it is refused."""
    try:
        understood = understand(body)
    except BadInput:
        return None
    for detection in understood.detections:
        facts = read_certificates(detection.anchor.certificates_pem)
        assert judge(detection).reason
        red_flags(detection, facts)
        assert from_plain(type(detection), json.loads(json.dumps(to_plain(detection)))) == detection
    return understood


@given(st.binary(max_size=400))
def test_any_bytes(body: bytes) -> None:
    """Random bytes are refused, never fatal."""
    survives(body)


@settings(max_examples=300)
@given(JSON)
def test_any_json_with_our_keys(message: object) -> None:
    """Our keys in any order with any values are understood or refused, never fatal."""
    survives(json.dumps(message).encode())


@st.composite
def damaged(draw: st.DrawFn) -> records.Json:
    """A real message with one value in it replaced by anything."""
    message: records.Json = json.loads(json.dumps(draw(st.sampled_from(FORMS))))
    node: object = message
    for _ in range(draw(st.integers(0, 6))):
        assert isinstance(node, dict)
        key = draw(st.sampled_from(sorted(node)))
        if not isinstance(node[key], dict) or not node[key]:
            break
        node = node[key]
    assert isinstance(node, dict)
    node[draw(st.sampled_from(sorted(node)))] = draw(JSON)
    return message


@settings(max_examples=300)
@given(damaged())
def test_any_damage_to_a_real_message(message: records.Json) -> None:
    """A real message with one wrong value is understood or refused, never fatal."""
    survives(records.body(message))


@settings(max_examples=200)
@given(st.sampled_from(FORMS), st.data())
def test_any_cut_and_any_byte(message: records.Json, data: st.DataObject) -> None:
    """A real message that is cut off or has a byte changed is understood or refused, never fatal."""
    body = bytearray(records.body(message))
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(body[: data.draw(st.integers(0, len(body)))]))


MEBIBYTE = 1024 * 1024
ROOM = MEBIBYTE - 20_000


def bundle_of(text: str) -> bytes:
    """A record whose request holds this text as its bundle."""
    record = records.cloudtrail_record(source=records.bundle_source(text), responseElements=None)
    return records.body(record)


def map_of(text: str) -> bytes:
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


AWKWARD: dict[str, Callable[[], bytes]] = {
    "many empty lists": lambda: b"[" + b"[]," * (ROOM // 3) + b"[]]",
    "many keys": lambda: records.body({f"k{number}": number for number in range(ROOM // 18)}),
    "one long text": lambda: records.body(records.cloudtrail_record(userAgent="x" * ROOM)),
    "many begins": lambda: bundle_of("-----BEGIN CERTIFICATE-----" * (ROOM // 27)),
    "many empty blocks": lambda: bundle_of("-----BEGIN CERTIFICATE----------END CERTIFICATE-----" * (ROOM // 52)),
    "one long word in a label": lambda: bundle_of("-----BEGIN " + "A" * ROOM),
    "many sources": lambda: map_of("{" + "source={sourceType=" * (ROOM // 19)),
    "many names": lambda: map_of("{" + " name=" * (ROOM // 6)),
    "many long names": lambda: map_of("{" + (" name=" + "a" * 300) * (ROOM // 306)),
    "many anchors": lambda: map_of("{" + (" trustAnchorArn=arn:" + "a" * 180) * (ROOM // 200)),
    "many settings": lambda: map_of("notificationSettings=[" * (ROOM // 22)),
}


@pytest.mark.parametrize("make", AWKWARD)
def test_no_body_takes_long(make: str) -> None:
    """The worst bodies of 1 MiB end: what grows faster than the body takes minutes, what does not takes a moment."""
    body = AWKWARD[make]()
    assert MEBIBYTE // 2 < len(body) <= MEBIBYTE
    started = time.process_time()
    with contextlib.suppress(BadInput):
        understand(body)
    assert time.process_time() - started < 3
