"""Slack's block elements: buttons, menus, pickers and inputs, with their limits.

See: https://docs.slack.dev/reference/block-kit/block-elements
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.slack.block_limits import element_checks as checks
from bot.slack.block_limits.composition import (
    ACTION_ID,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    RICH_OPTION,
    SLACK_FILE,
    STYLE,
    URL,
    WORKFLOW,
    initial_among_options,
    plain,
)
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
    not_both,
    one_of,
    record,
    typed,
)

_Fields = Mapping[str, Rule]

_LABEL = Words(75)
_ACTION: _Fields = {"action_id": ACTION_ID}
_CONFIRMED: _Fields = {**_ACTION, "confirm": CONFIRM}
_FOCUS: _Fields = {"focus_on_load": Flag()}
_PICKER: _Fields = {**_CONFIRMED, **_FOCUS, "placeholder": plain(150)}
_TYPED_IN: _Fields = {
    **_ACTION,
    **_FOCUS,
    "placeholder": plain(150),
    "dispatch_action_config": DISPATCH_CONFIG,
}
_OFFERED: _Fields = {"options": Items(OPTION, 100), "option_groups": Items(OPTION_GROUP, 100)}
_SEVERAL: _Fields = {**_PICKER, "max_selected_items": Number(1)}
_IDS = Items(Words(255))
_NUMBER = Words(60, shape=re.compile(r"-?[0-9]+(\.[0-9]+)?"))

IMAGE_FIELDS: _Fields = {"image_url": URL, "slack_file": SLACK_FILE, "alt_text": Words(2000)}
IMAGE_CHECKS = (one_of("image_url", "slack_file"),)
_OPTION_CHECKS = (one_of("options", "option_groups"), initial_among_options)

_FEEDBACK = record(
    {"text": plain(75), "value": Words(2000), "accessibility_label": _LABEL},
    needs=("text", "value"),
)

_BUTTONS: dict[str, Record] = {
    **typed(
        "button",
        {
            **_CONFIRMED,
            "text": plain(75),
            "value": Words(2000),
            "url": URL,
            "style": STYLE,
            "accessibility_label": _LABEL,
        },
        needs=("text",),
    ),
    **typed(
        "workflow_button",
        {
            **_CONFIRMED,
            "text": plain(75),
            "workflow": WORKFLOW,
            "style": STYLE,
            "accessibility_label": _LABEL,
        },
        needs=("text", "workflow"),
    ),
    **typed(
        "icon_button",
        {
            **_CONFIRMED,
            "icon": OneOf(("trash",)),
            "text": plain(75),
            "value": Words(2000),
            "accessibility_label": _LABEL,
            "visible_to_user_ids": Items(Words(255), 10),
        },
        needs=("icon", "text"),
    ),
    **typed(
        "feedback_buttons",
        {**_ACTION, "positive_button": _FEEDBACK, "negative_button": _FEEDBACK},
        needs=("positive_button", "negative_button"),
    ),
}

_CHOICES: dict[str, Record] = {
    **typed("overflow", {**_CONFIRMED, "options": Items(OVERFLOW_OPTION, 5)}, needs=("options",)),
    **typed(
        "checkboxes",
        {
            **_CONFIRMED,
            **_FOCUS,
            "options": Items(RICH_OPTION, 10),
            "initial_options": Items(RICH_OPTION, 10),
        },
        needs=("options",),
        checks=(initial_among_options,),
    ),
    **typed(
        "radio_buttons",
        {**_CONFIRMED, **_FOCUS, "options": Items(RICH_OPTION, 10), "initial_option": RICH_OPTION},
        needs=("options",),
        checks=(initial_among_options,),
    ),
}

_SELECTS: dict[str, Record] = {
    **typed("static_select", {**_PICKER, **_OFFERED, "initial_option": OPTION}, checks=_OPTION_CHECKS),
    **typed("external_select", {**_PICKER, "initial_option": OPTION, "min_query_length": Number(0)}),
    **typed("users_select", {**_PICKER, "initial_user": Words(255)}),
    **typed(
        "conversations_select",
        {
            **_PICKER,
            "initial_conversation": Words(255),
            "default_to_current_conversation": Flag(),
            "response_url_enabled": Flag(),
            "filter": CONVERSATION_FILTER,
        },
        checks=(not_both("initial_conversation", "default_to_current_conversation"),),
    ),
    **typed(
        "channels_select",
        {**_PICKER, "initial_channel": Words(255), "response_url_enabled": Flag()},
    ),
    **typed(
        "multi_static_select",
        {**_SEVERAL, **_OFFERED, "initial_options": Items(OPTION, 100)},
        checks=(*_OPTION_CHECKS, checks.not_more_chosen_than_allowed),
    ),
    **typed(
        "multi_external_select",
        {**_SEVERAL, "initial_options": Items(OPTION, 100), "min_query_length": Number(0)},
        checks=(checks.not_more_chosen_than_allowed,),
    ),
    **typed("multi_users_select", {**_SEVERAL, "initial_users": _IDS}),
    **typed(
        "multi_conversations_select",
        {
            **_SEVERAL,
            "initial_conversations": _IDS,
            "default_to_current_conversation": Flag(),
            "filter": CONVERSATION_FILTER,
        },
    ),
    **typed("multi_channels_select", {**_SEVERAL, "initial_channels": _IDS}),
}

_PICKERS: dict[str, Record] = {
    **typed("datepicker", {**_PICKER, "initial_date": Words(10)}, checks=(checks.real_date,)),
    **typed(
        "timepicker",
        {
            **_PICKER,
            "initial_time": Words(5, shape=re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")),
            "timezone": Words(255),
        },
    ),
    # A Unix time of ten digits, as the page of the element asks for.
    **typed(
        "datetimepicker",
        {**_CONFIRMED, **_FOCUS, "initial_date_time": Number(1_000_000_000, 9_999_999_999)},
    ),
}

_INPUTS: dict[str, Record] = {
    **typed(
        "plain_text_input",
        {
            **_TYPED_IN,
            "initial_value": Words(3000),
            "multiline": Flag(),
            "min_length": Number(0, 3000),
            "max_length": Number(1, 3000),
        },
        checks=(checks.length_in_bounds,),
    ),
    **typed("email_text_input", {**_TYPED_IN, "initial_value": Words(255)}),
    **typed("url_text_input", {**_TYPED_IN, "initial_value": URL}),
    **typed(
        "number_input",
        {
            **_TYPED_IN,
            "is_decimal_allowed": Flag(),
            "initial_value": _NUMBER,
            "min_value": _NUMBER,
            "max_value": _NUMBER,
        },
        needs=("is_decimal_allowed",),
        checks=(checks.number_in_bounds,),
    ),
    **typed(
        "rich_text_input",
        {**_TYPED_IN, "initial_value": RICH_TEXT, "min_lines": Number(1, 100), "max_lines": Number(1, 100)},
        needs=("action_id",),
    ),
    **typed("file_input", {**_ACTION, "filetypes": Items(Words(50)), "max_files": Number(1, 10)}),
}

IMAGE = typed("image", IMAGE_FIELDS, needs=("alt_text",), checks=IMAGE_CHECKS)
ELEMENTS = ByType({**_BUTTONS, **_CHOICES, **_SELECTS, **_PICKERS, **_INPUTS, **IMAGE})

_EVERYWHERE = ("checkboxes", "radio_buttons", "datepicker", "timepicker", *_SELECTS)
IN_ACTIONS = ELEMENTS.only("button", "workflow_button", "overflow", "datetimepicker", "rich_text_input", *_EVERYWHERE)
IN_SECTION = ELEMENTS.only("button", "workflow_button", "overflow", "image", *_EVERYWHERE)
IN_INPUT = ELEMENTS.only("datetimepicker", *_EVERYWHERE, *_INPUTS)
IN_CONTEXT_ACTIONS = ELEMENTS.only("feedback_buttons", "icon_button")
BUTTON_ONLY = ELEMENTS.only("button")
IMAGE_ONLY = ELEMENTS.only("image")
