"""Who does what people hand to Anchorwatch from a case, made from the parts."""

from __future__ import annotations

from bot.adapters.pager import Pager
from bot.domain.effects import EffectKind
from bot.parts import Parts
from bot.service.attach_ca_file import AttachCaFile
from bot.service.audit_roles import AuditRoles
from bot.service.guide.inquiry import Sources
from bot.service.run_incident import RunIncident
from bot.service.runner import Do
from bot.service.send_training import SendTraining
from bot.slack.audit_words import audit_comment
from bot.slack.controls import Controls
from bot.slack.files import SlackFiles
from bot.slack.incident_channels import SlackIncidentChannels
from bot.slack.incident_words import IncidentMessages
from bot.slack.people_by_address import PeopleByAddress
from bot.slack.training_words import TrainingMessages


def task_doers(parts: Parts, sources: Sources) -> dict[EffectKind, Do]:
    """What does each of these effects; ``sources`` are those of the guide."""
    files = SlackFiles(parts.clients.poster)
    return {
        EffectKind.AUDIT_ROLES: AuditRoles(parts.book, sources, files, audit_comment, parts.clock),
        EffectKind.ATTACH_CERTIFICATES: AttachCaFile(parts.book, files),
        EffectKind.SEND_TRAINING: _training(parts),
        **_incident(parts, files),
    }


def _incident(parts: Parts, files: SlackFiles) -> dict[EffectKind, Do]:
    settings, clients = parts.settings.incident, parts.clients
    pager = Pager(settings.page_url, settings.page_key) if settings.page_url else None
    channels = SlackIncidentChannels(clients.poster, clients.reader, parts.identity.bot_user_id or "")
    messages = IncidentMessages(Controls(parts.handlers.askable).title)
    run = RunIncident(parts.book, parts.store, channels, parts.messenger, files, messages, pager)
    return {EffectKind.TAKE_INCIDENT_STEP: run.step, EffectKind.POST_BRIEF: run.brief}


def _training(parts: Parts) -> SendTraining:
    home = frozenset(one for one in (parts.identity.team_id, parts.identity.enterprise_id) if one)
    find_person = PeopleByAddress(parts.clients.reader, home, parts.settings.proof.email_domains)
    messages = TrainingMessages(parts.settings.channel, parts.house.guide_url)
    return SendTraining(parts.book, parts.messenger, find_person, messages)
