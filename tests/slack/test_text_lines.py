"""Marks behind a text, lines that stay whole when they are too many, and what notifications show."""

# ruff: noqa: RUF001 - look-alikes are what is tested.

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import code, date, fallback, joined, marked, mention_group, mention_user, shown
from tests.hostile_strings import HOSTILE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("harbour-ci", "`harbour-ci`"),
        ("Владимир", "`Владимир`"),
        ("аmazon", "`аmazon` (looks like Latin but has 1 Cyrillic letter)"),
        ("a\u200bb", "`a[U+200B]b` (1 invisible character)"),
        ("x" * 90 + "\u202e", "`" + "x" * 66 + "… (+32 more)` (1 character that turns text around)"),
    ],
)
def test_what_is_strange_stands_behind_the_value(text: str, expected: str) -> None:
    """The value is shown as always; behind it, outside of its code span, what a reader can't see of it."""
    assert marked(code(text, 80), text) == expected


@given(st.lists(HOSTILE, max_size=12), st.integers(40, 400))
def test_joined_lines_are_whole(texts: list[str], limit: int) -> None:
    """Each line of the result is one of the given lines, whole, but for a last one that counts those left out."""
    lines = [code(text, 60) for text in texts]
    output = joined(lines, limit)
    assert len(output) <= limit
    kept = output.split("\n") if output else []
    note = kept.pop() if kept and kept[-1].startswith("… and ") else None
    assert kept == lines[: len(kept)]
    left_out = len(lines) - len(kept)
    words = "1 more line" if left_out == 1 else f"{left_out} more lines"
    assert note == (f"… and {words}, in the audit log" if left_out else None)


def test_lines_that_fit_are_all_there() -> None:
    """To the last code point; empty lines are left out."""
    assert joined(["a" * 20, "", "b" * 19], 41) == "a" * 20 + "\n" + "b" * 19
    assert joined(["a" * 20, "b" * 30], 41) == "… and 2 more lines, in the audit log"


def test_a_fallback_keeps_what_is_ours_and_links_nothing() -> None:
    """Lines, mentions, dates and calmed emoji stay; bare addresses, channels and names come apart."""
    theirs = shown("https://evil.example :tada: #general @maria mailto:a@b", 100)
    ours = f"{mention_user('U012ABCDEF')} {mention_group('S012ABCDEF')} {date(datetime(2026, 11, 1, tzinfo=UTC))}"
    broken = "hxxps://evil[.]example :\u200btada: ＃general ＠maria mailto[:]\u200ba@b"
    assert fallback(f"{ours}\n{theirs}") == f"{ours}\n{broken}"


def test_a_notification_keeps_our_own_links() -> None:
    """What stands in our own brackets leads on; the same address outside of them is broken."""
    ours = "<https://wiki.example.com/a|our guide>"
    assert (
        fallback(f"Read {ours}, not https://wiki.example.com/a.") == f"Read {ours}, not hxxps://wiki[.]example[.]com/a."
    )
