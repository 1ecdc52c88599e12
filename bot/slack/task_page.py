"""The guide's page of tasks: what a person can hand to Anchorwatch, how far it is, and what is not configured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.domain.case import Case
from bot.domain.house import House
from bot.domain.incident import IncidentProtocol
from bot.domain.training import is_due_for_training
from bot.service.send_training import HOW
from bot.service.start_incident import HOW as HOW_INCIDENT
from bot.slack.button_value import Reference
from bot.slack.incident_words import incident_lines
from bot.slack.task_controls import REPORT_ROLES, SEND_TRAINING, START_INCIDENT, TASKS
from bot.slack.training_words import training_note

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Draws it.

    ``house`` says whether there is a guide to send, ``protocol`` what an incident does.
    """

    house: House = House()
    protocol: IncidentProtocol = IncidentProtocol()

    def blocks(self, case: Case, reference: Reference) -> Iterator[Block]:
        """Each task with its button; a task that can't be done now says why and has none."""
        yield from self._incident(case, reference)
        yield from self._report(case, reference)
        yield from self._training(case, reference)

    def _incident(self, case: Case, reference: Reference) -> Iterator[Block]:
        text = (
            "*Start an incident:* a channel of its own with the responders and the case log, and a page, as configured."
        )
        if case.tasks.incident.exists:
            yield _with_button("\n".join([text, *incident_lines(case)]), START_INCIDENT, "Incident…", reference)
        elif not self.protocol.does_something:
            yield _section(f"{text}\n{HOW_INCIDENT}")
        elif case.closed is not None:
            yield _section(f"{text}\nThis case is closed. Reopen it first.")
        else:
            yield _with_button(text, START_INCIDENT, "Start Incident…", reference)

    def _report(self, case: Case, reference: Reference) -> Iterator[Block]:
        text = (
            "*Report all roles* of the account that trust Roles Anywhere: profiles, conditions, what each may do, last "
            "used. It comes into the thread as a table for spreadsheets and as JSON."
        )
        if case.target.anchor_arn is None:
            yield _section(f"{text}\nNo report names the trust anchor, so there is no account to look at.")
        elif case.tasks.role_audit.runs:
            yield _section(f"{text}\nIt is being made; look into the thread in a moment.")
        else:
            yield _with_button(text, REPORT_ROLES, "Report All Roles", reference)

    def _training(self, case: Case, reference: Reference) -> Iterator[Block]:
        text = (
            "*Send the training guide* to who made the trust anchor, once it has turned out to be harmless. Only who "
            "Identity Center and Slack both vouch for gets a message; for all others it stands in the thread."
        )
        known = case.tasks.training
        if self.house.guide_url is None:
            yield _section(f"{text}\n{HOW}")
        elif known.runs:
            yield _section(f"{text}\nIt is being sent.")
        elif known.ended is not None and not known.may_be_asked:
            yield _section(f"{text}\n{training_note(known.ended)}")
        elif not is_due_for_training(case):
            yield _section(f"{text}\nIt can be sent once the case is closed as a false positive or a benign positive.")
        else:
            yield _with_button(text, SEND_TRAINING, "Send Training Guide", reference)


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}


def _with_button(text: str, action_id: str, title: str, reference: Reference) -> Block:
    button = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": title},
        "value": f"{reference.text()}:{TASKS}",
    }
    return {**_section(text), "block_id": reference.block_id(action_id), "accessory": button}
