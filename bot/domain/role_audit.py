"""The report of all roles that trust Roles Anywhere: asked for by a person, read from AWS, attached as a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from bot.domain.audit import Entry


@dataclass(frozen=True, slots=True)
class RoleAuditAsked:
    """Somebody wants the report."""

    KIND: ClassVar[str] = "role_audit:asked"


@dataclass(frozen=True, slots=True)
class RoleAuditBegun:
    """``owner`` (a process) reads the roles and attaches the report until ``lease_until``."""

    KIND: ClassVar[str] = "role_audit:begun"
    asked_seq: int
    owner: str
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class RoleAuditSent:
    """The report stands in the thread. ``files`` are the SHA-256 of each file by its name.

    ``roles`` are those that trust Roles Anywhere, ``open_roles`` those of them that the CA's owner can become.
    """

    KIND: ClassVar[str] = "role_audit:sent"
    asked_seq: int
    roles: int
    open_roles: int
    files: dict[str, str]
    not_read: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoleAuditFailed:
    """There is no report, and it is not tried again: ``why`` says what AWS or Slack said."""

    KIND: ClassVar[str] = "role_audit:failed"
    asked_seq: int
    why: str


RoleAuditEvent = RoleAuditAsked | RoleAuditBegun | RoleAuditSent | RoleAuditFailed


@dataclass(frozen=True, slots=True)
class RoleAudit:
    """The newest report: ``asked_seq`` is the entry that asked for it, 0 when nobody has.

    ``begun`` is who makes it now; ``runs`` says that it is neither attached nor given up.
    """

    asked_seq: int = 0
    asked_at: datetime | None = None
    begun: RoleAuditBegun | None = None
    runs: bool = False


def with_role_audit(known: RoleAudit, entry: Entry, event: object) -> RoleAudit:
    """The report after an event; another event changes nothing."""
    if isinstance(event, RoleAuditAsked):
        return known if known.runs else RoleAudit(entry.seq, entry.at, runs=True)
    if not isinstance(event, RoleAuditBegun | RoleAuditSent | RoleAuditFailed) or event.asked_seq != known.asked_seq:
        return known
    return replace(known, begun=event) if isinstance(event, RoleAuditBegun) else replace(known, runs=False)
