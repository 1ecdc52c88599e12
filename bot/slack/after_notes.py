"""The thread's lines about what comes after a containment, and about what people hand to Anchorwatch."""

from __future__ import annotations

from bot.domain.alarms import AlarmAcknowledged, AllClearSaid
from bot.domain.case import Case
from bot.domain.closing_note import ClosingNoteWritten
from bot.domain.followups import FollowupEnded
from bot.domain.incident import IncidentEvent
from bot.domain.role_audit import RoleAuditFailed
from bot.domain.training import TrainingEnded
from bot.slack.after_words import all_clear_words
from bot.slack.audit_words import failed_words
from bot.slack.closing_form import closing_note
from bot.slack.followup_list import ended_note
from bot.slack.incident_words import incident_note
from bot.slack.training_words import training_note

AfterNote = (
    AlarmAcknowledged
    | AllClearSaid
    | ClosingNoteWritten
    | FollowupEnded
    | RoleAuditFailed
    | TrainingEnded
    | IncidentEvent
)


def after_note(case: Case, event: AfterNote, who: str) -> str:
    """What the thread tells of it; ``who`` did it."""
    if isinstance(event, AlarmAcknowledged):
        return f"{who} acknowledged the alarm and looks into it."
    if isinstance(event, AllClearSaid):
        return all_clear_words(event)
    if isinstance(event, IncidentEvent):
        return incident_note(case, event, who)
    if isinstance(event, TrainingEnded):
        return training_note(event)
    if isinstance(event, RoleAuditFailed):
        return failed_words(event)
    return closing_note(event, who) if isinstance(event, ClosingNoteWritten) else ended_note(case, event, who)
