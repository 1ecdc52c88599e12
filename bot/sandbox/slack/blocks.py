"""Blocks as Slack keeps them: ids filled in, defaults written out, controls found, and refusals worded."""

import copy
import secrets
import string
from collections.abc import Iterator, Sequence
from typing import Any

from bot.sandbox.slack.records import Json, SlackRefusal
from bot.slack.block_limits import Problem

_ID_LETTERS = string.ascii_letters + string.digits
_CONTROLS = frozenset(
    {
        "button",
        "overflow",
        "plain_text_input",
        "number_input",
        "email_text_input",
        "url_text_input",
        "static_select",
        "multi_static_select",
        "external_select",
        "users_select",
        "multi_users_select",
        "conversations_select",
        "channels_select",
        "datepicker",
        "file_input",
        "timepicker",
        "datetimepicker",
        "checkboxes",
        "radio_buttons",
        "rich_text_input",
        "workflow_button",
        "icon_button",
        "feedback_buttons",
    }
)
# What a control starts with, and under which name its value stands in `state.values`.
_INITIAL = {
    "initial_value": "value",
    "initial_option": "selected_option",
    "initial_options": "selected_options",
    "initial_user": "selected_user",
    "initial_users": "selected_users",
    "initial_conversation": "selected_conversation",
    "initial_channel": "selected_channel",
    "initial_date": "selected_date",
    "initial_time": "selected_time",
    "initial_date_time": "selected_date_time",
}
_EMPTY: dict[str, Json] = {
    "plain_text_input": {"value": None},
    "number_input": {"value": None},
    "email_text_input": {"value": None},
    "url_text_input": {"value": None},
    "static_select": {"selected_option": None},
    "radio_buttons": {"selected_option": None},
    "checkboxes": {"selected_options": []},
    "multi_static_select": {"selected_options": []},
    "users_select": {"selected_user": None},
    "multi_users_select": {"selected_users": []},
    "conversations_select": {"selected_conversation": None},
    "channels_select": {"selected_channel": None},
    "datepicker": {"selected_date": None},
    "file_input": {"files": []},
    "timepicker": {"selected_time": None},
    "datetimepicker": {"selected_date_time": None},
}


def random_id() -> str:
    """Make an id of the look that Slack gives to blocks and actions without one."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(5))


def kept_blocks(blocks: Sequence[Json]) -> list[Json]:
    """Return the blocks as Slack stores them: missing ids and the defaults of text objects filled in."""
    kept = copy.deepcopy(list(blocks))
    for block in kept:
        block.setdefault("block_id", random_id())
        if block.get("type") != "rich_text":
            _fill_in(block)
    return kept


def _fill_in(node: Any) -> None:  # noqa: ANN401 - any JSON value.
    if isinstance(node, list):
        for item in node:
            _fill_in(item)
    elif isinstance(node, dict):
        kind = node.get("type")
        if kind == "plain_text":
            node.setdefault("emoji", True)
        elif kind == "mrkdwn":
            node.setdefault("verbatim", False)
        elif kind in _CONTROLS:
            node.setdefault("action_id", random_id())
        for value in node.values():
            _fill_in(value)


def controls(blocks: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    """Yield each interactive element with the id of the block it stands in."""
    for block in blocks:
        for element in _elements(block):
            yield str(block.get("block_id")), element


def _elements(node: Any) -> Iterator[Json]:  # noqa: ANN401 - any JSON value.
    if isinstance(node, list):
        for item in node:
            yield from _elements(item)
    elif isinstance(node, dict):
        if node.get("type") in _CONTROLS:
            yield node
        for value in node.values():
            yield from _elements(value)


def find_control(blocks: Sequence[Json], block_id: str, action_id: str) -> Json | None:
    """Return the element with these ids, or None."""
    for found_in, element in controls(blocks):
        if found_in == block_id and element.get("action_id") == action_id:
            return element
    return None


def state_values(blocks: Sequence[Json], entered: dict[str, dict[str, Json]]) -> dict[str, dict[str, dict[str, Any]]]:
    """Return `state.values`: what was entered, else what each control starts with."""
    values: dict[str, dict[str, dict[str, Any]]] = {}
    for block_id, element in controls(blocks):
        kind = str(element["type"])
        if kind in _EMPTY:
            value = {"type": kind, **_EMPTY[kind], **_initial(element)}
            value |= entered.get(block_id, {}).get(element["action_id"], {})
            values.setdefault(block_id, {})[element["action_id"]] = value
    return values


def _initial(element: Json) -> Json:
    return {name: element[start] for start, name in _INITIAL.items() if start in element}


def refuse_message(problems: Sequence[Problem]) -> None:
    """Raise what Slack answers to a message that breaks these limits; nothing when there are none.

    Raises:
        SlackRefusal: With the first problem's code. Only block errors also come as a top-level `errors`,
            and codes that say it all come without detail, as Slack does it.
    """
    if not problems:
        return
    code = problems[0].error
    lines = [f"{p.message} [json-pointer:{p.pointer}]" for p in problems if p.error == code]
    details: Json = {}
    if code == "invalid_blocks":
        details["errors"] = lines
    if code.startswith("invalid_") and code != "invalid_blocks_format":
        details["response_metadata"] = {"messages": [f"[ERROR] {line}" for line in lines]}
    raise SlackRefusal(code, **details)
