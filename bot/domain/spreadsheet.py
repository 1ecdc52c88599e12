"""Tables as CSV that opens in a spreadsheet and never runs anything there, whoever wrote the values.

See: https://owasp.org/www-community/attacks/CSV_Injection
See: https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.domain.visible_text import visible

MOST_CELL_CHARACTERS = 4_000
"""A cell holds at most this many characters; spreadsheets take 32,767."""

# A spreadsheet of another country splits lines at semicolons or tabs and knows no quotation marks inside a cell, so a
# formula may begin behind any of these too. The full-width signs are read as the plain ones.
_FORMULA = re.compile(r"(?P<before>(?:^|[;,|\"'])\s*)(?P<sign>[=+\-@＝＋－＠])")  # noqa: RUF001
_CUT = "… (cut here, the JSON file has all of it)"


def csv_file(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as a file: UTF-8 with a byte order mark, commas, every cell in quotation marks, lines end with CR LF.

    ``header`` is our own words; every cell below it may be an attacker's.
    """
    lines = [_line(header), *(_line([safe_cell(cell) for cell in row]) for row in rows)]
    return "\ufeff".encode() + "".join(lines).encode()


def safe_cell(text: str) -> str:
    """A text on one line, in which no formula begins: an apostrophe stands before each sign that could begin one."""
    line = visible(text)
    if len(line) > MOST_CELL_CHARACTERS:
        line = line[: MOST_CELL_CHARACTERS - len(_CUT)] + _CUT
    return _FORMULA.sub(r"\g<before>'\g<sign>", line)


def _line(cells: Sequence[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n"
