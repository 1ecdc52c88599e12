"""A strict reader of Slack's markup, for tests: everything that acts in a message, whoever wrote it.

It is written from Slack's documentation and shares nothing with the product or the look-alike. Where the
documentation leaves room, it reads what is worse: an unclosed bracket counts, and so does anything that some client
might take for a link.

See: https://docs.slack.dev/messaging/formatting-message-text
See: https://docs.slack.dev/reference/block-kit/composition-objects/text-object
See: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Acting:
    """Something in a text that is more than its letters: its kind, and what it is about."""

    kind: str
    target: str


_BRACKET = re.compile("<([^<>]*)>|<")
_CODE = re.compile(r"```.*?```|`[^`\n]+`|`", re.DOTALL)
# Times such as 09:30:12 have two digits between colons, which name no emoji.
_EMOJI = re.compile(r":(?!\d\d:)[^\s:<>`\u200b]{1,100}:")
_STYLED = re.compile(r"(?<![^\W_])(?P<mark>[*_~])(?=[^\s*_~])(?P<inside>[^\n]*?[^\s])(?P=mark)(?![^\W_])")
_STYLES = {"*": "bold", "_": "italic", "~": "strike"}
_QUOTE = re.compile(r"^[ \t]*(?:>|&gt;)", re.MULTILINE)
_BARE_LINK = re.compile(
    r"(?<![a-z0-9+.-])(?![a-z0-9+.-]*(?:hxxps?|fxps?)://)[a-z][a-z0-9+.-]*://|\b(?:mailto|tel):\S|\bwww\.\w|[\w.+-]+@[\w-]+\.\w|(?<![\w.-])[\w-]+(?:[.。．｡][\w-]+)*"  # noqa: RUF001
    r"[.。．｡][^\W\d_]{2,}(?![\w-])",  # noqa: RUF001
    re.IGNORECASE,
)
_BARE_NAME = re.compile(r"(?<![\w&#])[#@]\w")
_BROADCAST = re.compile("@(?:channel|here|everyone|group)", re.IGNORECASE)
_RICH_CONTAINERS = frozenset({"rich_text_section", "rich_text_preformatted", "rich_text_list", "rich_text_quote"})


def in_mrkdwn(text: str, *, verbatim: bool) -> Iterator[Acting]:
    """What acts in a text that Slack parses; ``verbatim`` stops it from linking bare addresses and names."""
    outside = _BRACKET.sub("\x00", text)
    yield from (_bracket(match) for match in _BRACKET.finditer(text))
    yield from (Acting("broadcast", match[0]) for match in _BROADCAST.finditer(outside))
    if not verbatim:
        yield from _linked(outside)
        yield from (Acting("name", match[0]) for match in _BARE_NAME.finditer(outside))
    for match in _CODE.finditer(outside):
        yield Acting("code" if len(match[0]) > 1 else "stray backtick", "")
    yield from _looks(_CODE.sub("\x00", outside))


def in_plain(text: str, *, emoji: bool) -> Iterator[Acting]:
    """What acts in a text that Slack shows as it is: emoji, unless they are switched off, and what a client links."""
    yield from _linked(text)
    if emoji:
        yield from (Acting("emoji", match[0]) for match in _EMOJI.finditer(text))


def in_message(node: object) -> Iterator[Acting]:
    """What acts in a message or view: every text object, however deep, and the top-level text."""
    if isinstance(node, Mapping):
        if isinstance(node.get("text"), str) and "type" not in node:
            yield from in_mrkdwn(node["text"], verbatim=False)
        yield from _in_object(node)
        for value in node.values():
            yield from in_message(value)
    elif isinstance(node, list | tuple):
        for one in node:
            yield from in_message(one)


def _in_object(node: Mapping[str, Any]) -> Iterator[Acting]:
    kind = node.get("type")
    if kind == "mrkdwn":
        yield from in_mrkdwn(node["text"], verbatim=bool(node.get("verbatim")))
    elif kind == "plain_text":
        yield from in_plain(node["text"], emoji=bool(node.get("emoji", True)))
    elif kind == "text":
        yield from in_plain(node["text"], emoji=False)
        if node.get("style"):
            yield Acting("style", str(node["style"]))
    elif kind in ("link", "user", "usergroup", "channel", "broadcast", "emoji", "date"):
        yield Acting(str(kind), str(node))
    elif kind in _RICH_CONTAINERS:
        yield Acting(str(kind), "")


def _bracket(match: re.Match[str]) -> Acting:
    inside = match[1]
    if inside is None:
        return Acting("stray bracket", match[0])
    for start, kind in (("@", "user"), ("#", "channel"), ("!subteam^", "group"), ("!date^", "date")):
        if inside.startswith(start):
            return Acting(kind, inside.removeprefix(start))
    return Acting("broadcast" if inside.startswith("!") else "link", inside)


def _linked(text: str) -> Iterator[Acting]:
    yield from (Acting("bare link", match[0]) for match in _BARE_LINK.finditer(text))


def _looks(text: str) -> Iterator[Acting]:
    yield from (Acting("emoji", match[0]) for match in _EMOJI.finditer(text))
    yield from (Acting(_STYLES[match["mark"]], match["inside"]) for match in _STYLED.finditer(text))
    yield from (Acting("quote", "") for _ in _QUOTE.finditer(text))
