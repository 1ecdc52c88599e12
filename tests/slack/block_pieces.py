"""Small builders of Slack payloads, and the shape of one case of the corpus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One payload.

    Attributes:
        name: What is special about it.
        payload: The arguments of a message method, or a view.
        kind: `message`, `update`, `ephemeral` or `view`.
        pointer: Where the one violation stands; None when there is none.
    """

    name: str
    payload: Json
    kind: str = "message"
    pointer: str | None = None


def plain(length: int = 5) -> Json:
    """Return a plain_text object of that many characters."""
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int = 5) -> Json:
    """Return a mrkdwn object of that many characters."""
    return {"type": "mrkdwn", "text": "x" * length}


def section(**more: Any) -> Json:
    """Return a section block."""
    return {"type": "section", "text": mrkdwn(), **more}


def button(**more: Any) -> Json:
    """Return a button."""
    return {"type": "button", "action_id": "press", "text": plain(), **more}


def option(text: int = 5, value: str = "v", **more: Any) -> Json:
    """Return an option."""
    return {"text": plain(text), "value": value, **more}


def options(count: int) -> list[Json]:
    """Return that many different options."""
    return [option(value=f"v{index}") for index in range(count)]


def select(**more: Any) -> Json:
    """Return a static select with two options."""
    return {"type": "static_select", "action_id": "pick", "options": options(2), **more}


def confirm(**more: Any) -> Json:
    """Return a confirmation dialog."""
    return {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **more}


def actions(*elements: Json, **more: Any) -> Json:
    """Return an actions block."""
    return {"type": "actions", "elements": list(elements), **more}


def field(**more: Any) -> Json:
    """Return an input block with a text input."""
    return {"type": "input", "label": plain(), "element": entry(), **more}


def entry(**more: Any) -> Json:
    """Return a text input."""
    return {"type": "plain_text_input", "action_id": "text", **more}


def rich(*parts: Json) -> Json:
    """Return a rich_text block."""
    return {"type": "rich_text", "elements": list(parts)}


def line(*pieces: Json) -> Json:
    """Return a rich text section."""
    return {"type": "rich_text_section", "elements": list(pieces) or [{"type": "text", "text": "x"}]}


def cell(text: str = "x") -> Json:
    """Return a table cell."""
    return {"type": "raw_text", "text": text}


def table(rows: int = 2, columns: int = 2, text: str = "x") -> Json:
    """Return a table."""
    return {"type": "table", "rows": [[cell(text)] * columns for _ in range(rows)]}


def data_table(rows: int = 2, columns: int = 2, **more: Any) -> Json:
    """Return a data table; `rows` counts the header."""
    return {**table(rows, columns), "type": "data_table", "caption": "Calls", **more}


def task(number: int = 0, **more: Any) -> Json:
    """Return a task card."""
    return {"type": "task_card", "task_id": f"t{number}", "title": "Disable", "status": "complete", **more}


def message(*blocks: Any, **more: Any) -> Json:
    """Return the arguments of chat.postMessage."""
    return {"channel": "C0ANCHOR", "text": "A card", "blocks": list(blocks), **more}


def modal(*blocks: Any, **more: Any) -> Json:
    """Return a modal with a submit button."""
    return {"type": "modal", "title": plain(), "submit": plain(), "blocks": list(blocks), **more}


def home(*blocks: Any, **more: Any) -> Json:
    """Return a home view."""
    return {"type": "home", "blocks": list(blocks), **more}


IMAGE: Json = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a chart"}
DIVIDER: Json = {"type": "divider"}
HEADER: Json = {"type": "header", "text": plain()}
CARD: Json = {"type": "card", "title": mrkdwn()}
METADATA: Json = {"event_type": "anchorwatch_card", "event_payload": {"key": "AW-1"}}
LARGE_METADATA: Json = {"event_type": "x", "event_payload": {"key": "x" * 2_000}}
ALERT: Json = {"type": "alert", "text": mrkdwn(), "level": "warning"}
CONTEXT: Json = {"type": "context", "elements": [mrkdwn()]}
PLAN: Json = {"type": "plan", "title": "Containment", "tasks": [task()]}
CONTAINER: Json = {"type": "container", "title": plain(), "child_blocks": [DIVIDER]}
MARKDOWN: Json = {"type": "markdown", "text": "x"}
VIDEO: Json = {
    "type": "video",
    "title": plain(),
    "alt_text": "a film",
    "video_url": "https://example.com/film",
    "thumbnail_url": "https://example.com/film.png",
}
CHART: Json = {
    "type": "data_visualization",
    "title": "Calls",
    "chart": {"type": "pie", "segments": [{"label": "ok", "value": 1}]},
}
FEEDBACK: Json = {
    "type": "feedback_buttons",
    "action_id": "rate",
    "positive_button": {"text": plain(), "value": "yes"},
    "negative_button": {"text": plain(), "value": "no"},
}
LIST: Json = {"type": "rich_text_list", "style": "bullet", "elements": [line()]}

SLICE: Json = {"label": "ok", "value": 1}

NUMBER: Json = {"type": "number_input", "is_decimal_allowed": False, "action_id": "n"}


def without(value: Json, *names: str) -> Json:
    """Return an object without some of its members."""
    return {name: member for name, member in value.items() if name not in names}


def bad(name: str, pointer: str, block: Any) -> Case:
    """Return the case of one block with a violation below it."""
    return Case(name, message(block), pointer=f"/blocks/0{pointer}")


def asked(name: str, pointer: str, element: Json) -> Case:
    """Return the case of an input element with a violation below it."""
    return Case(name, modal(field(element=element)), "view", f"/blocks/0/element{pointer}")


def pressed(name: str, pointer: str, element: Json) -> Case:
    """Return the case of an element of an actions block with a violation below it."""
    return bad(name, f"/elements/0{pointer}", actions(element))


def confirmed(name: str, pointer: str, dialog: Json) -> Case:
    """Return the case of a button's confirmation with a violation below it."""
    return pressed(name, f"/confirm{pointer}", button(confirm=dialog))
