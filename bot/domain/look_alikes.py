"""Which letters of other scripts, and which forms of Latin letters, look like plain Latin ones.

A small table of our own, for what stands in names: not the whole of Unicode's list of confusable characters.

See: https://www.unicode.org/reports/tr39/
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LATIN = "Latin"

_LOOK_LATIN = {
    "Cyrillic": "АВСЕНІЈКМОРЅТУХҮҺӀԌԚԜЅасеорухѕіјһӏԁԛԝѵ",
    "Greek": "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹαγινορυχϲϳ",
    "Armenian": "ՍՏՕԼոսօհզցյ",
    "Cherokee": "ᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏃᏎᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏴ",  # noqa: RUF001
    "Lisu": "ꓐꓑꓓꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ",  # noqa: RUF001
    "Coptic": "ⲂⲎⲒⲔⲘⲚⲞⲢⲤⲦⲬⲟⲣⲥⲭ",
}
_LETTERS = frozenset("".join(_LOOK_LATIN.values()))
# Phonetic letters that common typefaces draw like a, g, i and an exclamation mark or bar.
_LATIN_DOUBLES = frozenset("ɑɡɩǃǀ")  # noqa: RUF001
_SMALL_CAPITAL = "LATIN LETTER SMALL CAPITAL "
# Ordinal signs of Spanish, Portuguese and Italian.
_ORDINALS = frozenset("ªº")
# Symbols that spell a word, such as the trade mark's, are no letter in disguise.
_FORM_CATEGORIES = frozenset({"Lu", "Ll", "Lo", "Lm", "Nl", "Nd", "So"})


def looks_latin(letter: str) -> bool:
    """Whether a letter of another script looks like a Latin one. The letter comes without its marks."""
    return letter in _LETTERS


@lru_cache(maxsize=4096)
def script_of(letter: str) -> str | None:
    """Latin, or one of the scripts that have letters like Latin ones; None for anything else.

    Digits of other scripts that stand in for Latin ones are not letters and have none.
    """
    first = unicodedata.name(letter, "").partition(" ")[0].capitalize()
    return first if first == LATIN or first in _LOOK_LATIN else None


@lru_cache(maxsize=4096)
def form_of(character: str) -> str | None:
    """The unusual form of a plain letter or digit: ``fullwidth``, ``mathematical`` or ``odd``; None for others."""
    if character.isascii() or character in _ORDINALS or unicodedata.category(character) not in _FORM_CATEGORIES:
        return None
    if character in _LATIN_DOUBLES or unicodedata.name(character, "").startswith(_SMALL_CAPITAL):
        return "odd"
    plain = unicodedata.normalize("NFKC", character)
    # A letter with an accent, or one of another script, has no plain form.
    if not (plain.isascii() and plain.isalnum() and (len(plain) == 1 or unicodedata.category(character) == "Ll")):
        return None
    first = unicodedata.name(character, "").partition(" ")[0].lower()
    return first if first in ("fullwidth", "mathematical") else "odd"
