"""What the open points of a case ask for: the next reminder, and the newest one brought up to date."""

from __future__ import annotations

from bot.domain.case import Case
from bot.domain.effect import Effect, EffectKind, Standing, post_effect

_LANE = "followups"


def followup_effects(case: Case, me: Standing) -> list[Effect]:
    """What is to be done, once there is a card in whose thread reminders can stand."""
    known = case.followups
    if not known.points or case.card.ts is None or case.card.dropped or case.opened_at is None:
        return []
    if known.ts is not None and known.changed_seq > known.shown_seq:
        return [Effect(EffectKind.UPDATE_FOLLOWUPS, _LANE, case.opened_at)]
    due = known.next_reminder(me.mornings)
    # What opened the points is told first: the list stands below it.
    if due is None or case.note_seq > case.noted_seq:
        return []
    reserved = known.reserved[1] if known.reserved else None
    return [post_effect(EffectKind.POST_FOLLOWUPS, _LANE, str(known.number + 1), reserved, me, due)]
