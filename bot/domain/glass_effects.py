"""What a broken glass asks for: that everybody is told of it."""

from __future__ import annotations

from bot.domain.case import Case
from bot.domain.effect import Effect, EffectKind, Standing, post_effect


def glass_effects(case: Case, me: Standing) -> list[Effect]:
    """What is to be done now, once there is a card in whose thread it can stand."""
    if case.card.ts is None or case.card.dropped:
        return []
    broken = [(one.request_id, one.glass) for one in case.requests.values() if one.glass and not one.ladder]
    return [
        post_effect(EffectKind.POST_GLASS, f"glass:{request_id}", request_id, glass.reserved, me, glass.at)
        for request_id, glass in broken
        if not glass.told
    ]
