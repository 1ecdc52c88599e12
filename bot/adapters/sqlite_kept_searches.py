"""Pages of long searches, kept in the case log's SQLite file until what they were read for is over."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence
from datetime import datetime

from bot.adapters.sqlite_file import SqliteFile
from bot.adapters.sqlite_times import microseconds_of
from bot.domain.event_search import EventQuery
from bot.domain.kept_search import RESUMABLE, FoundEvent, KeptPage, search_key

_SELECT = "SELECT number, at, is_last, events FROM search_pages WHERE kept_for = ? AND search = ? ORDER BY number"
_INSERT = (
    "INSERT OR REPLACE INTO search_pages (kept_for, search, number, at, is_last, events) VALUES (?, ?, ?, ?, ?, ?)"
)


class SqliteKeptSearches:
    """:class:`bot.domain.kept_search.KeptSearches` on the file of a :class:`~bot.adapters.sqlite_log.SqliteLog`."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def pages(self, kept_for: str, query: EventQuery, now: datetime) -> tuple[KeptPage, ...]:
        """See :meth:`bot.domain.kept_search.KeptSearches.pages`."""
        asked = (kept_for, search_key(query))
        rows = await self._file.read(lambda connection: connection.execute(_SELECT, asked).fetchall())
        whole = [number for number, *_ in rows] == list(range(len(rows)))
        if not whole or any(at < _oldest(now) for _, at, *_ in rows):
            return ()
        return tuple(KeptPage(_events(packed), bool(is_last)) for *_, is_last, packed in rows)

    async def keep(self, kept_for: str, query: EventQuery, number: int, page: KeptPage, now: datetime) -> None:
        """See :meth:`bot.domain.kept_search.KeptSearches.keep`."""
        row = (kept_for, search_key(query), number, microseconds_of(now), page.is_last, _packed(page.events))

        def write(connection: sqlite3.Connection) -> None:
            _drop_old(connection, now)
            connection.execute(_INSERT, row)

        await self._file.write(write)

    async def forget(self, kept_for: str, now: datetime) -> None:
        """See :meth:`bot.domain.kept_search.KeptSearches.forget`."""

        def write(connection: sqlite3.Connection) -> None:
            _drop_old(connection, now)
            connection.execute("DELETE FROM search_pages WHERE kept_for = ?", (kept_for,))

        await self._file.write(write)


def _drop_old(connection: sqlite3.Connection, now: datetime) -> None:
    connection.execute("DELETE FROM search_pages WHERE at < ?", (_oldest(now),))


def _oldest(now: datetime) -> int:
    return microseconds_of(now - RESUMABLE)


def _packed(events: Sequence[FoundEvent]) -> bytes:
    plain = [[None if one.at is None else one.at.isoformat(), one.event_id, one.text] for one in events]
    # Records of one search are much alike: a page takes a tenth of its size.
    return zlib.compress(json.dumps(plain).encode())


def _events(packed: bytes) -> tuple[FoundEvent, ...]:
    return tuple(
        FoundEvent(None if at is None else datetime.fromisoformat(at), event_id, text)
        for at, event_id, text in json.loads(zlib.decompress(packed))
    )
