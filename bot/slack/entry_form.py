"""The form of an action that needs more than a reason: its fields first, then the plan that comes of them.

It is one form: what was entered stays in it beside the plan, so that what is sent is what was shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.action_form import Entered, FieldKind, FormField
from bot.domain.case import Case
from bot.domain.plan import Plan
from bot.domain.response_action import ResponseAction
from bot.slack.forms import View, bare_form, entered_in, planned_form
from bot.slack.text import defang, plain
from bot.slack.wanted import Wanted

_FIRST = "Fill this in and look at the plan. Nothing happens before you send that too."
_MOST_ERROR = 150


def entry_form(
    case: Case,
    action: ResponseAction,
    fields: Sequence[FormField],
    entered: Entered,
    plan: Plan | None,
    wanted: Wanted,
    why: str = "",
) -> View:
    """The form with what was entered; ``plan`` None means that there is none yet, so that sending shows it."""
    view = planned_form(case, action, plan, wanted) if plan else bare_form(case, action, _FIRST, wanted, None)
    reason = view["blocks"].pop()
    # What is to be read stands first only once there is a plan; before, the first field has the cursor.
    reason["element"].pop("focus_on_load", None)
    reason["element"] |= {"initial_value": why} if why else {}
    view["blocks"] += [*(field_block(one, entered.get(one.id, one.initial)) for one in fields), reason]
    return view


def entered_of(view: Mapping[str, Any], fields: Sequence[FormField]) -> dict[str, str]:
    """What was written, by the field; empty fields are left out."""
    values = entered_in(view)
    found: dict[str, str] = {}
    for one in (field for field in fields if field.kind is not FieldKind.FILE):
        state = values.get(block_id(one.id))
        value = state.get(one.id) if isinstance(state, Mapping) else None
        text = (value.get("selected_date") or value.get("value")) if isinstance(value, Mapping) else None
        if isinstance(text, str) and text.strip():
            found[one.id] = text.strip()[: one.most]
    return found


def mistakes_answer(mistakes: Mapping[str, str]) -> dict[str, Any]:
    """What Slack is answered so that each mistake stands under its field; it may quote what a file holds.

    See: https://docs.slack.dev/surfaces/modals#displaying_errors
    """
    errors = {block_id(field): plain(defang(sentence), _MOST_ERROR) for field, sentence in mistakes.items()}
    return {"response_action": "errors", "errors": errors}


def block_id(field: str) -> str:
    """The block of a field."""
    return f"field-{field}"


def field_block(one: FormField, value: str) -> dict[str, Any]:
    """The field as a block of a form, with a value that stands in it already."""
    block: dict[str, Any] = {
        "type": "input",
        "block_id": block_id(one.id),
        "label": {"type": "plain_text", "text": one.label},
        "optional": not one.required,
        "element": _ELEMENTS.get(one.kind, _text)(one, value),
    }
    if one.hint:
        block["hint"] = {"type": "plain_text", "text": one.hint}
    return block


def _date(one: FormField, value: str) -> dict[str, Any]:
    return {"type": "datepicker", "action_id": one.id, **({"initial_date": value} if value else {})}


def _file(one: FormField, value: str) -> dict[str, Any]:
    del value
    return {"type": "file_input", "action_id": one.id, "filetypes": list(one.endings), "max_files": 1}


def _text(one: FormField, value: str) -> dict[str, Any]:
    return {
        "type": "plain_text_input",
        "action_id": one.id,
        "multiline": one.kind is FieldKind.TEXT,
        "max_length": one.most,
        **({"initial_value": value} if value else {}),
    }


_ELEMENTS = {FieldKind.DATE: _date, FieldKind.FILE: _file}
