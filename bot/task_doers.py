"""Who does what people hand to Anchorwatch from a case, made from the parts."""

from __future__ import annotations

from bot.domain.effects import EffectKind
from bot.parts import Parts
from bot.service.audit_roles import AuditRoles
from bot.service.guide.inquiry import Sources
from bot.service.runner import Do
from bot.slack.audit_words import audit_comment
from bot.slack.files import SlackFiles


def task_doers(parts: Parts, sources: Sources) -> dict[EffectKind, Do]:
    """What does each of these effects; ``sources`` are those of the guide."""
    files = SlackFiles(parts.clients.poster)
    return {EffectKind.AUDIT_ROLES: AuditRoles(parts.book, sources, files, audit_comment, parts.clock)}
