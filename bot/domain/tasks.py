"""What people hand to Anchorwatch from a case beside containing it: reports, messages, an incident."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.role_audit import RoleAudit, RoleAuditEvent, RoleAuditFailed
from bot.domain.training import Training, TrainingEvent, TrainingNotSent, TrainingSent

TaskEvent = RoleAuditEvent | TrainingEvent
TOLD_OF_TASKS = (RoleAuditFailed, TrainingNotSent, TrainingSent)
"""What the thread tells of."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """How far each of them is."""

    role_audit: RoleAudit = RoleAudit()
    training: Training = Training()
