"""Tables for spreadsheets: nothing in them is a formula, and nothing of them is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.spreadsheet import MOST_CELL_CHARACTERS, csv_file, safe_cell
from tests.hostile_strings import HOSTILE

_SIGNS = "=+-@＝＋－＠"  # noqa: RUF001


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("deployer", "deployer"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("  +1", "  '+1"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),  # noqa: RUF001
        ("a;=1", "a;'=1"),
        ('a","=1', 'a","\'=1'),
        ("a\t=1", "a =1"),
        ("a\n=1", "a↵=1"),
        ("key=value", "key=value"),
        ("arn:aws:iam::111122223333:role/=x", "arn:aws:iam::111122223333:role/=x"),
    ],
)
def test_no_formula_begins(written: str, cell: str) -> None:
    """At the start of a cell, and where a spreadsheet of another country would start one."""
    assert safe_cell(written) == cell


@given(st.text(alphabet=[*_SIGNS, ";", ",", '"', "'", " ", "\t", "\n", "|", "a", "ä"], max_size=40))
def test_wherever_a_line_is_split_no_piece_begins_with_a_sign(text: str) -> None:
    """Commas, semicolons, tabs and quotation marks are what spreadsheets split at."""
    line = csv_file(["a"], [[text]]).decode("utf-8-sig").split("\r\n")[1]
    for separator in ';,\t"':
        assert not [one for one in line.split(separator) if one.lstrip()[:1] in tuple(_SIGNS)], line


@given(HOSTILE)
def test_a_table_is_read_back_as_it_was(text: str) -> None:
    """One row stays one row of as many cells, whatever a name holds."""
    table = csv_file(["role", "tags"], [[text, "x"], ["second", text]]).decode("utf-8-sig")
    header, first, second = csv.reader(io.StringIO(table, newline=""))
    assert header == ["role", "tags"]
    assert (first[1], second[0]) == ("x", "second")
    assert first[0] == second[1] == safe_cell(text)


def test_a_long_cell_is_cut_and_says_so() -> None:
    """Spreadsheets take 32,767 characters, people far fewer."""
    cell = safe_cell("x" * 10_000)
    assert len(cell) == MOST_CELL_CHARACTERS
    assert cell.endswith("(cut here, the JSON file has all of it)")


def test_it_opens_as_utf_8_everywhere() -> None:
    """With the mark that spreadsheets look for, and ends of lines as the format has them."""
    assert csv_file(["röle"], []) == b'\xef\xbb\xbf"r\xc3\xb6le"\r\n'
