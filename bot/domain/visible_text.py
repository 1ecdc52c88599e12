"""Makes what hides in a text visible: control and format characters, line breaks, piles of marks.

See: https://www.unicode.org/reports/tr36/
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby

NEWLINE = "↵"

# Invisible, though Unicode does not class them as control or format characters: joiners, fillers that are
# letters, blank Braille, and variation selectors.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_PLAIN_QUOTES = str.maketrans(dict.fromkeys("“”„‟", '"'))
_HIDING_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"})

MARKS_IN_A_ROW = 4
"""More combining marks than this behind one letter grow over the lines above and below it."""


def visible(text: str) -> str:
    """The text in NFC on one line, each invisible or direction-changing character spelled out, such as ``[U+202E]``.

    Line breaks become ``↵`` and tabs a space. Nothing of it can break a line, move a cursor or turn text around, so
    it may be printed on a terminal.
    """
    if text.isascii() and text.isprintable():
        return text
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\t", " ")
    return "".join(_spelled(character, run) for character, run in _runs(lines))


def quoted(text: str) -> str:
    """The text in quotation marks that it can't close, for sentences of ours that hold words of somebody else's."""
    return f"“{text.translate(_PLAIN_QUOTES)}”"


def hides(character: str) -> bool:
    """Whether a reader can't see the character or takes it for an ordinary space; a plain space does not hide."""
    if character == " ":
        return False
    return unicodedata.category(character) in _HIDING_CATEGORIES or _INVISIBLE.match(character) is not None


def _runs(text: str) -> Iterator[tuple[str, int]]:
    marks = 0
    for character, run in ((character, len(list(same))) for character, same in groupby(text)):
        marks = marks + run if unicodedata.category(character).startswith("M") else 0
        yield (character, run) if marks <= MARKS_IN_A_ROW else (f"+{character}", run)


def _spelled(character: str, run: int) -> str:
    if character == "\n":
        return NEWLINE * run
    if len(character) == 1 and not hides(character):
        return character * run
    point = f"U+{ord(character[-1]):04X}"
    return f"[{point}]" if run == 1 else f"[{point} ×{run}]"  # noqa: RUF001
