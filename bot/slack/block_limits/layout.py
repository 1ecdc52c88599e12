"""Slack's layout blocks, what each may hold, and where each may stand.

See: https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.slack.block_limits import elements
from bot.slack.block_limits.composition import BLOCK_ID, SHORT_URL, plain, text
from bot.slack.block_limits.problem import Problem, under
from bot.slack.block_limits.rich_text import RICH_TEXT
from bot.slack.block_limits.rules import (
    ByType,
    Flag,
    Items,
    Number,
    OneOf,
    Record,
    Rule,
    Words,
    any_of,
    not_both,
    record,
    typed,
)
from bot.slack.block_limits.tables import CHARTS, TABLES, TASKS

if TYPE_CHECKING:
    from bot.slack.block_limits.rules import Object

MARKDOWN_CHARACTERS = 12_000

_ID: Mapping[str, Rule] = {"block_id": BLOCK_ID}
_CONTEXT_ITEM = ByType({**text().records, **elements.IMAGE})
_ICON = record({"type": OneOf(("icon",)), "name": Words(50, shape=re.compile("[a-z0-9_-]+"))}, needs=("type", "name"))


def _collapsing(value: Object, at: str) -> Iterator[Problem]:
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        yield Problem("is only allowed with is_collapsible", under(at, "default_collapsed"))
    if value.get("has_header_divider") and value.get("is_collapsible"):
        yield Problem("is not allowed with is_collapsible", under(at, "has_header_divider"))


_TEXT_BLOCKS: dict[str, Record] = {
    **typed("header", {**_ID, "text": plain(150), "level": Number(1, 4)}, needs=("text",)),
    **typed(
        "section",
        {
            **_ID,
            "text": text(3000),
            "fields": Items(text(2000), 10),
            "accessory": elements.IN_SECTION,
            "expand": Flag(),
        },
        checks=(any_of("text", "fields"),),
    ),
    **typed("context", {**_ID, "elements": Items(_CONTEXT_ITEM, 10)}, needs=("elements",)),
    **typed("divider", _ID),
    **typed("markdown", {**_ID, "text": Words(MARKDOWN_CHARACTERS)}, needs=("text",)),
    **typed(
        "alert",
        {**_ID, "text": text(200), "level": OneOf(("default", "info", "warning", "error", "success"))},
        needs=("text",),
    ),
    **RICH_TEXT.records,
}

_CONTROL_BLOCKS: dict[str, Record] = {
    **typed("actions", {**_ID, "elements": Items(elements.IN_ACTIONS, 25)}, needs=("elements",)),
    **typed(
        "context_actions",
        {**_ID, "elements": Items(elements.IN_CONTEXT_ACTIONS, 5)},
        needs=("elements",),
    ),
    **typed(
        "input",
        {
            **_ID,
            "label": plain(2000),
            "element": elements.IN_INPUT,
            "hint": plain(2000),
            "optional": Flag(),
            "dispatch_action": Flag(),
        },
        needs=("label", "element"),
    ),
}

_MEDIA_BLOCKS: dict[str, Record] = {
    **typed(
        "image",
        {**_ID, **elements.IMAGE_FIELDS, "title": plain(2000)},
        needs=("alt_text",),
        checks=elements.IMAGE_CHECKS,
    ),
    **typed(
        "file",
        {**_ID, "external_id": Words(255), "source": OneOf(("remote",))},
        needs=("external_id", "source"),
    ),
    **typed(
        "video",
        {
            **_ID,
            "title": plain(200),
            "title_url": SHORT_URL,
            "description": plain(200),
            "alt_text": Words(2000),
            "video_url": SHORT_URL,
            "thumbnail_url": SHORT_URL,
            "provider_icon_url": SHORT_URL,
            "provider_name": Words(50),
            "author_name": Words(50),
        },
        needs=("title", "alt_text", "video_url", "thumbnail_url"),
    ),
}

_CARD = typed(
    "card",
    {
        **_ID,
        "hero_image": elements.IMAGE_ONLY,
        "icon": elements.IMAGE_ONLY,
        "slack_icon": _ICON,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "actions": Items(elements.BUTTON_ONLY, 3),
    },
    checks=(any_of("hero_image", "title", "actions", "body"), not_both("icon", "slack_icon")),
)

_FLAT = ByType({**_TEXT_BLOCKS, **_CONTROL_BLOCKS, **_MEDIA_BLOCKS, **TABLES, **CHARTS, **TASKS, **_CARD})

_CHILDREN = _FLAT.only(
    *("actions", "context", "divider", "file", "header", "image", "input"),
    *("rich_text", "section", "table", "video"),
)
_HOLDERS: dict[str, Record] = {
    **typed("carousel", {**_ID, "elements": Items(_FLAT.only("card"), 10)}, needs=("elements",)),
    **typed(
        "container",
        {
            **_ID,
            "title": plain(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": text(150),
            "icon": elements.IMAGE_ONLY,
            "width": OneOf(("narrow", "standard", "wide", "full")),
            "child_blocks": Items(_CHILDREN, 10),
            "is_collapsible": Flag(),
            "default_collapsed": Flag(),
            "has_header_divider": Flag(),
        },
        needs=("child_blocks",),
        checks=(any_of("title", "rich_text_title"), _collapsing),
    ),
}

_ALL = ByType({**_FLAT.records, **_HOLDERS})
_SHARED = (
    *("actions", "card", "context", "divider", "header", "image", "input"),
    *("rich_text", "section", "video"),
)

IN_MESSAGE = _ALL.only(*(kind for kind in _ALL.records if kind != "alert"))
IN_MODAL = _ALL.only("alert", *_SHARED)
IN_HOME = _ALL.only("carousel", "container", "table", "data_table", "data_visualization", *_SHARED)
