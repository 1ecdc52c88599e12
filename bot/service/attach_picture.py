"""Attach the case's pictures to the thread; nothing waits for them and nothing fails with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from bot.domain.case import Case
from bot.domain.case_pictures import Drawing, drawings_of
from bot.domain.effects import Effect
from bot.domain.errors import SlackError, SlackRateLimited
from bot.domain.events import draft
from bot.domain.pictures import PictureAttached
from bot.ports import Messenger, Picture
from bot.service.case_book import CaseBook

_log = structlog.get_logger()

Draw = Callable[[Drawing], bytes]
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
        drawing = next((one for one in drawings_of(case) if one.digest == effect.subject), None)
        if drawing is None or case.card.channel is None or case.card.ts is None:
            return
        error = await self._attach(case.card.channel, case.card.ts, drawing)
        if error is not None:
            _log.warning("picture_not_attached", case=case.case_id, error=error)
        done = PictureAttached(effect.subject, error)
        await self._book.decide(case.case_id, lambda now: [] if effect.subject in now.pictures else [draft(done)])

    async def _attach(self, channel: str, thread_ts: str, drawing: Drawing) -> str | None:
        """None when it stands there, else why not."""
        try:
            png = await asyncio.to_thread(self._draw, drawing)
        except (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError) as error:
            return f"not drawn: {type(error).__name__}"
        picture = Picture(drawing.file_name, drawing.title, drawing.alternative, png)
        try:
            await self._messenger.attach(channel, thread_ts, picture)
        except SlackRateLimited:
            raise
        except SlackError as error:
            return error.code
        return None
