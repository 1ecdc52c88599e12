"""What the tasks of a case ask for now."""

from __future__ import annotations

from datetime import datetime

from bot.domain.case import Case
from bot.domain.effect import Effect, EffectKind, Standing


def task_effects(case: Case, me: Standing) -> list[Effect]:
    """What is to be done, once there is a card in whose thread it can stand."""
    if case.card.ts is None or case.card.dropped:
        return []
    return [*_role_audit(case, me), *_training(case)]


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


def _free_at(me: Standing, owner: str, lease_until: datetime, at: datetime) -> datetime:
    """When work that ``owner`` has begun may be begun again: at once where nobody else can be at it."""
    return at if me.exclusive or owner == me.owner else lease_until
