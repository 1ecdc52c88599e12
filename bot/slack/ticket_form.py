"""The form that asks for a change ticket, and the card's line about the one that was named."""

from __future__ import annotations

from typing import Any

from bot.domain.case import Case
from bot.domain.tickets import MOST_TICKET_CHARACTERS, ticket_of
from bot.slack.controls import ADD_TICKET
from bot.slack.forms import REASON_BLOCK, REASON_INPUT, metadata
from bot.slack.text import date, marked, mention_user, plain, shown

_MOST_PATTERN = 120
# An address of a ticket may be pasted whole.
_MOST_WRITTEN = 300


def ticket_form(case: Case, pattern: str | None) -> dict[str, Any]:
    """The form with one field. ``pattern`` is how the house's tickets look; None: nobody has said so."""
    known = ticket_of(case)
    instead = f" It takes the place of {shown(known.ticket, MOST_TICKET_CHARACTERS)}." if known is not None else ""
    text = (
        "Which change ticket covers this trust anchor? Anchorwatch can't look it up: your name stands beside it, it "
        f"weighs little, and it closes nothing.{instead}"
    )
    looks = f"It must have the form {plain(pattern, _MOST_PATTERN)}. " if pattern is not None else ""
    return {
        "type": "modal",
        "callback_id": ADD_TICKET,
        "title": {"type": "plain_text", "text": "Change ticket"},
        "submit": {"type": "plain_text", "text": "Keep Ticket"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "private_metadata": metadata(case, "", ""),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}},
            {
                "type": "input",
                "block_id": REASON_BLOCK,
                "label": {"type": "plain_text", "text": "Change ticket"},
                "hint": {"type": "plain_text", "text": f"{looks}Goes to the thread and the audit log."},
                "element": {
                    "type": "plain_text_input",
                    "action_id": REASON_INPUT,
                    "max_length": _MOST_WRITTEN,
                    "focus_on_load": True,
                },
            },
        ],
    }


def ticket_lines(case: Case) -> list[str]:
    """The line of the card; none while nobody has named a ticket for the newest event."""
    said = ticket_of(case)
    if said is None:
        return []
    ticket = marked(shown(said.ticket, MOST_TICKET_CHARACTERS), said.ticket)
    suspect = ", who has a name like the caller's" if said.may_be_actor else ""
    who = f"{mention_user(said.user_id)}{suspect}, {date(said.at)}"
    return [f"*Change ticket:* {ticket}, named by {who}. Anchorwatch can't look it up, so it weighs little."]
