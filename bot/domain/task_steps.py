"""How a case changes by what people hand to Anchorwatch."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.audit import Entry
from bot.domain.case import Case
from bot.domain.incident_steps import with_incident
from bot.domain.role_audit import with_role_audit
from bot.domain.tasks import TOLD_OF_TASKS, Tasks
from bot.domain.training_steps import with_training

__all__ = ["TOLD_OF_TASKS", "with_tasks"]


def with_tasks(case: Case, entry: Entry, event: object) -> Case:
    """The case, after what an event means for its tasks. None of them holds up what people decide."""
    known = case.tasks
    after = Tasks(
        with_role_audit(known.role_audit, entry, event),
        with_training(known.training, entry, event),
        with_incident(known.incident, entry, event),
    )
    return case if after == known else replace(case, tasks=after, display_seq=entry.seq)
