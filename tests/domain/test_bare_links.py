"""What a client would make a link of by itself comes apart."""

from __future__ import annotations

import pytest
from hypothesis import given

from bot.domain.bare_links import without_links, without_names
from tests.hostile_strings import HOSTILE
from tests.slack_markup import in_plain


@given(HOSTILE)
def test_nothing_links_by_itself(text: str) -> None:
    """The strict reader finds no address or host name in what is left, and a second time changes nothing."""
    broken = without_links(text)
    assert [one for one in in_plain(broken, emoji=False) if one.kind == "bare link" and "@" not in one.target] == []
    assert without_links(broken) == broken


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in #general", "in \uff03general"),
        ("ask @maria", "ask \uff20maria"),
        ("a@b md/command#x", "a@b md/command#x"),
        ("<@U012ABCDEF> and <#C012>", "<@U012ABCDEF> and <#C012>"),
        ("&lt;@U012ABCDEF&gt;", "&lt;\uff20U012ABCDEF&gt;"),
    ],
)
def test_bare_names_come_apart(text: str, expected: str) -> None:
    """Names of channels and people lose their signs; what stands in our own brackets, or inside a word, does not."""
    assert without_names(text) == expected
