"""What the tasks of a case ask for now."""

from __future__ import annotations

from datetime import datetime

from bot.domain.case import Case
from bot.domain.effect import Effect, EffectKind, Standing, post_effect
from bot.domain.incident import IncidentStep


def task_effects(case: Case, me: Standing) -> list[Effect]:
    """What is to be done, once there is a card in whose thread it can stand."""
    if case.card.ts is None or case.card.dropped:
        return []
    return [*_role_audit(case, me), *_training(case), *_incident(case, me)]


def _role_audit(case: Case, me: Standing) -> list[Effect]:
    known = case.tasks.role_audit
    if not known.runs or known.asked_at is None:
        return []
    begun = known.begun
    at = known.asked_at if begun is None else _free_at(me, begun.owner, begun.lease_until, known.asked_at)
    return [Effect(EffectKind.AUDIT_ROLES, "role audit", at, str(known.asked_seq))]


def _training(case: Case) -> list[Effect]:
    known = case.tasks.training
    if not known.runs or known.asked_at is None:
        return []
    return [Effect(EffectKind.SEND_TRAINING, "training", known.asked_at, str(known.asked_seq))]


def _incident(case: Case, me: Standing) -> list[Effect]:
    """The next step in the channel, and the page, which waits for nothing in Slack."""
    known = case.tasks.incident
    if known.tried_at is None or not known.runs:
        return []
    found = []
    if IncidentStep.PAGE in known.wanted and IncidentStep.PAGE not in known.done:
        found.append(Effect(EffectKind.TAKE_INCIDENT_STEP, "page", known.tried_at, IncidentStep.PAGE))
    if IncidentStep.CHANNEL not in known.wanted or known.failed_channel:
        return found
    lane, at = "incident", known.tried_at
    for step in (IncidentStep.CHANNEL, IncidentStep.INVITE):
        if step not in known.done:
            return [*found, Effect(EffectKind.TAKE_INCIDENT_STEP, lane, at, step)]
    if known.brief_ts is None and not known.brief_error:
        return [*found, post_effect(EffectKind.POST_BRIEF, lane, str(known.seq), known.reserved, me, at)]
    if IncidentStep.EVIDENCE not in known.done:
        found.append(Effect(EffectKind.TAKE_INCIDENT_STEP, lane, at, IncidentStep.EVIDENCE))
    return found


def _free_at(me: Standing, owner: str, lease_until: datetime, at: datetime) -> datetime:
    """When work that ``owner`` has begun may be begun again: at once where nobody else can be at it."""
    return at if me.exclusive or owner == me.owner else lease_until
