"""Watch over a containment: write what the answers show, and tell the channel of what came back."""

from __future__ import annotations

from typing import Protocol

import structlog

from bot.domain.alarms import Alarm
from bot.domain.all_clear import watch_events
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.events import draft
from bot.domain.post_events import PostKind
from bot.ports import Message, Messenger
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce

_log = structlog.get_logger()

ALARM_EVENT_TYPE = "anchorwatch_alarm"


class AlarmPresenter(Protocol):
    """Draws alarms."""

    def alarm(self, case: Case, alarm: Alarm) -> Message:
        """The message about what came back."""
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
        alarm = next((one for one in case.aftermath.alarms if str(one.seq) == effect.subject), None)
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


def alarm_key(case: Case, alarm: Alarm) -> str:
    """The key in an alarm's metadata: case and the entry that raised it."""
    return f"{case.case_id}:{alarm.seq}"
