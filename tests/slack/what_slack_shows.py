"""What Slack would make of our messages: the texts in them, their tokens, and what must never be among those."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.slack.mrkdwn import tokens
from bot.slack.block_limits import message_problems
from tests.slack.block_judges import judge_message

Json = Mapping[str, Any]

OURS = {"text", "br", "bold", "code", "user", "group", "date"}
"""The kinds of tokens that our own words use; emoji, channels, broadcasts and quotes are none of them, nor links but
:data:`CONSOLE`."""

CONSOLE = re.compile(
    r"https://[a-z0-9-]+\.console\.(aws\.amazon\.com|amazonaws\.cn|amazonaws-us-gov\.com)/cloudtrailv2/home"
    r"\?region=[a-z0-9-]+#/events(/[0-9A-Za-z-]{8,64}|\?EventName=[A-Za-z]+)?"
)
"""The only links of ours."""

# The one invisible character that we write: Slack's own advice for a colon that must not start an emoji.
_CALMING = "\u200b"
_EMOJI = re.compile(r":[a-z0-9_+'-]{1,100}:")


def objects(node: object) -> Iterator[Json]:
    """Every object in a message, however deep."""
    if isinstance(node, Mapping):
        yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list | tuple):
        for one in node:
            yield from objects(one)


def mrkdwn_texts(message: Json) -> list[tuple[str, bool]]:
    """Every text that Slack parses, and whether it is verbatim; the top-level text among them."""
    found = [(str(message["text"]), False)] if "text" in message else []
    parts = objects([message.get("blocks"), message.get("attachments")])
    return [*found, *((one["text"], bool(one.get("verbatim"))) for one in parts if one.get("type") == "mrkdwn")]


def plain_texts(message: Json) -> list[str]:
    """Every text that Slack shows as it is: labels, headers and preformatted text."""
    kinds = ("plain_text", "text")
    return [one["text"] for one in objects(message.get("blocks")) if one.get("type") in kinds]


def shape(found: list[dict[str, Any]]) -> list[Any]:
    """The tokens without their texts: what is bold, code, mention or date, and in which order."""
    shapes: list[Any] = []
    for token in found:
        if token["t"] == "text":
            continue
        inner = shape(token["children"]) if "children" in token else token.get("id")
        shapes.append((token["t"], inner))
    return shapes


def shapes(message: Json) -> list[list[Any]]:
    """The shape of each parsed text of a message."""
    return [shape(tokens(text, verbatim=verbatim)) for text, verbatim in mrkdwn_texts(message)]


def foreign_tokens(message: Json, people: set[str], groups: set[str]) -> list[str]:
    """What Slack would make of a message beyond our own kinds of tokens, people and groups."""
    found = []
    for text, verbatim in mrkdwn_texts(message):
        kinds = OURS
        for token in _walk(tokens(text, verbatim=verbatim)):
            if token["t"] == "link" and CONSOLE.fullmatch(token["url"]):
                continue
            known = {"user": people, "group": groups}.get(token["t"])
            if token["t"] not in kinds or (known is not None and token["id"] not in known):
                found.append(f"{token['t']}: {token} in {text[:200]!r}")
    return found


def _walk(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for token in found:
        yield token
        yield from _walk(token.get("children", []))


def hidden_characters(message: Json) -> list[str]:
    """Characters that hide, turn around or break text, in any text of a message."""
    texts = [text for text, _ in mrkdwn_texts(message)] + plain_texts(message)
    return [
        f"U+{ord(one):04X} in {text[:80]!r}"
        for text in texts
        for one in text
        if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and one not in ("\n", _CALMING)
    ]


def emoji_in_labels(message: Json) -> list[str]:
    """Emoji codes in plain_text objects, where Slack would draw them."""
    labels = [one["text"] for one in objects(message.get("blocks")) if one.get("type") == "plain_text"]
    return [text for text in labels if _EMOJI.search(text)]


def complaints(message: Json, people: set[str], groups: set[str], *, ephemeral: bool = False) -> list[str]:
    """Everything that is wrong with a message: for our own limits, for two strangers', and for its readers."""
    text = str(message.get("text", ""))
    return [
        *(str(problem) for problem in message_problems(message, ephemeral=ephemeral)),
        *(str(problem) for problem in message_problems(message, update=True)),
        *judge_message(message),
        *foreign_tokens(message, people, groups),
        *hidden_characters(message),
        *emoji_in_labels(message),
        *([f"the text has {len(text)} characters"] if not 0 < len(text) <= 4_000 else []),
    ]
