"""Slack's composition objects: texts, options, confirmations and their kin, with their limits.

See: https://docs.slack.dev/reference/block-kit/composition-objects
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.slack.block_limits.problem import Problem
from bot.slack.block_limits.rules import (
    ByType,
    Flag,
    Items,
    Object,
    OneOf,
    Record,
    Words,
    any_of,
    one_of,
    record,
    typed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTION_ID = Words(255)
BLOCK_ID = Words(255)
URL = Words(3000, shape=re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+"))
SHORT_URL = Words(2000, shape=URL.shape)
STYLE = OneOf(("primary", "danger"))


def text(most: int = 3000) -> ByType:
    """Return the rule for a text object of either type with up to `most` code points."""
    return ByType({**plain(most).records, **_mrkdwn(most).records})


def plain(most: int) -> ByType:
    """Return the rule for a text object that must be plain_text."""
    words = Words(most, visible=True)
    return ByType(typed("plain_text", {"text": words, "emoji": Flag()}, needs=("text",)))


def _mrkdwn(most: int) -> ByType:
    words = Words(most, visible=True)
    return ByType(typed("mrkdwn", {"text": words, "verbatim": Flag()}, needs=("text",)))


CONFIRM = record(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30), "style": STYLE},
    needs=("title", "text", "confirm", "deny"),
)

# The option page grants a value 150 code points and Slack's own types 75; the smaller number is safe.
_VALUE = Words(75)
OPTION = record({"text": plain(75), "value": _VALUE, "description": plain(75)}, needs=("text", "value"))
OVERFLOW_OPTION = Record({**OPTION.fields, "url": URL}, OPTION.required)
RICH_OPTION = Record({**OPTION.fields, "text": text(75), "description": text(75)}, OPTION.required)
OPTION_GROUP = record({"label": plain(75), "options": Items(OPTION, 100)}, needs=("label", "options"))

SLACK_FILE = record({"id": Words(30), "url": URL}, checks=(one_of("id", "url"),))
DISPATCH_CONFIG = record(
    {"trigger_actions_on": Items(OneOf(("on_enter_pressed", "on_character_entered")), 2)},
    needs=("trigger_actions_on",),
)
CONVERSATION_FILTER = record(
    {
        "include": Items(OneOf(("im", "mpim", "private", "public")), 4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    },
    checks=(any_of("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)
_PARAMETER = record({"name": Words(3000), "value": Words(3000)}, needs=("name", "value"))
WORKFLOW = record(
    {
        "trigger": record(
            {"url": URL, "customizable_input_parameters": Items(_PARAMETER, 100)},
            needs=("url",),
        )
    },
    needs=("trigger",),
)


def initial_among_options(value: Object, at: str) -> Iterator[Problem]:
    """Yield a problem for each initial option that is not, member for member, one of the options."""
    offered = list(_listed(value, "options"))
    for group in _listed(value, "option_groups"):
        offered += _listed(group, "options")
    chosen = [("initial_option", value["initial_option"])] if "initial_option" in value else []
    chosen += [(f"initial_options/{index}", one) for index, one in enumerate(_listed(value, "initial_options"))]
    for where, option in chosen:
        if option not in offered:
            yield Problem("must be one of the provided options", f"{at}/{where}")


def _listed(value: object, name: str) -> list[object]:
    members = value.get(name, ()) if isinstance(value, Mapping) else ()
    return list(members) if isinstance(members, list | tuple) else []
