"""One-time codes in forms: the input, and the form of a yes that needs one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.approval import Reason
from bot.domain.case import Case, Request
from bot.domain.plan import plan_name
from bot.slack.button_value import Reference
from bot.slack.controls import APPROVE
from bot.slack.forms import View, entered_in
from bot.slack.plan_words import short_lines
from bot.slack.text import code, joined, shown

CODE = "one_time_code"
CODE_REASONS = (Reason.CODE_MISSING, Reason.CODE_REFUSED)
"""The refusals that belong under the code and not under the reason."""

# Apps show six digits, some with a space between them.
_LEAST, _MOST = 6, 8


def with_code(view: View) -> View:
    """A form with the input of a code below everything else."""
    return {**view, "blocks": [*view["blocks"], _code_input()]}


def approve_form(case: Case, request: Request, title: str, pressed: Reference) -> View:
    """The form of a yes that needs a code; it carries what the button carried, so that the yes is to the same card."""
    lines = [
        f"*{shown(title, 40)}*, plan {code(plan_name(request.digest), 12)}, as the card shows it.",
        *short_lines(request.plan)[:1],
        "When this is the last yes that is needed, it runs at once.",
    ]
    carried = {"ref": pressed.text(), "digest": request.digest, "channel": case.card.channel or ""}
    return {
        "type": "modal",
        "callback_id": APPROVE,
        "title": {"type": "plain_text", "text": "Approve and run"},
        "submit": {"type": "plain_text", "text": "Approve and Run"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": json.dumps(carried, separators=(",", ":")),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": joined(lines, 3_000), "verbatim": True}},
            _code_input(),
        ],
    }


def code_in(view: Mapping[str, Any]) -> str | None:
    """What was written as a code; None where the form has no such input."""
    try:
        value = entered_in(view)[CODE][CODE]["value"]
    except (KeyError, TypeError):
        return None
    return value if isinstance(value, str) else ""


def _code_input() -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": CODE,
        "label": {"type": "plain_text", "text": "One-time code"},
        "hint": {"type": "plain_text", "text": "The six digits that your authenticator app shows for Anchorwatch."},
        "element": {
            "type": "plain_text_input",
            "action_id": CODE,
            "min_length": _LEAST,
            "max_length": _MOST,
        },
    }
