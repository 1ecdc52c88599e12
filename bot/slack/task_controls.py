"""The controls that hand something to Anchorwatch, and when a card has them."""

from __future__ import annotations

from bot.domain.case import Case
from bot.domain.training import is_due_for_training

REPORT_ROLES = "report_all_roles"
SEND_TRAINING = "send_training_guide"
START_INCIDENT = "start_incident"
TASKS = "tasks"
"""The name of the guide's page that has them all."""


def training_button(case: Case) -> list[tuple[str, str, str]]:
    """The card's button that sends the house's guide, while it can be sent."""
    due = is_due_for_training(case) and case.tasks.training.may_be_asked
    return [(SEND_TRAINING, "Send Training Guide", "")] if due else []


def incident_option(case: Case) -> list[tuple[str, str]]:
    """The option of the card's menu that starts the incident, or shows the one that there is."""
    return [(START_INCIDENT, "Incident…" if case.tasks.incident.exists else "Start Incident…")]
