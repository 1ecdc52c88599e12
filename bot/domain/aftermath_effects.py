"""What a containment asks for afterwards: what came back is told until somebody has it, and how the watch ended."""

from __future__ import annotations

from collections.abc import Iterator

from bot.domain.alarm_reminders import next_call
from bot.domain.all_clear import watch_events
from bot.domain.case import Case
from bot.domain.effect import Effect, EffectKind, Standing, post_effect
from bot.domain.list_expiry import next_change

_REMINDERS = "alarm_reminders"


def aftermath_effects(case: Case, me: Standing) -> list[Effect]:
    """What is to be done now, once there is a card in whose thread it can stand."""
    if case.card.ts is None or case.card.dropped or case.opened_at is None:
        return []
    found = [
        post_effect(EffectKind.POST_ALARM, f"alarm:{one.seq}", str(one.seq), one.reserved, me, one.at)
        for one in case.aftermath.alarms
        if not one.told
    ]
    found += _reminders(case, me)
    lists_at = next_change(case)
    if lists_at is not None:
        found.append(Effect(EffectKind.WATCH_LISTS, "lists", lists_at))
    if me.investigates and watch_events(case):
        found.append(Effect(EffectKind.WATCH, "watch", case.opened_at))
    return found


def _reminders(case: Case, me: Standing) -> Iterator[Effect]:
    """The reminder of alarms that nobody has, and the messages of those that somebody has by now."""
    for one in case.aftermath.alarms:
        if one.acknowledged_at is not None and one.ts is not None and not one.shows_it:
            yield Effect(EffectKind.UPDATE_ALARM, f"alarm:{one.seq}", one.acknowledged_at, str(one.seq))
    due, reserved = next_call(case, me.mornings), case.aftermath.reminder_reserved
    if due is not None and all(one.told for one in case.aftermath.waiting):
        number = str(case.aftermath.reminders + 1)
        known = reserved[1] if reserved else None
        yield post_effect(EffectKind.POST_ALARM_REMINDER, _REMINDERS, number, known, me, due)
