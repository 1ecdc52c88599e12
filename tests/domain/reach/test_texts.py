"""Patterns against the standard library's, and the texts that are found for every way to meet them."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reach.patterns import Pattern, arn_pattern, literal_steps, matches, text_pattern, wildcard_steps
from bot.domain.reach.request_keys import SERIAL_TEXT, TAG_TEXT, Alphabet
from bot.domain.reach.texts import Bounds, Wanted, bounds_of, distinct_texts, fits

SMALL = Alphabet(lambda character: character in "abz", "zab", 1, 6)


def like(text: str, *, ignore_case: bool = False) -> Pattern:
    """A pattern with wildcards."""
    return text_pattern(wildcard_steps(text), ignore_case=ignore_case)


def expression(pattern: str) -> str:
    """The same pattern for the standard library."""
    return "".join({"*": ".*", "?": "."}.get(one, re.escape(one)) for one in pattern)


@given(st.text("ab*?", max_size=8), st.text("abc", max_size=8))
def test_wildcards_match_as_expressions_do(pattern: str, text: str) -> None:
    """A star is any text, a question mark one character, and both may stand anywhere."""
    assert matches(like(pattern), text) == (re.fullmatch(expression(pattern), text, re.DOTALL) is not None)


@given(st.lists(st.text("ab*?", min_size=1, max_size=4), min_size=1, max_size=3))
def test_every_way_to_meet_patterns_is_found(patterns: list[str]) -> None:
    """What a text of up to six letters meets at once, some found text meets too, and each only once."""
    compiled = [like(one) for one in patterns]
    found = distinct_texts([Wanted((one,)) for one in compiled], bounds_of(SMALL))
    met = [tuple(matches(one, text) for one in compiled) for text in found.texts]
    every = {
        tuple(matches(one, "".join(letters)) for one in compiled)
        for length in range(1, 7)
        for letters in product("abz", repeat=length)
    }
    assert found.complete
    assert set(met) == every
    assert len(set(met)) == len(met) or all(one.literal is not None for one in compiled)


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:*:*:*:*", "arn:aws:s3:::a/b:c", True),
        ("arn:aws:s3:::a*", "arn:aws:s3:::a:b:c", True),
        ("arn:*:a:*:b:x", "arn:p:q:a:r:b:x", False),
        ("arn:aws:s3:*:x", "arn:aws:s3:::x", False),
        ("arn:aws:s?:::x", "arn:aws:s3:::x", True),
        ("arn:aws?s3:::x:y", "arn:aws:s3:::x:y", False),
    ],
)
def test_wildcards_stay_within_their_part_of_an_arn(pattern: str, arn: str, expected: bool) -> None:  # noqa: FBT001 - Parameters.
    """Only the last part may hold colons."""
    compiled = arn_pattern(wildcard_steps(pattern))
    assert (compiled is not None and matches(compiled, arn)) is expected


def test_what_stands_before_a_text_is_read_first() -> None:
    """A pattern over a text with a beginning decides about the rest only."""
    wanted = [Wanted((like("CN=a*"),), before="CN="), Wanted((like("CN=b*"),), before="CN="), Wanted((like("a?"),))]
    texts = distinct_texts(wanted, bounds_of(TAG_TEXT)).texts
    met = {(text[0] == "a", text[0] == "b", len(text) == 2 and text[0] == "a") for text in texts}
    assert met == {(False, False, False), (True, False, False), (False, True, False), (True, False, True)}


@pytest.mark.parametrize(
    "bounds", [bounds_of(SERIAL_TEXT), Bounds(TAG_TEXT, 62, 70), Bounds(TAG_TEXT, 1, 9, " ".__eq__)]
)
def test_texts_keep_within_their_bounds(bounds: Bounds) -> None:
    """Length, alphabet, pairs and the character that must be there hold for every text that is found."""
    patterns = [like("*a*"), like("0?*", ignore_case=True), text_pattern(literal_steps("A b"))]
    texts = distinct_texts([Wanted((one,)) for one in patterns], bounds).texts
    assert all(fits(text, bounds) for text in texts)


def test_a_pattern_that_is_too_long_to_search_is_given_up() -> None:
    """Patterns made to have very many states end the search, which says that it is not complete."""
    wanted = [Wanted((like("*a" + "?" * count),)) for count in range(10, 24)]
    assert not distinct_texts(wanted, bounds_of(TAG_TEXT)).complete


def test_many_stars_take_no_more_than_the_product_of_both_lengths() -> None:
    """A pattern that makes expressions try every split is read once from left to right."""
    assert not matches(like("*a" * 200 + "b"), "a" * 5000)
