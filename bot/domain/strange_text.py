"""What is strange about a text that somebody else wrote: look-alike letters and characters that nobody can see.

A reader is told in a few words that hold nothing of the text, and that never appear for text that is merely not
English: a name in one script is no look-alike of anything.

See: https://www.unicode.org/reports/tr39/
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from bot.domain.look_alikes import LATIN, form_of, looks_latin, script_of
from bot.domain.visible_text import MARKS_IN_A_ROW, hides

MOST_READ_CHARACTERS = 4_096
"""How much of a text is looked at; what is shown of one is much less."""

LONGEST_MARK_CHARACTERS = 130

_MOST_SCRIPTS = 2
_LOOKS_LIKE = "looks like"
_WORDS = {
    "turning": ("character that turns text around", "characters that turn text around"),
    "invisible": ("invisible character", "invisible characters"),
    "control": ("control character", "control characters"),
    "unreadable": ("unreadable character", "unreadable characters"),
    "piled": ("piled-up mark", "piled-up marks"),
}
_SEVERAL_KINDS = ("odd character", "odd characters")
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Line breaks and tabs are shown, and spaces of other widths, such as the Japanese one, are only spaces.
_ORDINARY = frozenset("\n\t\r")
_WORD = re.compile(r"[^\W_]+")
_HAN_OR_KANA = re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_PILE = re.compile(rf"\x00{{{MARKS_IN_A_ROW + 1},}}")


def mark(text: str) -> str | None:
    """What a reader must know of a text that they can't see, such as ``3 invisible characters``; None for most texts.

    At most 130 characters, without a capital letter at the start or a full stop, and without anything of the text.
    """
    read = text[:MOST_READ_CHARACTERS]
    if read.isascii() and read.isprintable():
        return None
    return ", ".join((*_look_alikes(read), *_hidden(read))) or None


def strange_sentence(subject: str, text: str) -> str | None:
    """The same as a sentence about ``subject``, such as ``The name has 3 invisible characters.``; None as above."""
    strange = mark(text)
    if strange is None:
        return None
    verb = "" if strange.startswith(_LOOKS_LIKE) else "has "
    return f"{subject} {verb}{strange}."


def _hidden(text: str) -> Iterator[str]:
    found = Counter(kind for character in text if (kind := _kind(character)))
    found["piled"] = _piled_marks(text)
    # Which is which is spelled out in the text as it is shown.
    kinds = [kind for kind in _WORDS if found[kind]]
    if kinds:
        yield _count(found.total(), *(_WORDS[kinds[0]] if len(kinds) == 1 else _SEVERAL_KINDS))


def _kind(character: str) -> str | None:
    if character in _ORDINARY or not hides(character):
        return None
    if character in _TURNING:
        return "turning"
    category = unicodedata.category(character)
    by_category = {"Cc": "control", "Zs": None, "Cn": "unreadable", "Co": "unreadable", "Cs": "unreadable"}
    return by_category.get(category, "invisible")


def _piled_marks(text: str) -> int:
    if text.isascii():
        return 0
    composed = unicodedata.normalize("NFC", text)
    marks = "".join("\x00" if unicodedata.category(one).startswith("M") else "." for one in composed)
    return sum(len(pile[0]) for pile in _PILE.finditer(marks))


def _look_alikes(text: str) -> Iterator[str]:
    if text.isascii():
        return
    letters = _letters(text)
    words = _WORD.findall(letters)
    found: dict[str, Counter[str]] = {}
    for base, script, count in (*_mixed(words), *_whole(words), *_forms(text, letters)):
        found.setdefault(base, Counter())[script] += count
    if found:
        # One is enough to look twice.
        base = max(found, key=lambda one: found[one].total())
        yield f"{_LOOKS_LIKE} {base} but has {_counted(found[base])}"


def _letters(text: str) -> str:
    """The text without marks and hidden characters: what is left looks the same to the eye, or nearly."""
    apart = unicodedata.normalize("NFD", text)
    return "".join(one for one in apart if not (hides(one) or unicodedata.category(one).startswith("M")))


def _mixed(words: list[str]) -> Iterator[tuple[str, str, int]]:
    """Words of several scripts with a letter that stands in for one of another."""
    for word in words:
        scripts = Counter(script for letter in word if (script := script_of(letter)))
        if len(scripts) > 1 and any(map(looks_latin, word)):
            base = max(scripts, key=lambda script: (scripts[script], script == LATIN))
            yield from ((base, script, count) for script, count in scripts.items() if script != base)
        elif scripts[LATIN] and (digits := sum(one.isdecimal() and not form_of(one) for one in word if one > "\x7f")):
            yield LATIN, "foreign digit", digits


def _whole(words: list[str]) -> Iterator[tuple[str, str, int]]:
    """Words of look-alikes only, in a text that shows nowhere else that it is in their script."""
    scripts = {word: {script_of(letter) for letter in word} for word in words}
    own = {script_of(letter) for word in words for letter in word if not looks_latin(letter)}
    for word in words:
        (script, *others) = scripts[word]
        # A Greek letter by itself is a sign of mathematics, not a word.
        if others or script in (None, LATIN) or script in own or (script == "Greek" and len(word) == 1):
            continue
        yield LATIN, str(script), len(word)


def _forms(text: str, letters: str) -> Iterator[tuple[str, str, int]]:
    forms = Counter(form for character in letters if (form := form_of(character)))
    if _HAN_OR_KANA.search(text):
        # Japanese writes Latin names in wide letters.
        forms.pop("fullwidth", None)
    yield from (("plain Latin", form, count) for form, count in forms.items())


def _counted(counts: Counter[str]) -> str:
    return " and ".join(
        _count(count, one, f"{one}s")
        for script, count in counts.most_common(_MOST_SCRIPTS)
        for one in (script if script == "foreign digit" else f"{script} letter",)
    )


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
