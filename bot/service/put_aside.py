"""Put aside a message that can't be understood: whole, with its reason, and with a line to the operations channel."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.errors import BadInput
from bot.domain.events import MessageQuarantined, draft
from bot.ports import Clock, Quarantine
from bot.service.case_book import CaseBook

_log = structlog.get_logger()


def ops_stream(now: datetime) -> str:
    """The id of the day's operations stream, where everything is logged that belongs to no case."""
    return f"OPS-{now:%Y-%m-%d}"


class PutAside:
    """Puts messages aside; when it returns, the message is kept and the notice is due."""

    def __init__(self, book: CaseBook, quarantine: Quarantine, clock: Clock) -> None:
        self._book = book
        self._quarantine = quarantine
        self._clock = clock

    async def __call__(self, body: bytes, why: BadInput, came_from: str, *, dead_letter: str | None = None) -> None:
        """Keep ``body``, unless ``dead_letter`` says in which dead-letter queue it is kept already.

        Raises:
            StoreUnavailable: nothing was stored.
        """
        now = self._clock.now()
        kept_in = dead_letter
        if kept_in is None:
            kept_in = "quarantine " + await self._quarantine.keep(body, why, came_from, now)
        event = MessageQuarantined(why.code, str(why), why.at, came_from, kept_in)

        def rule(case: Case) -> list[Draft]:
            if any(notice.event == event for notice in case.notices):
                return []
            return [draft(event)]

        await self._book.decide(ops_stream(now), rule)
        _log.warning("message_put_aside", code=why.code, at=why.at, came_from=came_from, kept_in=kept_in)
