"""Messages built from the grammar of every form: each part is told, none is lost, and no damage is fatal."""

from __future__ import annotations

import base64
import gzip
import json
from collections import Counter
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.formats import Event, Found, Ignored, found_in, understand
from bot.domain.errors import BadInput
from bot.domain.plain import from_plain, to_plain
from tests import records, records_forms
from tests.records_forms import FORMS

RECORD = records.cloudtrail_record()
LEAVES: list[tuple[str, object]] = [
    *(("event", make(RECORD)) for make in FORMS.values()),
    ("event", records_forms.asff()),
    ("event", records_forms.ocsf()),
    ("event", records_forms.guardduty()),
    ("ignored", records_forms.EXPIRY),
    ("ignored", records_forms.guardduty("ListBuckets", "s3.amazonaws.com")),
    ("ignored", {"kibana": {"alert": {"rule": {"name": "Malware"}}}}),
    ("problem", records.cloudtrail_record(eventTime="soon")),
    ("problem", {"hello": "world"}),
    ("problem", 7),
    ("problem", {"awslogs": {"data": "?"}}),
]
WRAPS: list[Callable[[list[object]], object]] = [
    lambda many: many,
    lambda many: {"Records": many},
    lambda many: {"findings": many},
    lambda many: {"hits": {"hits": many}},
    records_forms.awslogs,
    records_forms.kibana,
    lambda many: records_forms.kibana(many, text=False),
    lambda many: records.sns(json.dumps(many)),
    lambda many: [json.dumps(one) for one in many],
]
Tree = tuple[object, Counter[str]]


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Tree:
    """A message of parts within parts, with how many of each kind there are in it."""
    if depth == 0 or draw(st.integers(0, 2)) == 0:
        kind, message = draw(st.sampled_from(LEAVES))
        return message, Counter([kind])
    parts = draw(st.lists(trees(depth - 1), min_size=1, max_size=3))
    counts = sum((count for _, count in parts), Counter[str]())
    return draw(st.sampled_from(WRAPS))([message for message, _ in parts]), counts


def kind_of(found: Found) -> str:
    """What was found, in the words of the leaves."""
    if isinstance(found.result, Event):
        return "event"
    return "ignored" if isinstance(found.result, Ignored) else "problem"


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(trees())
def test_every_part_is_told(tree: Tree) -> None:
    """However parts are wrapped, there is one event, one reason or one problem for each; too deep ones are problems."""
    message, counts = tree
    found = found_in(records.body(message))
    told = Counter(map(kind_of, found))
    if all(getattr(one.result, "code", "") != "too_deep" for one in found):
        assert told == counts
    else:
        assert told["problem"] > counts["problem"]
        assert told["event"] <= counts["event"]


def survives(body: bytes) -> None:
    """A value or a refusal, and at least one thing told; what is told can be stored."""
    found = found_in(body)
    assert found
    for one in found:
        if isinstance(one.result, Event):
            detection = one.result.detection
            assert from_plain(type(detection), json.loads(json.dumps(to_plain(detection)))) == detection
            assert set(detection.sources.values()) <= {"request", "response", "event", "original", "alert"} | {
                "flattened",
                "map text",
            }
    try:
        understood = understand(body)
    except BadInput:
        assert {kind_of(one) for one in found} == {"problem"}
    else:
        assert len(found) == len(understood.detections) + len(understood.ignored) + len(understood.errors)


SCALARS = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["{", "[1]", '{"a":', "H4sI"])
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.data())
def test_any_value_anywhere_in_any_form(form: str, data: st.DataObject) -> None:
    """One value of a message, at any depth, replaced by anything."""
    message: object = json.loads(json.dumps({"": FORMS[form](RECORD)}))
    node = message
    while True:
        assert isinstance(node, dict | list)
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        value = node[key]
        if not isinstance(value, dict | list) or not value or (node is not message and data.draw(st.booleans())):
            break
        node = value
    node[key] = data.draw(JSON)
    assert isinstance(message, dict)
    survives(records.body(message[""]))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.data())
def test_any_byte_and_any_end_of_any_form(form: str, data: st.DataObject) -> None:
    """Bytes changed, put in or cut off anywhere."""
    body = bytearray(records.body(FORMS[form](RECORD)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    survives(bytes(body[: data.draw(st.integers(len(body) // 2, len(body)))]) or b" ")


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"\x1f\x8b", b"\x1f\x8b\x08\x00", b"H4sI", b"H4sIAAAA", b"\xef\xbb\xbf"]),
)
def test_any_bytes_behind_any_beginning(rest: bytes, beginning: bytes) -> None:
    """Bytes that begin as a packed or marked message does."""
    survives(beginning + rest)


@settings(max_examples=200, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_any_packed_bytes(content: bytes) -> None:
    """Bytes in gzip and base64, whole and cut off."""
    text = base64.b64encode(gzip.compress(content)).decode()
    for data in (text, text[:-5]):
        survives(records.body({"awslogs": {"data": data}}))
