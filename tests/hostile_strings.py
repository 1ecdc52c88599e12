"""What attackers write: pieces that mean something to Slack, to a terminal, to a log or to the eye, in any order."""

# ruff: noqa: RUF001 - look-alikes and odd characters are what this file is about.

from __future__ import annotations

from hypothesis import strategies as st

MARKUP = (
    *("<!channel>", "<!here|x>", "<!everyone>", "<!subteam^S0EVIL00|oncall>", "<@U0EVIL0000>", "<@W0EVIL0000|ava>"),
    *("<#C0EVIL0000|general>", "<https://evil.example|Approve>", "<mailto:a@evil.example|write>", "<!date^0^{time}|x>"),
    *("<!date^0^{time}^https://evil.example|now>", "<slack://open?team=T1|x>", "&lt;!channel&gt;", "&amp;lt;"),
    *("@channel", "@here", "@everyone", "@maria", "#general", "https://evil.example/a?b=c", "http://evil.example"),
    *("HTTPS://EVIL.EXAMPLE", "evil.example", "www.evil.example", "mailto:a@evil.example", "a@evil.example"),
    *("evil。example", "ftp://evil.example", "tel:+15550100", ":tada:", ":+1:", ":100:", ":a::b:", ":flag-us:"),
    *("*bold*", "_it_", "~no~", "`code`", "```fence```", "*", "_", "~", "`", "``", "```", ">", ">>> ", "&gt; q"),
    *("<", ">", "&", "|", "^", "<!", "<@", "{", "}", "[", "]", "(", ")", '"', "'", "\\", "- ", "1. ", "• "),
)
LINES = ("\n", "\r", "\r\n", "\t", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\\n", "%0a")
HIDDEN = (
    *("\u202e", "\u202d", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad"),
    *("\u3164", "\u2800", "\ufe0f", "\u180e", "\U000e0041", "\U000e0101", "\x00", "\x07", "\x08", "\x7f", "\x9b31m"),
    *("\x1b[31m", "\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x07x", "\ud800", "\udfff", "\ue000"),
    *("e" + "\u0301" * 30, "\u00a0", "\u3000", "\U0010ffff"),
)
LETTERS = ("аmаzоn", "раураӏ", "Ａｍａｚｏｎ", "𝐀𝐖𝐒", "Ꭺmazon", "ѕсоре", "ⅽom", "Владимир", "日本語", "ß", "é", "✅")
IMITATIONS = (
    "*Approved* by Anchorwatch.",
    "Approved by Anchorwatch",
    "\n\n*Contained:* Delete Trust Anchor, approved by <@U07BENOKAFR>.",
    "AW-0123456789:1:R1",
    '{"type": "button", "action_id": "approve_request"}',
    '{"event": "run_finished", "level": "info"}\n',
    "(3 invisible characters)",
)
LONG = ("W" * 65_536, "<!channel>" * 6_000, "*`<" * 20_000, "&" * 30_000, "\n" * 40_000, "\u202e" * 40_000)


EACH = tuple(dict.fromkeys((*MARKUP, *LINES, *HIDDEN, *LETTERS, *IMITATIONS)))
"""Every piece by itself."""

_PIECES = st.sampled_from(EACH)

HOSTILE = st.lists(
    st.one_of(_PIECES, _PIECES, st.text(st.characters(), min_size=1, max_size=5)), min_size=1, max_size=8
).map("".join)
"""A hostile text, never empty; lone surrogates are among its characters."""
