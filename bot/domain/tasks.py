"""What people hand to Anchorwatch from a case beside containing it: reports, messages, an incident."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.role_audit import RoleAudit, RoleAuditEvent, RoleAuditFailed

TaskEvent = RoleAuditEvent
TOLD_OF_TASKS = (RoleAuditFailed,)
"""What the thread tells of."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """How far each of them is."""

    role_audit: RoleAudit = RoleAudit()
