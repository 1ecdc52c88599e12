"""Show in the case's thread how far a running search is: one message a search, redrawn now and then, and at its end."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from weakref import WeakValueDictionary

import structlog

from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.errors import AnchorwatchError, SlackError, SlackRateLimited, SlackUnclear
from bot.domain.events import draft
from bot.domain.identity import CaseId
from bot.domain.post_events import PostDropped, PostKind
from bot.domain.search_bar import BarShown, Progress, SearchBar, bar_of_entry, bar_of_request, bar_of_round
from bot.ports import Messenger, Presenter
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce
from bot.service.redraw import redraw

_log = structlog.get_logger()

BAR_EVENT_TYPE = "anchorwatch_bar"

# Slack asks for at most one update of a message in 3 s, and takes about 50 a minute in the whole workspace; what is
# left above these is for what people wait for.
# See: https://docs.slack.dev/apis/web-api/rate-limits
_SECONDS_BETWEEN = 3.0
_MOST_A_MINUTE = 20
_MINUTE_SECONDS = 60.0
_MOST_HEARD = 500

BarKey = tuple[CaseId, int]


class ShowBar:
    """Brings the messages about searches to where the searches are.

    What a search says between two updates is kept in memory only: after a restart it says more.

    Args:
        book: the cases.
        messenger: Slack.
        presenter: turns cases into messages.
        monotonic: seconds that never go back.
    """

    def __init__(
        self,
        book: CaseBook,
        messenger: Messenger,
        presenter: Presenter,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._book = book
        self._messenger = messenger
        self._presenter = presenter
        self._post_once = PostOnce(book, messenger)
        self._monotonic = monotonic
        self._heard: dict[BarKey, Progress] = {}
        self._drawn_at: dict[BarKey, float] = {}
        self._all_drawn_at: deque[float] = deque()
        # The progress and the end of a search must not overtake each other.
        self._drawing: WeakValueDictionary[BarKey, asyncio.Lock] = WeakValueDictionary()

    async def post(self, case: Case, effect: Effect) -> None:
        """Post the message once; one that Slack refuses is let be. Raises as :class:`PostOnce`."""
        bar = bar_of_entry(case, int(effect.subject))
        if bar is None or bar.ts is not None:
            return
        key = (case.case_id, bar.begun_seq)
        post = Post(
            kind=PostKind.BAR,
            through=bar.begun_seq,
            message=self._presenter.bar(case, bar, self._heard.get(key)),
            event_type=BAR_EVENT_TYPE,
            key=bar_key(case, bar),
            since=bar.begun_at,
            reserved=bar.reserved,
            shown_seq=bar.changed_seq,
        )
        self._drawn_at[key] = self._monotonic()
        try:
            await self._post_once(case, post, look_first=effect.look_first)
        except (SlackRateLimited, SlackUnclear):
            raise
        except SlackError as error:
            _log.warning("bar_dropped", case=case.case_id, error=error.code)
            dropped = PostDropped(PostKind.BAR, bar.begun_seq, error.code)
            await self._book.decide(case.case_id, lambda now: [draft(dropped)] if _stands(now, bar) else [])

    async def update(self, case: Case, effect: Effect) -> None:
        """Make the message show what has changed beside the progress; one that somebody deleted needs no update.

        Raises:
            SlackError: it still shows an earlier state.
        """
        key = (case.case_id, int(effect.subject))
        async with self._drawing.setdefault(key, asyncio.Lock()):
            now = await self._book.load(case.case_id)
            bar = bar_of_entry(now, key[1])
            if bar is None or bar.ts is None:
                return
            await self._draw(now, bar)
        if bar.ended_at is not None:
            self._heard.pop(key, None)
            self._drawn_at.pop(key, None)
        shown = BarShown(bar.begun_seq, bar.changed_seq)

        def rule(newest: Case) -> Sequence[Draft]:
            known = bar_of_entry(newest, shown.begun_seq)
            return [draft(shown)] if known is not None and known.shown_seq < shown.shown_seq else []

        await self._book.decide(case.case_id, rule)

    async def hear_round(self, case_id: CaseId, number: int, progress: Progress) -> None:
        """Show how far the running round of a case is, if it is time and Slack takes it."""
        await self._hear(case_id, lambda case: bar_of_round(case, number), progress)

    async def hear_request(self, case_id: CaseId, request_id: str, progress: Progress) -> None:
        """Show how far a reading action is, if it is time and Slack takes it."""
        await self._hear(case_id, lambda case: bar_of_request(case, request_id), progress)

    async def _hear(self, case_id: CaseId, bar_of: Callable[[Case], SearchBar | None], progress: Progress) -> None:
        try:
            bar = bar_of(await self._book.load(case_id))
            if bar is None:
                return
            key = (case_id, bar.begun_seq)
            self._heard[key] = progress
            if len(self._heard) > _MOST_HEARD:
                # Of a search without a message nobody hears the end.
                del self._heard[next(iter(self._heard))]
            if bar.ts is not None and self._may_draw(key):
                await self._redraw(key, bar_of)
        except AnchorwatchError as error:
            # A search does not end for a message that can't be drawn.
            _log.info("progress_not_shown", case=case_id, error=str(error))

    async def _redraw(self, key: BarKey, bar_of: Callable[[Case], SearchBar | None]) -> None:
        async with self._drawing.setdefault(key, asyncio.Lock()):
            case = await self._book.load(key[0])
            bar = bar_of(case)
            if bar is not None and bar.begun_seq == key[1]:
                await self._draw(case, bar)

    def _may_draw(self, key: BarKey) -> bool:
        """Whether it is time for an update of this message, and of all cases together not too many were drawn."""
        now = self._monotonic()
        while self._all_drawn_at and self._all_drawn_at[0] <= now - _MINUTE_SECONDS:
            self._all_drawn_at.popleft()
        too_soon = now < self._drawn_at.get(key, -_SECONDS_BETWEEN) + _SECONDS_BETWEEN
        if too_soon or len(self._all_drawn_at) >= _MOST_A_MINUTE:
            return False
        self._drawn_at[key] = now
        self._all_drawn_at.append(now)
        return True

    async def _draw(self, case: Case, bar: SearchBar) -> None:
        message = self._presenter.bar(case, bar, self._heard.get((case.case_id, bar.begun_seq)))
        await redraw(self._messenger, message, bar.channel, bar.ts, case.case_id)


def bar_key(case: Case, bar: SearchBar) -> str:
    """The key in the message's metadata: case and the entry that began the search."""
    return f"{case.case_id}:{bar.begun_seq}"


def _stands(case: Case, bar: SearchBar) -> bool:
    return bar_of_entry(case, bar.begun_seq) is not None
