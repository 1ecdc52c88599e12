"""Attach the picture of who the CA can become to the thread; nothing waits for it and nothing fails with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.domain.case import Case
from bot.domain.effects import Effect, graph_of
from bot.domain.errors import SlackError, SlackRateLimited
from bot.domain.events import draft
from bot.domain.pictures import PictureAttached
from bot.domain.reach_graph import ReachGraph
from bot.ports import Messenger, Picture
from bot.service.case_book import CaseBook

_log = structlog.get_logger()

Draw = Callable[[ReachGraph], bytes]
"""Draws a PNG; may take a second, so that it is called in a thread."""


class AttachPicture:
    """Draws and attaches.

    Args:
        book: the cases.
        messenger: Slack.
        draw: draws.
    """

    def __init__(self, book: CaseBook, messenger: Messenger, draw: Draw) -> None:
        self._book = book
        self._messenger = messenger
        self._draw = draw

    async def __call__(self, case: Case, effect: Effect) -> None:
        """Attach it once; what Slack refuses or leaves open is written down and not tried again.

        Raises:
            SlackRateLimited: Slack wants us to wait; nothing was attached.
            StoreUnavailable: the log can't be written; the picture may then be attached a second time.
        """
        graph = graph_of(case)
        if graph is None or case.card.channel is None or case.card.ts is None:
            return
        error = await self._attach(case.card.channel, case.card.ts, graph)
        if error is not None:
            _log.warning("picture_not_attached", case=case.case_id, error=error)
        done = PictureAttached(effect.subject, error)
        await self._book.decide(case.case_id, lambda now: [] if effect.subject in now.pictures else [draft(done)])

    async def _attach(self, channel: str, thread_ts: str, graph: ReachGraph) -> str | None:
        """None when it stands there, else why not."""
        try:
            png = await asyncio.to_thread(self._draw, graph)
        except (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError) as error:
            return f"not drawn: {type(error).__name__}"
        picture = Picture("reach.png", "Who the CA's owner can become", graph.alternative, png)
        try:
            await self._messenger.attach(channel, thread_ts, picture)
        except SlackRateLimited:
            raise
        except SlackError as error:
            return error.code
        return None
