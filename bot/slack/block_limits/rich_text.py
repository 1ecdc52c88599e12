"""Slack's rich text: what may stand in a rich_text block.

See: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re

from bot.slack.block_limits.composition import BLOCK_ID, URL
from bot.slack.block_limits.rules import ByType, Flag, Items, Number, OneOf, Record, Words, record, typed

_STYLE = record({name: Flag() for name in ("bold", "italic", "strike", "code")})
_MENTION_STYLE = record(
    {name: Flag() for name in ("bold", "italic", "strike", "highlight", "client_highlight", "unlink")}
)
_ID = Words(255)
_BORDER = Number(0, 1)

_PIECES: dict[str, Record] = {
    **typed("text", {"text": Words(), "style": _STYLE}, needs=("text",)),
    **typed("link", {"url": URL, "text": Words(), "unsafe": Flag(), "style": _STYLE}, needs=("url",)),
    **typed(
        "emoji",
        {"name": Words(255), "unicode": Words(255), "skin_tone": Number(1, 6), "style": _STYLE},
        needs=("name",),
    ),
    **typed("user", {"user_id": _ID, "style": _MENTION_STYLE}, needs=("user_id",)),
    **typed("usergroup", {"usergroup_id": _ID, "style": _MENTION_STYLE}, needs=("usergroup_id",)),
    **typed("channel", {"channel_id": _ID, "style": _MENTION_STYLE}, needs=("channel_id",)),
    **typed("team", {"team_id": _ID, "style": _MENTION_STYLE}, needs=("team_id",)),
    **typed(
        "broadcast",
        {"range": OneOf(("here", "channel", "everyone")), "style": _STYLE},
        needs=("range",),
    ),
    **typed(
        "color",
        {"value": Words(7, shape=re.compile("#[0-9A-Fa-f]{6}")), "style": _STYLE},
        needs=("value",),
    ),
    **typed(
        "date",
        {"timestamp": Number(0), "format": Words(), "url": URL, "fallback": Words(), "style": _STYLE},
        needs=("timestamp", "format"),
    ),
}

_INLINE = ByType(_PIECES)
_SECTION = ByType(typed("rich_text_section", {"elements": Items(_INLINE)}, needs=("elements",)))
_PARTS = ByType(
    {
        **_SECTION.records,
        **typed(
            "rich_text_list",
            {
                "style": OneOf(("bullet", "ordered")),
                "elements": Items(_SECTION),
                "indent": Number(0, 8),
                "offset": Number(0),
                "border": _BORDER,
            },
            needs=("style", "elements"),
        ),
        **typed(
            "rich_text_quote",
            {"elements": Items(_INLINE), "border": _BORDER},
            needs=("elements",),
        ),
        **typed(
            "rich_text_preformatted",
            {"elements": Items(_INLINE.only("text", "link")), "border": _BORDER},
            needs=("elements",),
        ),
    }
)

RICH_TEXT = ByType(
    typed("rich_text", {"block_id": BLOCK_ID, "elements": Items(_PARTS)}, needs=("elements",)),
)
