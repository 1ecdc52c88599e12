"""Records to JSON values and back."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum, StrEnum
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.audit import GENESIS_HASH, Head, link
from bot.domain.events import Event, draft, event_of
from bot.domain.plain import canonical, from_plain, to_plain
from bot.domain.post_events import PostKind, PostReserved, PostSent

EVENTS: tuple[type[Event], ...] = typing.get_args(Event)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

# Lone surrogates included: Slack's and AWS's JSON can spell them.
TEXT = st.text(st.characters(exclude_categories=()), max_size=8)
TIMES = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone itself.
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - The same.
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-9, minutes=-30))]),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of any annotation that the records of the log use."""
    origin, options = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(*map(values, options))
    if origin is tuple:
        return st.lists(values(options[0]), max_size=3).map(tuple)
    if origin in (dict, Mapping):
        return st.dictionaries(TEXT, TEXT if options[1] is str else JSON, max_size=3)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return st.deferred(lambda: record(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    simple = {
        str: TEXT,
        int: st.integers(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        datetime: TIMES,
        type(None): st.none(),
    }
    return simple[hint]


@cache
def record(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Records of a class, which may hold records of the same class."""
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in dataclasses.fields(kind)})


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_every_event_survives_the_log(kind: type[Event], data: st.DataObject) -> None:
    """An event comes back equal after it was drafted, linked, written as JSON text and read."""
    event = data.draw(values(kind))
    (entry,) = link("AW-0123456789", Head(), NOON, [draft(event)])

    stored = dataclasses.replace(entry, data=json.loads(canonical(entry.data)))

    assert event == event_of(stored)
    assert link("AW-0123456789", Head(0, GENESIS_HASH), NOON, [draft(event)]) == (entry,)


def test_every_kind_is_subject_and_verb_and_its_own() -> None:
    """No two events share a kind, and each kind is ``subject:verb``."""
    kinds = [kind.KIND for kind in EVENTS]

    assert sorted(set(kinds)) == sorted(kinds)
    assert all(len(kind.split(":")) == 2 and kind == kind.lower() for kind in kinds)


def test_missing_fields_take_their_default() -> None:
    """An entry of an older version, without the fields added since, is still read."""
    older = {"post": "card", "through": 0, "channel": "C1", "ts": "1.2"}

    assert from_plain(PostSent, older) == PostSent(PostKind.CARD, 0, "C1", "1.2")


def test_unknown_fields_are_left_out() -> None:
    """An entry of a newer version, with fields that this one does not know, is still read."""
    newer = {"post": "note", "through": 3, "owner": "p1", "colour": "red"}

    assert from_plain(PostReserved, newer) == PostReserved(PostKind.NOTE, 3, "p1")


def test_a_missing_field_without_default_is_an_error() -> None:
    """A record is never made up from nothing."""
    with pytest.raises(TypeError, match="owner"):
        from_plain(PostReserved, {"post": "note", "through": 3})


def test_an_unknown_enum_value_is_an_error() -> None:
    """A value that the enum does not have is not let through."""
    with pytest.raises(ValueError, match="banner"):
        from_plain(PostReserved, {"post": "banner", "through": 3, "owner": "p1"})


@given(value=JSON)
def test_canonical_is_one_ascii_text_for_one_value(value: Any) -> None:
    """The canonical text reads back as the same value, is ASCII, and is the same for the value read back."""
    text = canonical(value)

    assert text.isascii()
    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


@given(items=st.dictionaries(TEXT, st.integers(), max_size=6), order=st.randoms(use_true_random=False))
def test_canonical_does_not_depend_on_the_order_of_keys(items: dict[str, int], order: Any) -> None:
    """The same fields in another order have the same text."""
    shuffled = list(items.items())
    order.shuffle(shuffled)

    assert canonical(dict(shuffled)) == canonical(items)


@given(at=TIMES)
def test_one_instant_has_one_text(at: datetime) -> None:
    """A time of any zone has the text of its instant in UTC and comes back as that instant."""
    assert to_plain(at) == to_plain(at.astimezone(UTC))
    assert from_plain(datetime, to_plain(at)) == at


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_does_not_have_are_refused(number: float) -> None:
    """NaN and infinities never get into a hash or an export, which other JSON readers could not read."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"deep": [number]})


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object()], ids=["bytes", "set", "object"])
def test_values_without_plain_form_are_refused(value: object) -> None:
    """What JSON can't say is an error and not a guess."""
    with pytest.raises(TypeError, match="no plain form"):
        to_plain({"deep": [value]})


def test_enums_become_their_value() -> None:
    """An enum member, also as a key, is written as its value."""

    class Colour(StrEnum):
        RED = "red"

    assert to_plain({Colour.RED: Colour.RED}) == {"red": "red"}
