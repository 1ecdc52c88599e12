"""What is strange about a text is said in a few words, and ordinary text of any language is not strange."""

# ruff: noqa: RUF001 - look-alikes are what is tested.

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.look_alikes import form_of, looks_latin, script_of
from bot.domain.strange_text import LONGEST_MARK_CHARACTERS, MOST_READ_CHARACTERS, mark, strange_sentence
from tests.hostile_strings import HOSTILE


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "ci-deploy",
            "CN=Harbour Root,O=Example",
            "two\nlines\tand a tab\r\n",
            "Владимир",
            "CN=Владимир,O=АО Рога",
        ),
        *(
            "Ελλάδα",
            "日本語",
            "株式会社ＮＴＴ",
            "山田\u3000太郎",
            "한국어 AWS",
            "café Zoë Łódź",
            "Straße",
            "işık",
            "Київ",
        ),
        *(
            "हिन्दी",
            "ไทย",
            "العربية",
            "עברית",
            "IT-отдел",
            "μServices",
            "Δx",
            "α release",
            "Nº 1ª",
            "x²",
            "™ © ½",
            "L’Oréal",
        ),
        *(
            "Роса у Владимира",
            "non\u00a0breaking",
            "✅",
            "Հայաստան",
            "ᏣᎳᎩ",
            "e\u0301",
            "Việt Nam",
            "Ω",
            "aws_cli/2.31.0",
        ),
    ],
)
def test_ordinary_text_of_any_language_has_no_mark(text: str) -> None:
    """A name in one script, with its accents, spaces and signs, is no look-alike of anything."""
    assert mark(text) is None
    assert strange_sentence("The name", text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("аmаzоn", "looks like Latin but has 3 Cyrillic letters"),
        ("CN=Аmazon Root CA 1", "looks like Latin but has 1 Cyrillic letter"),
        ("раураӏ", "looks like Latin but has 6 Cyrillic letters"),
        ("ѕсоре of AWS", "looks like Latin but has 5 Cyrillic letters"),
        ("gοοgle", "looks like Latin but has 2 Greek letters"),
        ("ΑΒΕ", "looks like Latin but has 3 Greek letters"),
        ("Ꭺmazon", "looks like Latin but has 1 Cherokee letter"),
        ("amazօn", "looks like Latin but has 1 Armenian letter"),
        ("аmazοn", "looks like Latin but has 1 Cyrillic letter and 1 Greek letter"),
        ("Владимиp", "looks like Cyrillic but has 1 Latin letter"),
        ("ра\u200bураӏ", "looks like Latin but has 6 Cyrillic letters, 1 invisible character"),
        ("á\u0430mazon", "looks like Latin but has 1 Cyrillic letter"),
        ("g००gle", "looks like Latin but has 2 foreign digits"),
        ("Ａmazon", "looks like plain Latin but has 1 fullwidth letter"),
        ("𝐀𝐖𝐒", "looks like plain Latin but has 3 mathematical letters"),
        ("ᴀmazon", "looks like plain Latin but has 1 odd letter"),
        ("a\u200b\u200d\ufeffb", "3 invisible characters"),
        ("a\U000e0041\ufe0f\u00ad\u3164", "4 invisible characters"),
        ("a\u200b\u202e\x00\ud800", "4 odd characters"),
        ("abc\u202egnp", "1 character that turns text around"),
        ("\u2066a\u2069", "2 characters that turn text around"),
        ("\x1b[31m\x00", "2 control characters"),
        ("\ud800\ue000\uffff", "3 unreadable characters"),
        ("e" + "\u0301" * 60, "59 piled-up marks"),
    ],
)
def test_what_is_strange_is_said(text: str, expected: str) -> None:
    """Which letters only look Latin, and how many characters nobody sees."""
    assert mark(text) == expected


def test_a_sentence_has_a_verb() -> None:
    """Both kinds of mark read as a sentence."""
    assert strange_sentence("The name", "аmazon") == "The name looks like Latin but has 1 Cyrillic letter."
    assert strange_sentence("The name", "a\u200b") == "The name has 1 invisible character."


@given(HOSTILE)
def test_a_mark_is_short_and_says_nothing_of_the_text(text: str) -> None:
    """At most 130 characters of plain ASCII, whatever the text is."""
    found = mark(text)
    assert found is None or (found.isascii() and found.isprintable() and 0 < len(found) <= LONGEST_MARK_CHARACTERS)


@pytest.mark.parametrize(
    "unit", ["\u202e", "а", "Ａ", "aа ", "\u0301", "\x00", "g०", "аοաᎪꓮⲟa", "𝐀Ａа\u202e\x00\ud800 "]
)
def test_a_long_text_gives_a_short_mark(unit: str) -> None:
    """What lies behind the first 4,096 characters is not looked at, so the work is bounded and so is the mark."""
    long = unit * 65_536
    assert mark(long) == mark(long[:MOST_READ_CHARACTERS])
    assert len(mark(long) or "") <= LONGEST_MARK_CHARACTERS


@given(st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20)))
def test_plain_ascii_is_never_strange(text: str) -> None:
    """Printable ASCII has no mark."""
    assert mark(text) is None


def test_letters_by_themselves() -> None:
    """The table knows a letter's script, whether it looks Latin, and in which form it stands."""
    assert [script_of(one) for one in "aаαаж日1"] == ["Latin", "Cyrillic", "Greek", "Cyrillic", "Cyrillic", None, None]
    assert [looks_latin(one) for one in "aаαж"] == [False, True, True, False]
    assert [form_of(one) for one in "aＡ𝐀ᴀªßé日"] == [None, "fullwidth", "mathematical", "odd", None, None, None, None]
