"""Pages of long searches in memory, as strict as the store that lasts."""

from __future__ import annotations

from datetime import datetime

from bot.domain.event_search import EventQuery
from bot.domain.kept_search import RESUMABLE, KeptPage, search_key
from tests.fakes.memory_log import MemoryDisk


class MemoryKeptSearches:
    """:class:`bot.domain.kept_search.KeptSearches` in memory."""

    def __init__(self, disk: MemoryDisk) -> None:
        self._disk = disk

    async def pages(self, kept_for: str, query: EventQuery, now: datetime) -> tuple[KeptPage, ...]:
        """See :meth:`bot.domain.kept_search.KeptSearches.pages`."""
        await self._disk.reach()
        found = self._disk.search_pages.get((kept_for, search_key(query)), {})
        whole = sorted(found) == list(range(len(found)))
        if not whole or any(at < now - RESUMABLE for at, _ in found.values()):
            return ()
        return tuple(page for _, (_, page) in sorted(found.items()))

    async def keep(self, kept_for: str, query: EventQuery, number: int, page: KeptPage, now: datetime) -> None:
        """See :meth:`bot.domain.kept_search.KeptSearches.keep`."""
        await self._disk.reach()
        self._drop_old(now)
        self._disk.search_pages.setdefault((kept_for, search_key(query)), {})[number] = (now, page)

    async def forget(self, kept_for: str, now: datetime) -> None:
        """See :meth:`bot.domain.kept_search.KeptSearches.forget`."""
        await self._disk.reach()
        self._drop_old(now)
        for key in [key for key in self._disk.search_pages if key[0] == kept_for]:
            del self._disk.search_pages[key]

    def _drop_old(self, now: datetime) -> None:
        for pages in self._disk.search_pages.values():
            for number in [number for number, (at, _) in pages.items() if at < now - RESUMABLE]:
                del pages[number]
