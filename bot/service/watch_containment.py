"""Watch over a containment: write what the answers show, tell of what came back until somebody has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import structlog

from bot.domain.alarm_reminders import alarms_call
from bot.domain.alarms import Alarm, AlarmShown
from bot.domain.all_clear import watch_events
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.events import draft
from bot.domain.post_events import PostKind
from bot.ports import Message, Messenger
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce
from bot.service.redraw import redraw

_log = structlog.get_logger()

ALARM_EVENT_TYPE = "anchorwatch_alarm"
ALARM_REMINDER_EVENT_TYPE = "anchorwatch_alarm_reminder"


class AlarmPresenter(Protocol):
    """Draws alarms."""

    def alarm(self, case: Case, alarm: Alarm) -> Message:
        """The message about what came back."""
        ...

    def alarm_reminder(self, case: Case, number: int) -> Message:
        """The reminder of this number, from 1, of what came back and nobody has acknowledged."""
        ...


class WatchContainment:
    """Does what the watch asks for.

    Args:
        book: the cases.
        messenger: Slack.
        presenter: draws alarms.
    """

    def __init__(self, book: CaseBook, messenger: Messenger, presenter: AlarmPresenter) -> None:
        self._book = book
        self._messenger = messenger
        self._presenter = presenter
        self._post_once = PostOnce(book, messenger)

    async def __call__(self, case: Case) -> None:
        """Write what came back since the containment, or how the watch ended.

        Raises:
            LogConflict, StoreUnavailable: nothing was written; the next look goes on from the log.
        """
        after = await self._book.decide(case.case_id, lambda now: [draft(one) for one in watch_events(now)])
        _log.info("containment_watched", case=case.case_id, alarms=len(after.aftermath.alarms))

    async def post_alarm(self, case: Case, effect: Effect) -> None:
        """Post an alarm once. Raises as :class:`PostOnce`."""
        alarm = _alarm(case, effect)
        if alarm is None or alarm.told:
            return
        post = Post(
            kind=PostKind.ALARM,
            through=alarm.seq,
            message=self._presenter.alarm(case, alarm),
            event_type=ALARM_EVENT_TYPE,
            key=alarm_key(case, alarm),
            since=alarm.at,
            reserved=alarm.reserved,
        )
        await self._post_once(case, post, look_first=effect.look_first)

    async def update_alarm(self, case: Case, effect: Effect) -> None:
        """Make an alarm's message say who has it; one that somebody deleted needs no update.

        Raises:
            SlackError: it does not say so yet.
        """
        alarm = _alarm(case, effect)
        if alarm is None or alarm.ts is None or alarm.shows_it:
            return
        await redraw(self._messenger, self._presenter.alarm(case, alarm), alarm.channel, alarm.ts, case.case_id)
        shown = AlarmShown(alarm.seq)

        def rule(now: Case) -> Sequence[Draft]:
            known = _alarm(now, effect)
            return [] if known is None or known.shows_it else [draft(shown)]

        await self._book.decide(case.case_id, rule)

    async def post_reminder(self, case: Case, effect: Effect) -> None:
        """Remind people, once, of what nobody has acknowledged. Raises as :class:`PostOnce`."""
        case = await self._book.load(case.case_id)
        known = case.aftermath
        number, reserved = known.reminder_reserved or (known.reminders + 1, None)
        if not alarms_call(case) or str(known.reminders + 1) != effect.subject:
            return
        post = Post(
            kind=PostKind.ALARM_REMINDER,
            through=number,
            message=self._presenter.alarm_reminder(case, number),
            event_type=ALARM_REMINDER_EVENT_TYPE,
            key=alarm_reminder_key(case, number),
            since=case.opened_at,
            reserved=reserved,
        )
        await self._post_once(case, post, look_first=effect.look_first)


def _alarm(case: Case, effect: Effect) -> Alarm | None:
    return next((one for one in case.aftermath.alarms if str(one.seq) == effect.subject), None)


def alarm_reminder_key(case: Case, number: int) -> str:
    """The key in a reminder's metadata: case and number."""
    return f"{case.case_id}:{number}"


def alarm_key(case: Case, alarm: Alarm) -> str:
    """The key in an alarm's metadata: case and the entry that raised it."""
    return f"{case.case_id}:{alarm.seq}"
