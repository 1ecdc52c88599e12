"""Pages of long searches over a restart; a store that fails costs the keeping and never the search."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.domain.errors import StoreUnavailable
from bot.domain.event_search import EventQuery
from bot.domain.kept_search import KeptPage, KeptSearches

_log = structlog.get_logger()


class KeptPages:
    """What :class:`bot.domain.kept_search.KeptSearches` keeps, as far as there is a store and it works.

    Args:
        kept: the store; None keeps nothing.
    """

    def __init__(self, kept: KeptSearches | None) -> None:
        self._kept = kept

    async def pages(self, kept_for: str, query: EventQuery, now: datetime) -> tuple[KeptPage, ...]:
        """The pages that a process before has read; empty when there are none."""
        if self._kept is None or not kept_for:
            return ()
        try:
            return await self._kept.pages(kept_for, query, now)
        except StoreUnavailable as error:
            _log.warning("search_begins_anew", error=str(error))
            return ()

    async def keep(self, kept_for: str, query: EventQuery, number: int, page: KeptPage, now: datetime) -> None:
        """Keep the page of this number."""
        if self._kept is None or not kept_for:
            return
        try:
            await self._kept.keep(kept_for, query, number, page, now)
        except StoreUnavailable as error:
            _log.warning("search_not_kept", error=str(error))

    async def forget(self, kept_for: str, now: datetime) -> None:
        """Drop what was kept for this."""
        if self._kept is None:
            return
        try:
            await self._kept.forget(kept_for, now)
        except StoreUnavailable as error:
            _log.warning("search_not_forgotten", error=str(error))
