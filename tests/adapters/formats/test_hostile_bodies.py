"""Whatever comes in ends in a value or in BadInput; ``test_time_of_bodies.py`` holds how quickly."""

from __future__ import annotations

import json

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
