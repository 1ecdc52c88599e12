"""The arguments of chat.postMessage, chat.update and chat.postEphemeral.

See: https://docs.slack.dev/reference/methods/chat.postMessage
See: https://docs.slack.dev/reference/methods/chat.update
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.slack.block_limits.layout import IN_MESSAGE
from bot.slack.block_limits.problem import Problem
from bot.slack.block_limits.rules import Flag, Items, Number, Object, OneOf, Record, Words, record
from bot.slack.block_limits.whole import together, too_long

POSTED_TEXT = 40_000
UPDATED_TEXT = 4_000
# Slack gives no number for `metadata_too_large`; ours holds ids only, and 2,000 characters are plenty.
METADATA_CHARACTERS = 2_000

_BLOCKS = Items(IN_MESSAGE, 50, least=0)
_LINE = Words(least=0)
_FIELD = record({"title": _LINE, "value": _LINE, "short": Flag()})
_LEGACY = (
    *("fallback", "pretext", "author_name", "author_link", "author_icon", "author_subname", "title"),
    *("title_link", "text", "image_url", "thumb_url", "footer_icon", "callback_id", "attachment_type"),
)
_ATTACHMENT = record(
    {
        **dict.fromkeys(_LEGACY, _LINE),
        "footer": Words(300, least=0),
        "color": Words(7, shape=re.compile("good|warning|danger|#?[0-9A-Fa-f]{6}")),
        "fields": Items(_FIELD, least=0),
        "mrkdwn_in": Items(OneOf(("text", "pretext", "fields"))),
        "ts": Number(0),
        "blocks": _BLOCKS,
    }
)
_NAMES: Mapping[str, Words] = dict.fromkeys(("channel", "user", "ts", "thread_ts"), Words())


def problems(message: Object, *, update: bool, ephemeral: bool) -> Iterator[Problem]:
    """Yield what Slack would refuse; a None argument counts as not given, unknown ones are left alone."""
    given = {name: value for name, value in message.items() if value is not None}
    if not any(given.get(name) for name in ("text", "blocks", "attachments")):
        yield Problem("must provide text, blocks or attachments", "", "no_text")
    for name, rule in _NAMES.items():
        if name in given:
            yield from _as("invalid_arguments", rule.check(given[name], f"/{name}"))
    if "text" in given:
        yield from _text(given["text"], UPDATED_TEXT if update else POSTED_TEXT)
    if "blocks" in given:
        yield from _blocks(given["blocks"], "/blocks")
    if "attachments" in given:
        yield from _attachments(given["attachments"], ephemeral=ephemeral)
    if "metadata" in given:
        yield from _metadata(given["metadata"], removable=update)


def _as(error: str, found: Iterator[Problem]) -> Iterator[Problem]:
    return (replace(problem, error=error) for problem in found)


def _text(value: object, most: int) -> Iterator[Problem]:
    yield from _as("invalid_arguments", Words(least=0).check(value, "/text"))
    if isinstance(value, str) and len(value) > most:
        yield Problem(f"must be less than {most + 1} characters", "/text", "msg_too_long")


def _blocks(value: object, at: str) -> Iterator[Problem]:
    if not isinstance(value, list | tuple) or not all(isinstance(block, Mapping) for block in value):
        yield Problem("must provide an array of objects", at, "invalid_blocks_format")
        return
    found = list(_BLOCKS.check(value, at))
    yield from found
    if not found:
        yield from together(value, at)
        yield from too_long(value, at)


def _attachments(value: object, *, ephemeral: bool) -> Iterator[Problem]:
    for problem in Items(_ATTACHMENT, 100, least=0).check(value, "/attachments"):
        many = problem.pointer == "/attachments" and problem.message.startswith("no more than")
        yield replace(problem, error="too_many_attachments" if many else "invalid_attachments")
    for index, attachment in enumerate(value if isinstance(value, list | tuple) else ()):
        blocks = attachment.get("blocks") if isinstance(attachment, Mapping) else None
        at = f"/attachments/{index}/blocks"
        if ephemeral and blocks is not None:
            yield Problem("blocks are not allowed in ephemeral attachments", at, "invalid_attachments")
        elif isinstance(blocks, list | tuple) and not any(_BLOCKS.check(blocks, at)):
            yield from _as("invalid_attachments", together(blocks, at))


_METADATA = Record(
    {"event_type": Words(50, shape=re.compile("[A-Za-z0-9_]+")), "event_payload": record({})},
    frozenset({"event_type", "event_payload"}),
)


def _metadata(value: object, *, removable: bool) -> Iterator[Problem]:
    if removable and isinstance(value, Mapping) and not value:
        return
    payload = value.get("event_payload") if isinstance(value, Mapping) else None
    # Members of the payload are the app's own, so only its type and its size are judged.
    shell = {**value, "event_payload": {}} if isinstance(value, Mapping) and isinstance(payload, Mapping) else value
    yield from _as("invalid_metadata_format", _METADATA.check(shell, "/metadata"))
    if isinstance(payload, Mapping):
        yield from _payload(payload, "/metadata/event_payload")


def _payload(payload: Object, at: str) -> Iterator[Problem]:
    # A stack instead of recursion, and a stop at the limit: nesting and cycles cannot hurt.
    characters, waiting = 0, list[object]([payload])
    while waiting and characters <= METADATA_CHARACTERS:
        value = waiting.pop()
        characters += len(value) if isinstance(value, str) else 2
        if isinstance(value, Mapping):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, list | tuple):
            waiting += value
        elif value is not None and not isinstance(value, str | bool | int | float):
            yield Problem("must be valid JSON", at, "invalid_metadata_format")
            return
    if characters > METADATA_CHARACTERS:
        yield Problem(f"must be less than {METADATA_CHARACTERS + 1} characters", at, "metadata_too_large")
