"""The strict reader of Slack's markup finds what it must, so that its silence elsewhere means something."""

from __future__ import annotations

import pytest

from tests.slack_markup import Acting, in_message, in_mrkdwn, in_plain


def kinds(text: str, *, verbatim: bool = False) -> set[str]:
    """The kinds of what acts in a text."""
    return {one.kind for one in in_mrkdwn(text, verbatim=verbatim)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<@U1>", "user"),
        ("<@U1|ava>", "user"),
        ("<#C1|general>", "channel"),
        ("<!channel>", "broadcast"),
        ("<!here|x>", "broadcast"),
        ("<!subteam^S1>", "group"),
        ("<!date^0^{time}|x>", "date"),
        ("<https://evil.example|Approve>", "link"),
        ("<mailto:a@b.example>", "link"),
        ("a < b", "stray bracket"),
        ("@everyone", "broadcast"),
        (":tada:", "emoji"),
        ("a *b* c", "bold"),
        ("_b_", "italic"),
        ("(~b~)", "strike"),
        ("> q", "quote"),
        ("a\n&gt; q", "quote"),
        ("`c`", "code"),
        ("```a\nb```", "code"),
        ("a ` b", "stray backtick"),
    ],
)
@pytest.mark.parametrize("verbatim", [False, True])
def test_everything_that_acts_is_found(text: str, kind: str, *, verbatim: bool) -> None:
    """Each kind of markup by itself, also where bare addresses stay as they are."""
    assert kind in kinds(text, verbatim=verbatim)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("see https://evil.example/a", "bare link"),
        ("`https://evil.example`", "bare link"),
        ("evil.example", "bare link"),
        ("www.evil.example", "bare link"),
        ("mailto:a@b", "bare link"),
        ("a@evil.example", "bare link"),
        ("evil\u3002example", "bare link"),
        ("slack://open", "bare link"),
        ("in #general", "name"),
        ("ask @maria", "name"),
    ],
)
def test_bare_addresses_and_names_count_unless_verbatim(text: str, kind: str) -> None:
    """Slack links them by itself, and `verbatim` stops it."""
    assert kind in kinds(text)
    assert kinds(text, verbatim=True) <= {"code"}


@pytest.mark.parametrize(
    "text",
    ["&lt;!channel&gt;", "hxxps://evil[.]example", "a_b_c", "2 * 3 * 4", "09:30:12", "iam:GetRole", "v2.31.0"],
)
def test_ordinary_text_acts_not(text: str) -> None:
    """What is escaped, defanged, a time or a name with signs in it is only text."""
    assert kinds(text) == set()


def test_plain_text_draws_emoji_unless_switched_off() -> None:
    """Slack converts emoji codes in plain_text where `emoji` is not false."""
    assert {one.kind for one in in_plain(":tada:", emoji=True)} == {"emoji"}
    assert list(in_plain(":tada: <@U1>", emoji=False)) == []


def test_a_whole_message_is_read() -> None:
    """The top-level text, text objects and rich text, however deep they stand."""
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "<@U1> evil.example", "verbatim": True}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "<@U2> evil.example"}]},
        {"type": "header", "text": {"type": "plain_text", "text": ":a:"}},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U3"}]}],
        },
    ]
    found = list(in_message({"text": "<!here>", "blocks": blocks}))
    assert found[:3] == [Acting("broadcast", "!here"), Acting("user", "U1"), Acting("user", "U2")]
    assert [one.kind for one in found[3:]] == ["bare link", "emoji", "rich_text_section", "user"]
