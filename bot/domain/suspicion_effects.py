"""What the suspects of a case ask for: to be found after each detection, to be asked, to be shown with their answer."""

from __future__ import annotations

from bot.domain.case import Case
from bot.domain.effect import Effect, EffectKind, Standing, post_effect

_LANE = "suspects"


def suspicion_effects(case: Case, me: Standing) -> list[Effect]:
    """What is to be done, once there is a card in whose thread the question can stand."""
    if not me.asks_suspects or case.card.ts is None or case.card.dropped or not case.detections:
        return []
    known, at = case.suspicion, case.detected_at or case.detection.happened_at
    if known.through < case.detection_seq:
        # Nobody is asked about a case that is closed, such as one from before there was this question.
        return [Effect(EffectKind.FIND_SUSPECTS, _LANE, at)] if case.closed is None else []
    if not known.asked_seq or known.dropped:
        return []
    if known.ts is None:
        return [post_effect(EffectKind.POST_SUSPECTS, _LANE, str(known.asked_seq), known.reserved, me, at)]
    return [Effect(EffectKind.UPDATE_SUSPECTS, _LANE, at)] if known.changed_seq > known.shown_seq else []
