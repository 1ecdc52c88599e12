"""mrkdwn to tokens: what Slack shows, and what attacker text must never become."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.slack.mrkdwn import Names, tokens

NAMES = Names({"U07AVALINDQ": "Ava Lindqvist"}, {"S07ONCALL01": "oncall"}, {"C07AWSALERT": "aws-alerts"})


def text(value: str) -> dict[str, Any]:
    """Make a text token."""
    return {"t": "text", "text": value}


def walk(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield all tokens, nested ones too."""
    for token in found:
        yield token
        yield from walk(token.get("children", []))


@pytest.mark.parametrize(
    ("mrkdwn", "expected"),
    [
        ("plain", [text("plain")]),
        ("*bold*", [{"t": "bold", "children": [text("bold")]}]),
        ("a*b*c 2 * 3 * 4", [text("a*b*c 2 * 3 * 4")]),
        ("*a _b_*", [{"t": "bold", "children": [text("a "), {"t": "italic", "children": [text("b")]}]}]),
        ("~gone~!", [{"t": "strike", "children": [text("gone")]}, text("!")]),
        ("`a*b*`", [{"t": "code", "text": "a*b*"}]),
        ("```\n<!here>\n```\nx", [{"t": "pre", "text": "<!here>"}, text("x")]),
        ("one\ntwo", [text("one"), {"t": "br"}, text("two")]),
        ("> a\n&gt; b\nc", [{"t": "quote", "children": [text("a"), {"t": "br"}, text("b")]}, text("c")]),
        ("<@U07AVALINDQ>", [{"t": "user", "id": "U07AVALINDQ", "name": "Ava Lindqvist"}]),
        ("<@U0NOBODY00>", [{"t": "user", "id": "U0NOBODY00", "name": "U0NOBODY00"}]),
        ("<!subteam^S07ONCALL01>", [{"t": "group", "id": "S07ONCALL01", "name": "oncall"}]),
        ("<#C07AWSALERT>", [{"t": "channel", "id": "C07AWSALERT", "name": "aws-alerts"}]),
        ("<!here|x>", [{"t": "broadcast", "name": "here"}]),
        (":eyes:", [{"t": "emoji", "name": "eyes", "text": ":eyes:"}]),
        ("arn:aws:iam 10:30:45", [text("arn:aws:iam 10:30:45")]),
        ("<https://a.example/*x*|a *b*>", [{"t": "link", "url": "https://a.example/*x*", "text": "a *b*"}]),
        ("<javascript:alert(1)|x>", [text("<javascript:alert(1)|x>")]),
        (
            "<!date^1793527200^{time}|10:00 UTC>",
            [{"t": "date", "epoch": 1793527200, "format": "{time}", "fallback": "10:00 UTC"}],
        ),
    ],
)
def test_slack_markup_becomes_these_tokens(mrkdwn: str, expected: list[dict[str, Any]]) -> None:
    """Each piece of markup becomes the token that the page draws."""
    assert tokens(mrkdwn, NAMES) == expected


def test_entities_are_decoded_after_parsing() -> None:
    """An escaped broadcast stays readable text and never becomes a live mention."""
    assert tokens("&lt;!channel&gt; &amp;lt;", NAMES) == [text("<!channel> &lt;")]


def test_bare_urls_and_channel_names_are_linked_only_without_verbatim() -> None:
    """`verbatim` keeps a bare URL and a channel's name as text, and a manual link alive."""
    mrkdwn = "see https://evil.example/?a=1&amp;b=2). #aws-alerts"
    kinds = [token["t"] for token in tokens(mrkdwn, NAMES)]
    assert kinds == ["text", "link", "text", "channel"]
    assert tokens(mrkdwn, NAMES)[1]["url"] == "https://evil.example/?a=1&b=2"
    assert [token["t"] for token in tokens(mrkdwn, NAMES, verbatim=True)] == ["text"]
    assert tokens("<https://ok.example>", NAMES, verbatim=True)[0]["t"] == "link"


@given(st.text(alphabet=st.sampled_from("<>!@#&|^*_~`:/ \nabhttpschannelU0")))
def test_escaped_text_never_mentions_or_links(attacker: str) -> None:
    """No string that went through Slack's three-character escape becomes a mention, broadcast or link."""
    escaped = attacker.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    kinds = {token["t"] for token in walk(tokens(escaped, NAMES, verbatim=True))}
    assert kinds.isdisjoint({"user", "group", "channel", "broadcast", "link", "date"})


@given(st.text())
def test_any_text_is_parsed(anything: str) -> None:
    """The parser takes any text and keeps every letter and digit outside of markup."""
    found = list(walk(tokens(f"q9 {anything}", Names())))
    assert any("q9" in token.get("text", "") for token in found)


def test_long_hostile_text_takes_no_long_time() -> None:
    """40,000 characters of opening marks are parsed without quadratic work (the test's time-out is the judge)."""
    for piece in ("*a ", "`<:#_~*", ":a", "https://.", "> ", "<"):
        assert tokens(piece * (40_000 // len(piece)), NAMES)
