"""Attacker-written text: whatever it holds, nothing of it acts, hides or overflows in Slack."""

# ruff: noqa: RUF001 - the look-alikes that stand in for dangerous signs are what is tested.

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.slack.block_limits import message_problems
from bot.slack.text import (
    code,
    date,
    defang,
    escape,
    mention_group,
    mention_user,
    plain,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NASTY = st.sampled_from(
    [
        *("<!channel>", "<!here|here>", "<@U012ABCDEF>", "<#C012|x>", "<!subteam^S012>", "<!date^0^{time}|x>"),
        *("<https://evil.example|bank.com>", "@channel", "@HERE", "@everyone", "@group", ":smile:", ":a::b:"),
        *("`", "```", "*", "_", "~", "&", "<", ">", "&lt;", "&amp;lt;", "\n", "\r\n", "\t", " ", "|", "^"),
        *("\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u2028", "\x00", "\x1b[31m", "\u00ad", "\u3164"),
        *("e\u0301", "\u0301" * 9, "<\u0338", "\u1fef", "\u037e", "\ud800", "\U000e0041", "\ufe0f", "\u00a0"),
        *("https://evil.example/a", "HTTP://x.example", "203.0.113.7", "a@b.example", "evil\u3002example"),
    ]
)
ANY_TEXT = st.one_of(
    st.text(st.characters(), max_size=80), st.lists(st.one_of(NASTY, st.text(max_size=4))).map("".join)
)
LIMITS = st.integers(3, 120)
RENDERERS: list[Callable[[str, int], str]] = [shown, code, plain]

_ENTITY = re.compile("&(amp|lt|gt);")
_BROADCAST = re.compile("@(channel|here|everyone|group)", re.IGNORECASE)
_EMOJI = re.compile(r":[^\s:\u200b][^\s:]*:")
_HIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})


def hidden(text: str) -> set[str]:
    """Return the characters of a text that nobody can see, but for the one that Slack's advice puts in."""
    return {one for one in text if unicodedata.category(one) in _HIDDEN and one != "\u200b"}


@given(ANY_TEXT)
def test_escape_leaves_nothing_that_starts_markup(text: str) -> None:
    """Each ampersand is an entity's, no angle bracket is left, and unescaping gives the text back."""
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert "&" not in _ENTITY.sub("", escaped)
    assert escaped.replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&") == text


@pytest.mark.parametrize("render", RENDERERS)
@given(text=ANY_TEXT, limit=LIMITS)
@example(text="<" * 50, limit=10)
@example(text="&" * 3, limit=3)
def test_nothing_outside_acts_or_overflows(render: Callable[[str, int], str], text: str, limit: int) -> None:
    """No output holds a bracket, a broadcast word, a hidden character or a line break, or exceeds its limit."""
    output = render(text, limit)
    assert 1 <= len(output) <= limit
    assert "<" not in output
    assert ">" not in output
    assert "\n" not in output
    assert _BROADCAST.search(output) is None
    assert hidden(output) == set()
    assert output.strip()


@pytest.mark.parametrize("render", [shown, code])
@given(text=ANY_TEXT, limit=LIMITS)
def test_no_entity_is_cut_in_two(render: Callable[[str, int], str], text: str, limit: int) -> None:
    """Text is cut before it is escaped, so each ampersand in mrkdwn is a whole entity's."""
    assert "&" not in _ENTITY.sub("", render(text, limit))


@given(ANY_TEXT, LIMITS)
def test_a_code_span_holds(text: str, limit: int) -> None:
    """The only backticks are the first and the last character, and no space touches them."""
    span = code(text, limit)
    assert span[0] == span[-1] == "`"
    assert "`" not in span[1:-1]
    assert span[1:-1].strip(" ") == span[1:-1] != ""


@pytest.mark.parametrize("render", [shown, plain])
@given(text=ANY_TEXT, limit=LIMITS)
def test_no_emoji_is_drawn(render: Callable[[str, int], str], text: str, limit: int) -> None:
    """Between two colons of a word there is always the space that stops Slack from drawing an emoji."""
    assert _EMOJI.search(render(text, limit)) is None


@given(ANY_TEXT, LIMITS)
def test_running_text_keeps_the_look_of_the_card(text: str, limit: int) -> None:
    """Nothing of the text can turn bold, struck, code, italic or a quotation."""
    output = shown(text, limit)
    assert not set("*~`") & set(output)
    # Italics need an underscore that opens them; where text is cut one may be left that only closes.
    assert re.search(r"(?<![^\W_])_", output) is None
    assert not output.lstrip(" ").startswith("&gt;")


@given(ANY_TEXT)
def test_rendered_text_makes_a_valid_message(text: str) -> None:
    """At Slack's own limits the outputs fit where they are meant to go."""
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": plain(text, 150), "emoji": False}},
        {"type": "section", "text": {"type": "mrkdwn", "text": shown(text, 3_000), "verbatim": True}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": code(text, 2_000), "verbatim": True}]},
    ]
    assert message_problems({"text": shown(text, 150), "blocks": blocks}) == []


@pytest.mark.parametrize("render", RENDERERS)
def test_ordinary_text_stays_as_it_is(render: Callable[[str, int], str]) -> None:
    """What attacks nothing is not touched, whatever its script."""
    for text in ("ci-deploy", "Zoë O'Neil", "山田 太郎", "привет", "aws_cli v2"):
        assert render(text, 100).strip("`") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!channel> & co", "&lt;!channel&gt; &amp; co"),
        ("ring @here", "ring ＠here"),
        (":fire:", ":\u200bfire:"),
        ("a:fire", "a:\u200bfire"),
        ("*b* ~s~ `c` _i_ a_b", "∗b∗ ∼s∼ ˋcˋ ˍiˍ a_b"),
        ("> quoted", "› quoted"),
        ("a\r\nb\tc", "a↵b c"),
        ("abc\u202egnp.exe", "abc[U+202E]gnp.exe"),
        ("a\u200b\u200b\u200bb", "a[U+200B ×3]b"),
        ("cafe\u0301", "café"),
        ("z" + "\u0335" * 30, "z[U+0335 ×30]"),
        ("", "(empty)"),
        ("   ", "(empty)"),
    ],
)
def test_running_text_by_example(text: str, expected: str) -> None:
    """Each danger has its own visible answer."""
    assert shown(text, 200) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arn:aws:iam::123456789012:role/ci_deploy*", "`arn:aws:iam::123456789012:role/ci_deploy*`"),
        ("a`b", "`aˋb`"),
        (" x ", "`␣x␣`"),
        ("  ", "`␣␣`"),
        ("", "`(empty)`"),
        ("CN=<b>&c", "`CN=&lt;b&gt;&amp;c`"),
    ],
)
def test_code_by_example(text: str, expected: str) -> None:
    """An exact value can be copied; what would leave the span cannot."""
    assert code(text, 200) == expected


def test_plain_text_needs_no_entities() -> None:
    """In plain_text brackets become look-alikes, and an ampersand stays."""
    assert plain("<!here> R&D :tada:", 100) == "‹!here› R&D :\u200btada:"


def test_a_cut_says_how_much_is_missing() -> None:
    """The reader sees that there is more, and how much more."""
    assert shown("x" * 100, 20) == "xxxxxxx… (+93 more)"
    assert code("x" * 100, 22) == "`xxxxxxx… (+93 more)`"
    assert shown("&" * 10, 49) == "&amp;&amp;&amp;&amp;&amp;&amp;&amp;… (+3 more)"
    assert shown("long", 3) == "…"


@pytest.mark.parametrize(("render", "least"), [(shown, 1), (plain, 1), (code, 3)])
def test_a_limit_without_room_is_a_mistake(render: Callable[[str, int], str], least: int) -> None:
    """The smallest limit works; one below it is refused loudly."""
    assert len(render("text", least)) <= least
    with pytest.raises(ValueError, match="no room"):
        render("text", least - 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://evil.example/a", "hxxps://evil[.]example/a"),
        ("HTTP://EVIL.EXAMPLE", "HxxP://EVIL[.]EXAMPLE"),
        ("ftp://files.example", "fxp://files[.]example"),
        ("slack://open", "slack[:]//open"),
        ("ip=203.0.113.7&port=1", "ip=203[.]0[.]113[.]7&port=1"),
        ("203.0.113.7:443", "203[.]0[.]113[.]7:443"),
        ("root@mail.evil.example", "root@mail[.]evil[.]example"),
        ("evil\u3002example", "evil[.]example"),
        ("नी.com", "नी[.]com"),
        ("aws-cli/2.15.0 Python/3.11.4", "aws-cli/2.15.0 Python/3.11.4"),
        ("evil\u200b.example", "evil[U+200B].example"),
    ],
)
def test_defanging_by_example(text: str, expected: str) -> None:
    """Addresses lose what makes them links; versions keep their dots."""
    assert defang(text) == expected


@given(ANY_TEXT)
def test_defanged_text_links_nowhere_and_stays_so(text: str) -> None:
    """No web address or host name is left, and a second time changes nothing."""
    broken = defang(text)
    assert re.search("(https?|ftps?)://", broken, re.IGNORECASE) is None
    assert re.search(r"[a-z0-9]\.[a-z]{2}", broken, re.IGNORECASE) is None
    assert re.search(r"\d\.\d+\.\d+\.\d", broken, re.ASCII) is None
    assert defang(broken) == broken


@pytest.mark.parametrize("text", ["a" * 100_000, "a." * 50_000, ":a" * 50_000, "\u0301" * 100_000, "://" * 30_000])
@pytest.mark.timeout(10)
def test_long_text_takes_no_long_time(text: str) -> None:
    """A hundred kilobytes of the worst kind are worked off at once: no pattern backtracks over them."""
    for render in RENDERERS:
        assert len(render(defang(text), 3_000)) <= 3_000


def test_a_moment_is_shown_in_the_readers_zone_with_utc_to_fall_back_on() -> None:
    """Slack gets the Unix time to format, and the reader of a notification gets UTC."""
    moment = datetime(2026, 11, 1, 11, 0, tzinfo=timezone(timedelta(hours=1)))
    assert date(moment) == "<!date^1793527200^{date_short_pretty} {time}|2026-11-01 10:00 UTC>"
    assert date(moment, "soon") == "<!date^1793527200^{date_short_pretty} {time}|soon>"


def test_a_moment_before_1970_is_shown_in_utc_only() -> None:
    """A certificate may claim any date; one that Slack cannot format is written out."""
    assert date(datetime(1950, 1, 1, tzinfo=UTC)) == "1950-01-01 00:00 UTC"


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    """A naive time would be shown hours off."""
    with pytest.raises(ValueError, match="time zone"):
        date(datetime(2026, 11, 1, 10, 0))  # noqa: DTZ001


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)), ANY_TEXT)  # noqa: DTZ001
def test_a_fallback_cannot_leave_its_date(moment: datetime, fallback: str) -> None:
    """Whatever the fallback says, there is one opening and one closing bracket, and two carets."""
    output = date(moment, fallback)
    assert (output.count("<"), output.count(">"), output.count("|")) == (1, 1, 1)
    assert output.endswith(">")


@given(ANY_TEXT)
@example("U012ABCDEF|x")
@example("u012abcdef")
@example("U012ABCDEF\n")
@example("!channel")
def test_only_shaped_ids_are_mentioned(text: str) -> None:
    """What is not the id of a person or a group is never put in brackets."""
    for mention, shape in ((mention_user, "[UW][A-Z0-9]+"), (mention_group, "S[A-Z0-9]+")):
        if re.fullmatch(shape, text) is None:
            with pytest.raises(ValueError, match="not the id"):
                mention(text)


def test_ids_are_mentioned_as_slack_writes_them() -> None:
    """A person and a group each have their own form."""
    assert mention_user("U012ABCDEF") == "<@U012ABCDEF>"
    assert mention_user("W012ABCDEF") == "<@W012ABCDEF>"
    assert mention_group("S012ABCDEF") == "<!subteam^S012ABCDEF>"
