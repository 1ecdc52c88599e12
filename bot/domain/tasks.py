"""What people hand to Anchorwatch from a case beside containing it: reports, messages, an incident."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.incident import Incident, IncidentEvent, IncidentStarted, IncidentStepDone
from bot.domain.role_audit import RoleAudit, RoleAuditEvent, RoleAuditFailed
from bot.domain.training import Training, TrainingEvent, TrainingNotSent, TrainingSent

TaskEvent = RoleAuditEvent | TrainingEvent | IncidentEvent
TOLD_OF_TASKS = (RoleAuditFailed, TrainingNotSent, TrainingSent, IncidentStarted, IncidentStepDone)
"""What the thread tells of."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """How far each of them is."""

    role_audit: RoleAudit = RoleAudit()
    training: Training = Training()
    incident: Incident = Incident()
