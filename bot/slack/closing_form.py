"""The form of the closing note, and the note as the thread and the card show it."""

from __future__ import annotations

from typing import Any

from bot.domain.action_form import FieldKind, FormField
from bot.domain.case import Case
from bot.domain.closing_note import MOST_CAUSE_CHARACTERS, ClosingNoteWritten
from bot.domain.closing_points import cause_of, done_of, open_points, points_of
from bot.service.write_closing_note import OPEN_POINTS
from bot.slack.closing_option import WRITE_CLOSING_NOTE
from bot.slack.entry_form import field_block
from bot.slack.forms import REASON_BLOCK, REASON_INPUT, metadata
from bot.slack.text import date, defang, joined, marked, mention_user, shown

# Slack takes no more into one field.
# See: https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
_MOST_WRITTEN = 3_000
_SENTENCE = 300

POINTS_FIELD = FormField(
    OPEN_POINTS,
    "What stays open",
    FieldKind.TEXT,
    "One point a line. Each is reminded of on working mornings until somebody presses Done.",
    required=False,
    most=_MOST_WRITTEN,
)


def closing_form(case: Case) -> dict[str, Any]:
    """The form, filled with what the log and the facts say, or with the note that stands there."""
    known = case.aftermath.closing
    cause = known.cause if known is not None else cause_of(case)
    points = open_points(case) if known is not None else points_of(case)
    text = joined(["*What was done*, by the log:", *(_bullet(one) for one in done_of(case))], 3_000)
    cause_input = {
        "type": "plain_text_input",
        "action_id": REASON_INPUT,
        "multiline": True,
        "max_length": MOST_CAUSE_CHARACTERS,
        **({"initial_value": cause} if cause else {}),
    }
    return {
        "type": "modal",
        "callback_id": WRITE_CLOSING_NOTE,
        "title": {"type": "plain_text", "text": "Closing note"},
        "submit": {"type": "plain_text", "text": "Post Note"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": metadata(case, "", ""),
        "blocks": [
            {
                "type": "input",
                "block_id": REASON_BLOCK,
                "label": {"type": "plain_text", "text": "Cause"},
                "hint": {"type": "plain_text", "text": "Goes to the thread and the audit log."},
                "element": cause_input,
            },
            {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}},
            field_block(POINTS_FIELD, "\n".join(points)[:_MOST_WRITTEN]),
        ],
    }


def closing_note(event: ClosingNoteWritten, who: str) -> str:
    """The note as the thread has it."""
    lines = [f"*Closing note* by {who}", f"*Cause:* {_said(event.cause, MOST_CAUSE_CHARACTERS)}"]
    lines += ["*Done:*", *(_bullet(one) for one in event.done)] if event.done else ["*Done:* nothing by Anchorwatch."]
    lines += ["*Stays open:*", *(_bullet(one) for one in event.points)] if event.points else ["*Stays open:* nothing."]
    return "\n".join(lines)


def closing_line(case: Case) -> list[str]:
    """The card's line about it; none before it is written."""
    known, left = case.aftermath.closing, len(case.followups.open)
    if known is None:
        return []
    points = "nothing stays open" if not left else f"{left} {'point stays' if left == 1 else 'points stay'} open"
    return [f"*Closing note* by {mention_user(known.user_id)}, {date(known.at)}, in the thread: {points}."]


def _bullet(sentence: str) -> str:
    return f"• {_said(sentence, _SENTENCE)}"


def _said(text: str, limit: int) -> str:
    return marked(shown(defang(text), limit), text)
