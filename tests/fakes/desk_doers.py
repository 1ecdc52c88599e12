"""What does each kind of effect on the fake desk, as :mod:`bot.doers` has it in the product."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.domain.case import Case
from bot.domain.effects import Effect, EffectKind
from bot.domain.search_bar import Progress
from bot.service.expire_request import expire_request
from bot.service.watch_lists import watch_lists

if TYPE_CHECKING:
    from tests.fakes.desk import Desk


def doer_of(desk: Desk, effect: Effect) -> Callable[[Case], Any]:
    """What does this effect."""
    doers: dict[EffectKind, Callable[[Case], Any]] = {
        EffectKind.POST_CARD: lambda case: desk.show.post_card(case, effect),
        EffectKind.UPDATE_CARD: desk.show.update_card,
        EffectKind.POST_NOTE: lambda case: desk.show.post_note(case, effect),
        EffectKind.POST_NOTICE: lambda case: desk.show.post_notice(case, effect),
        EffectKind.POST_QUESTION: lambda case: desk.question.post(case, effect),
        EffectKind.UPDATE_QUESTION: desk.question.update,
        EffectKind.POST_REMINDER: lambda case: desk.remind(case, effect),
        EffectKind.POST_BAR: lambda case: desk.bar.post(case, effect),
        EffectKind.UPDATE_BAR: lambda case: desk.bar.update(case, effect),
        EffectKind.POST_FOLLOWUPS: lambda case: desk.followups.post(case, effect),
        EffectKind.UPDATE_FOLLOWUPS: desk.followups.update,
        EffectKind.WATCH: desk.watch,
        EffectKind.WATCH_LISTS: lambda case: watch_lists(desk.book, desk.clock, case),
        EffectKind.POST_GLASS: lambda case: desk.tell_glass(case, effect),
        EffectKind.POST_ALARM: lambda case: desk.watch.post_alarm(case, effect),
        EffectKind.UPDATE_ALARM: lambda case: desk.watch.update_alarm(case, effect),
        EffectKind.POST_ALARM_REMINDER: lambda case: desk.watch.post_reminder(case, effect),
        EffectKind.TELL: lambda case: desk.show.tell(case, effect),
        EffectKind.RUN: lambda case: desk.run(case.case_id, effect.subject, _nobody_listens),
        EffectKind.EXPIRE: lambda case: expire_request(desk.book, desk.clock, case.case_id, effect.subject),
        EffectKind.OBSERVE: desk.observe,
        EffectKind.FIND_RECEIPT: lambda case: desk.find_receipt(case.case_id, effect.subject),
        EffectKind.READ_PLAN: lambda case: desk.read_plan(case.case_id, effect.subject),
    }
    return doers[effect.kind]


async def _nobody_listens(_progress: Progress) -> None:
    await asyncio.sleep(0)
