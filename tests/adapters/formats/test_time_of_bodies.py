"""No body takes long, whatever its form holds: held against what JSON alone of a usual body takes at that moment.

A busy machine slows both down alike. ``tests/bench/bench_bodies.py`` prints the milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from bot.adapters.formats.json_text import MAX_BODY_BYTES
from bot.adapters.public_cas import public_cas
from tests import records_forms
from tests.fuzz.costly_bundles import BUNDLES
from tests.fuzz.costly_messages import AWKWARD, MEMBERS, WRAPS, filled, large_bundle, standard_log
from tests.fuzz.ways import only_json, read_authority, seconds_of, take_message

MOST_TIMES_JSON = 40
"""What the bodies may take, in times of a usual log file's JSON: that takes 3 ms where no body takes 70 ms."""
_TRIES = 5


def is_quick(way: Callable[[bytes], None], body: bytes) -> bool:
    """Whether a body takes bounded time in one of a few tries; what really takes long does so in all of them."""
    public_cas()
    return any(
        seconds_of(way, body, tries=1) < MOST_TIMES_JSON * seconds_of(only_json, standard_log(), tries=2)
        for _ in range(_TRIES)
    )


@cache
def bundle(name: str) -> bytes:
    """A costly bundle, made once."""
    return BUNDLES[name]().encode()


@pytest.mark.parametrize("wrap", WRAPS)
@pytest.mark.parametrize("member", MEMBERS)
def test_a_body_full_of_events_is_read_in_time(member: str, wrap: str) -> None:
    """Several hundred events in one message, and in a batch that unpacks to more than a mebibyte."""
    assert is_quick(take_message, filled(WRAPS[wrap], MEMBERS[member]))


@pytest.mark.parametrize("form", records_forms.FORMS)
@pytest.mark.parametrize("copies", [1, 150])
def test_a_large_event_is_read_in_time(form: str, copies: int) -> None:
    """One certificate as large as the API allows, or a bundle of many, in each form."""
    assert is_quick(take_message, large_bundle(form, copies))


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_body_is_read_in_time(name: str) -> None:
    """Bodies that are made to cost as much as possible."""
    body = AWKWARD[name]()
    assert len(body) <= MAX_BODY_BYTES
    assert is_quick(take_message, body)


@pytest.mark.parametrize("name", BUNDLES)
def test_a_costly_bundle_is_read_in_time(name: str) -> None:
    """Bundles as long as the API takes, of certificates that are slow to read or to check."""
    assert is_quick(read_authority, bundle(name))


def test_the_yardstick_can_fail() -> None:
    """A body that takes a hundred times as long as the usual JSON is found out."""

    def slow(body: bytes) -> None:
        for _ in range(100):
            only_json(body)

    assert not is_quick(slow, standard_log())
