"""The guide's page of tasks: what a person can hand to Anchorwatch, how far it is, and what is not configured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.domain.case import Case
from bot.slack.button_value import Reference

REPORT_ROLES = "report_all_roles"
TASKS = "tasks"
"""The name of the page."""

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Draws it."""

    def blocks(self, case: Case, reference: Reference) -> Iterator[Block]:
        """Each task with its button; a task that can't be done now says why and has none."""
        yield from self._report(case, reference)

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
