"""The chain of hashes, by example and by property."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.audit import GENESIS_HASH, Draft, Entry, Head, check_link, check_piece, link, verify_chain
from bot.domain.errors import LogDamaged

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CASE = "AW-0123456789"

TEXT = st.text(max_size=6)
DRAFTS = st.lists(st.builds(Draft, TEXT, TEXT, st.dictionaries(TEXT, TEXT | st.integers(), max_size=3)), max_size=8)
SOME_DRAFTS = DRAFTS.filter(bool)


def chain(drafts: list[Draft]) -> tuple[Entry, ...]:
    """The drafts as a case from its first entry on."""
    return link(CASE, Head(), NOON, drafts)


def head_of(entries: tuple[Entry, ...]) -> Head:
    """The head that these entries make."""
    return Head(entries[-1].seq, entries[-1].hash) if entries else Head()


def test_hash_of_an_entry_never_changes() -> None:
    """The hash of a known entry is what it was when the format was fixed, so that old logs stay verifiable."""
    (entry,) = link(CASE, Head(), NOON, [Draft("case:acknowledged", "slack:U1", {"a": [1, "é"]})])

    text = (
        '{"at":"2026-11-22T12:00:00+00:00","by":"slack:U1","case":"AW-0123456789","data":{"a":[1,"\\u00e9"]},'
        f'"kind":"case:acknowledged","prev_hash":"{"0" * 64}","seq":1}}'
    )
    assert entry.prev_hash == GENESIS_HASH
    assert entry.hash == hashlib.sha256(text.encode()).hexdigest()


@given(first=DRAFTS, second=DRAFTS)
def test_linked_entries_verify(first: list[Draft], second: list[Draft]) -> None:
    """Whatever is linked, in one piece or two, verifies to its end and counts from 1."""
    behind = chain(first)
    entries = behind + link(CASE, head_of(behind), NOON + timedelta(seconds=1), second)

    assert verify_chain(entries, head=head_of(entries)) == len(first) + len(second)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


@given(drafts=SOME_DRAFTS, data=st.data())
def test_any_changed_field_is_found(drafts: list[Draft], data: st.DataObject) -> None:
    """Changing any one field of any one entry is found, and that entry is named."""
    entries = list(chain(drafts))
    index = data.draw(st.integers(0, len(entries) - 1))
    other: dict[str, st.SearchStrategy[Any]] = {
        "case_id": TEXT,
        "seq": st.integers(),
        "at": st.datetimes(timezones=st.just(UTC)),
        "kind": TEXT,
        "by": TEXT,
        "data": st.dictionaries(TEXT, TEXT, max_size=3),
        "prev_hash": st.text("0123456789abcdef", min_size=64, max_size=64),
        "hash": st.text("0123456789abcdef", min_size=64, max_size=64),
    }
    field = data.draw(st.sampled_from(sorted(other)))
    value = data.draw(other[field])
    assume(value != getattr(entries[index], field))
    entries[index] = dataclasses.replace(entries[index], **{field: value})

    with pytest.raises(LogDamaged) as caught:
        verify_chain(entries)

    assert caught.value.seq == index + 1


@given(drafts=DRAFTS.filter(lambda drafts: len(drafts) > 1), data=st.data())
def test_dropped_swapped_and_repeated_entries_are_found(drafts: list[Draft], data: st.DataObject) -> None:
    """With the head known, no entry can be taken out, moved or repeated, nor cut off at the end."""
    entries = chain(drafts)
    index = data.draw(st.integers(0, len(entries) - 1))
    other = data.draw(st.integers(0, len(entries) - 1).filter(lambda number: number != index))
    dropped = entries[:index] + entries[index + 1 :]
    repeated = entries[: index + 1] + entries[index:]
    swapped = list(entries)
    swapped[index], swapped[other] = swapped[other], swapped[index]

    for damaged in (dropped, repeated, swapped, entries[:index]):
        with pytest.raises(LogDamaged):
            verify_chain(damaged, head=head_of(entries))


@given(drafts=SOME_DRAFTS)
def test_an_end_cut_off_shows_only_to_one_who_knows_the_head(drafts: list[Draft]) -> None:
    """The known limit: without the head, a chain that was cut at its end looks whole."""
    entries = chain(drafts)

    assert verify_chain(entries[:-1]) == len(entries) - 1
    with pytest.raises(LogDamaged, match="should end at entry"):
        verify_chain(entries[:-1], head=head_of(entries))


@given(drafts=SOME_DRAFTS, cut=st.integers(0, 7))
def test_a_piece_names_the_head_that_it_follows(drafts: list[Draft], cut: int) -> None:
    """Any piece of a chain checks by itself and says behind which head it belongs."""
    entries = chain(drafts)
    cut = min(cut, len(entries) - 1)

    assert check_piece(entries[cut:]) == head_of(entries[:cut])


def test_a_piece_is_of_one_case() -> None:
    """Entries of two cases, or none, are no piece."""
    drafts = [Draft("a:b", "x", {})]

    with pytest.raises(ValueError, match="of one case"):
        check_piece([])
    with pytest.raises(ValueError, match="of one case"):
        check_piece([*chain(drafts), *link("AW-ABCDEFGHJK", head_of(chain(drafts)), NOON, drafts)])


def test_a_link_says_in_plain_words_what_is_wrong() -> None:
    """Each kind of damage has its own sentence, with the number of the entry."""
    one, two, three = chain([Draft("a:b", "x", {"n": number}) for number in range(3)])
    after_one, forged = Head(1, one.hash), dataclasses.replace(two, by="slack:U666")

    for entry, seq, why in (
        (three, 2, "entry 2 should stand here, but entry 3 does"),
        (one, 2, "entry 2 should stand here, but entry 1 does"),
        (dataclasses.replace(two, prev_hash=three.hash), 2, "does not follow from the entry before it"),
        (forged, 2, "was changed after it was written"),
    ):
        with pytest.raises(LogDamaged) as caught:
            check_link(entry, after_one)
        assert (caught.value.seq, caught.value.why) == (seq, why)
