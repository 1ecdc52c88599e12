"""The forms of a broken glass: the box in an action's form, the form of a request that waits, and the review."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.domain.approval_words import lacking_words
from bot.domain.case import Case, Request
from bot.domain.plan import plan_name
from bot.service.review_glass import JUDGEMENT, NOT_RIGHT, RIGHT
from bot.slack.button_value import Reference
from bot.slack.code_form import with_code
from bot.slack.controls import BREAK_GLASS, REVIEW_GLASS
from bot.slack.forms import REASON_BLOCK, REASON_INPUT, View, entered_in, metadata, notice_if_too_long
from bot.slack.glass_words import glass_words
from bot.slack.plan_words import fit, plan_blocks, plan_lines
from bot.slack.request_words import sentence_words
from bot.slack.text import code, joined, shown
from bot.slack.wanted import Wanted

_GLASS = "break_glass"
_HINT = (
    "For emergencies only. Everybody in the channel is told who did it and why, and somebody else is asked to review "
    "it each working morning until it is done."
)
_MOST_REASON = 1_000
_RULE = (
    "Everybody in the channel is told your reason, and somebody else is asked to review it each working morning until "
    "it is done."
)
_WHY = "Why can't this wait for others?"


def with_inputs(view: View, wanted: Wanted, *, ticked: bool = False) -> View:
    """An action's form with what its terms want beside the reason: the box that breaks the glass, and the code."""
    blocks = list(view["blocks"])
    if wanted.glass:
        blocks.append(_box(ticked=ticked))
        view = {**view, "submit": {"type": "plain_text", "text": "Send"}}
    elif wanted.no_glass:
        blocks.append(_context(f"*Break the glass:* {wanted.no_glass}"))
    view = {**view, "blocks": blocks}
    return with_code(view) if wanted.terms.one_time_code else view


def glass_ticked(view: Mapping[str, Any]) -> bool:
    """Whether the box in an action's form is ticked; False where the form has none."""
    try:
        chosen = entered_in(view)[_GLASS][_GLASS]["selected_options"]
        return any(one["value"] == _GLASS for one in chosen)
    except (KeyError, TypeError):
        return False


def glass_form(case: Case, request: Request, title: str, pressed: Reference) -> View:
    """The form that lets a waiting request run alone; it carries what the button carried, and shows the whole plan."""
    lacking = lacking_words(request.missing, mention=False)
    first = f"*{shown(title, 40)}*, plan {code(plan_name(request.digest), 12)}, as the card shows it."
    last = f"*When you send this:* it runs at once and does not wait for {lacking}. {_RULE}"
    lines = [first, *plan_lines(request.plan), last]
    if fit(lines):
        blocks = [_section(lines)]
    else:
        parts = [block for group in plan_blocks(request.plan, request.digest) for block in group]
        blocks = [_section([first]), *parts, _section([last])]
    carried = {"ref": pressed.text(), "digest": request.digest, "channel": case.card.channel or ""}
    view = {
        "type": "modal",
        "callback_id": BREAK_GLASS,
        "title": {"type": "plain_text", "text": "Break the glass"},
        "submit": {"type": "plain_text", "text": "Break It and Run"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": json.dumps(carried, separators=(",", ":")),
        "blocks": [
            *blocks,
            _why(_WHY, "Goes to everybody in the channel and the audit log."),
        ],
    }
    return notice_if_too_long(with_code(view) if request.terms.one_time_code else view)


def review_form(case: Case, request: Request, title: str) -> View:
    """The form in which somebody else says whether it was right."""
    glass = request.glass
    lines = [glass_words(request, glass, shown(title, 40))] if glass is not None else []
    if request.sentence:
        lines.append(f"*How it ended:* {sentence_words(request, request.sentence, 400)}")
    lines.append("A review changes nothing in AWS. The card has the way back of what was done.")
    return {
        "type": "modal",
        "callback_id": REVIEW_GLASS,
        "title": {"type": "plain_text", "text": "Review broken glass"},
        "submit": {"type": "plain_text", "text": "Send Review"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": metadata(case, "", request.request_id),
        "blocks": [_section(lines), _judgement(), _why("Why?", "Goes to the thread and the audit log.")],
    }


def judgement_in(view: Mapping[str, Any]) -> dict[str, str]:
    """What the review says, for a press; empty when nothing was chosen."""
    try:
        value = entered_in(view)[JUDGEMENT][JUDGEMENT]["selected_option"]["value"]
    except (KeyError, TypeError):
        return {}
    return {JUDGEMENT: value} if isinstance(value, str) else {}


def _box(*, ticked: bool) -> dict[str, Any]:
    option = {
        "text": {"type": "plain_text", "text": "Break the glass: run it now, without the yes of others"},
        "value": _GLASS,
    }
    element = {"type": "checkboxes", "action_id": _GLASS, "options": [option]}
    return {
        "type": "input",
        "block_id": _GLASS,
        "optional": True,
        "label": {"type": "plain_text", "text": "If it can't wait"},
        "hint": {"type": "plain_text", "text": _HINT},
        "element": {**element, "initial_options": [option]} if ticked else element,
    }


def _judgement() -> dict[str, Any]:
    words = {RIGHT: "It was right", NOT_RIGHT: "It was not right"}
    options = [{"text": {"type": "plain_text", "text": text}, "value": value} for value, text in words.items()]
    label = {"type": "plain_text", "text": "Was it right to break the glass?"}
    element = {"type": "radio_buttons", "action_id": JUDGEMENT, "options": options}
    return {"type": "input", "block_id": JUDGEMENT, "label": label, "element": element}


def _why(label: str, hint: str) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": REASON_BLOCK,
        "label": {"type": "plain_text", "text": label},
        "hint": {"type": "plain_text", "text": hint},
        "element": {
            "type": "plain_text_input",
            "action_id": REASON_INPUT,
            "multiline": True,
            "min_length": 3,
            "max_length": _MOST_REASON,
        },
    }


def _section(lines: list[str]) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": joined(lines, 3_000), "verbatim": True}}


def _context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
