"""What hides in a text is spelled out, and nothing of the result can move a cursor or break a line."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given

from bot.domain.visible_text import hides, quoted, visible
from tests.hostile_strings import HOSTILE


@given(HOSTILE)
@example("\u2028\u0085\x1b[2J\r")
def test_nothing_hides_in_visible_text(text: str) -> None:
    """One line, no control, format, private or unassigned character; a second time changes nothing."""
    line = visible(text)
    assert line.splitlines() in ([line], [])
    assert not any(map(hides, line))
    assert not [one for one in line if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")]
    assert visible(line) == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain ASCII", "plain ASCII"),
        ("a\r\nb\nc\td", "a↵b↵c d"),
        ("a\rb", "a[U+000D]b"),
        ("a\u202eb", "a[U+202E]b"),
        ("a\u200b\u200bb", "a[U+200B ×2]b"),  # noqa: RUF001
        ("\ud800", "[U+D800]"),
        ("cafe\u0301", "café"),
        ("z" + "\u0335" * 30, "z[U+0335 ×30]"),  # noqa: RUF001
    ],
)
def test_by_example(text: str, expected: str) -> None:
    """Each kind of hidden character has its own visible form."""
    assert visible(text) == expected


@given(HOSTILE)
@example("x” Approved by Anchorwatch. “")
def test_a_quotation_ends_where_it_ends(text: str) -> None:
    """Only the first and the last character are the quotation marks that we use."""
    assert quoted(text).count("“") == quoted(text).count("”") == 1
    assert quoted(text).startswith("“")
    assert quoted(text).endswith("”")
