"""What a containment asks for afterwards: that what came back is told, and that the watch says how it ended."""

from __future__ import annotations

from bot.domain.all_clear import watch_events
from bot.domain.case import Case
from bot.domain.effect import Effect, EffectKind, Standing, post_effect


def aftermath_effects(case: Case, me: Standing) -> list[Effect]:
    """What is to be done now, once there is a card in whose thread it can stand."""
    if case.card.ts is None or case.card.dropped or case.opened_at is None:
        return []
    found = [
        post_effect(EffectKind.POST_ALARM, f"alarm:{one.seq}", str(one.seq), one.reserved, me, one.at)
        for one in case.aftermath.alarms
        if not one.told
    ]
    if me.investigates and watch_events(case):
        found.append(Effect(EffectKind.WATCH, "watch", case.opened_at))
    return found
