"""The form that starts an incident, shows the one that there is, and has what failed tried again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.domain.case import Case
from bot.domain.incident import ChannelKind, IncidentProtocol
from bot.domain.people import People
from bot.slack.forms import REASON_BLOCK, REASON_INPUT, metadata
from bot.slack.incident_words import MOST_REASON, incident_lines, section, troubles
from bot.slack.task_controls import START_INCIDENT

Block = dict[str, Any]


def incident_form(case: Case, protocol: IncidentProtocol) -> dict[str, Any]:
    """The form that starts it; where there is one it shows how far it is, and has what failed tried again."""
    known = case.tasks.incident
    again = known.exists and bool(known.failed) and not known.runs
    lines = [*incident_lines(case), *troubles(known)] if known.exists else list(_plan_words(case, protocol))
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": START_INCIDENT,
        "title": {"type": "plain_text", "text": "Incident"},
        "close": {"type": "plain_text", "text": "Close" if known.exists and not again else "Cancel"},
        "private_metadata": metadata(case, "", ""),
        "blocks": [section("\n".join(lines))],
    }
    if known.exists and not again:
        return view
    view["submit"] = {"type": "plain_text", "text": "Try Again" if again else "Start Incident"}
    view["blocks"].append(_reason(_goes_to(case, protocol), optional=again))
    return view


def _plan_words(case: Case, protocol: IncidentProtocol) -> Iterator[str]:
    yield f"Anchorwatch does this at once for {case.case_id}, and nobody has to agree:"
    if protocol.channel is not ChannelKind.NONE:
        kind = "private" if protocol.channel is ChannelKind.PRIVATE else "public"
        people = f"{People.parse(protocol.invite).in_words()} and you" if protocol.invite else "you"
        yield f"• makes a {kind} Slack channel and invites {people};"
        yield "• posts there what happened with a link to the card, and attaches the case log;"
    if protocol.pages:
        yield "• pages the people on call;"
    yield "• puts who started it and when on the card and into the case log. It changes nothing in AWS."


def _goes_to(case: Case, protocol: IncidentProtocol) -> str:
    """Where the reason can be read: in what there is, and nothing else."""
    begun = case.tasks.incident.started
    channel = begun.channel if begun is not None else protocol.channel
    pages = begun.page if begun is not None else protocol.pages
    places = [*(["the channel"] if channel != ChannelKind.NONE else []), *(["the page"] if pages else []), "the thread"]
    return f"Goes to {', '.join(places)} and the audit log."


def _reason(goes_to: str, *, optional: bool) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": REASON_INPUT,
        "multiline": True,
        "max_length": MOST_REASON,
        "focus_on_load": True,
    }
    return {
        "type": "input",
        "block_id": REASON_BLOCK,
        "optional": optional,
        "label": {"type": "plain_text", "text": "Why?"},
        "hint": {"type": "plain_text", "text": goes_to},
        "element": element,
    }
