"""The case log on SQLite: the default store, for one process and one disk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from bot.adapters.sqlite_file import SqliteFile
from bot.adapters.sqlite_schema import (
    ANCHOR_ID,
    DETECTIONS,
    EVENT_ID,
    HEARD,
    HEARD_EVENT_ID,
    HEARD_RUN_ID,
    RUN_ID,
)
from bot.adapters.sqlite_times import microseconds_of, moment_of
from bot.domain.audit import Entry, Head, check_piece
from bot.domain.errors import LogConflict, LogDamaged
from bot.domain.identity import CaseId
from bot.domain.plain import canonical, to_plain

_CASES_AT_ONCE = 500

_SELECT_ENTRIES = (
    "SELECT case_id, seq, at, kind, by, data, prev_hash, hash FROM entries WHERE case_id = ? AND seq > ? ORDER BY seq"
)
_INSERT_ENTRY = (
    "INSERT INTO entries (case_id, seq, at, kind, by, data, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_MOVE_HEAD = (
    "INSERT INTO cases (case_id, head_seq, head_hash, wake_at) VALUES (?, ?, ?, ?) ON CONFLICT (case_id)"
    " DO UPDATE SET head_seq = excluded.head_seq, head_hash = excluded.head_hash, wake_at = excluded.wake_at"
)
CASES_OF = (
    f"SELECT DISTINCT case_id FROM entries WHERE {DETECTIONS} AND {EVENT_ID} = ?"  # noqa: S608 - Our own constants.
    f" UNION SELECT DISTINCT case_id FROM entries WHERE {DETECTIONS} AND {ANCHOR_ID} = ?"
)
"""Finds cases by an event's id and by a trust anchor's, each through its index."""
_CASES_OF_OLDEST_FIRST = f"SELECT case_id FROM cases WHERE case_id IN ({CASES_OF}) ORDER BY rowid"  # noqa: S608
CASES_WITH_KEY = (
    "SELECT asked.value, ca_keys.case_id FROM json_each(?) AS asked JOIN ca_keys ON ca_keys.rowid IN"
    " (SELECT seen.rowid FROM ca_keys AS seen WHERE seen.spki_sha256 = asked.value ORDER BY seen.rowid LIMIT ?)"
    " ORDER BY asked.key, ca_keys.rowid"
)
"""Finds the first cases of each public key, however many there are."""
ALERTS_OF_RUN = (
    f"SELECT count(*) FROM (SELECT {EVENT_ID} FROM entries WHERE {DETECTIONS} AND {RUN_ID} = ?1"  # noqa: S608
    f" UNION SELECT {HEARD_EVENT_ID} FROM entries WHERE {HEARD} AND {HEARD_RUN_ID} = ?1)"
)
"""Counts the events that alerts of a run told of, each once, through two indexes."""
_ACTOR = "CASE WHEN json_valid(data) THEN json_extract(data, '$.detection.actor.{}') END"
_ASKED = "(SELECT value FROM json_each(?{}))"
# Detections are few among the entries, and an index of theirs finds them all.
_CASES_FROM = (
    f"SELECT case_id FROM entries WHERE {DETECTIONS} AND ({_ACTOR.format('arn')} IN {_ASKED.format(1)}"  # noqa: S608
    f" OR {_ACTOR.format('access_key_id')} IN {_ASKED.format(1)}"
    f" OR {_ACTOR.format('source_address')} IN {_ASKED.format(2)})"
    " GROUP BY case_id ORDER BY MAX(rowid) DESC LIMIT ?3"
)
# Jumps from one case to the next in the index; entries whose case row is gone must not hide from an audit.
_CASES_WITHOUT_HEAD = (
    "WITH RECURSIVE ids (id) AS (SELECT min(case_id) FROM entries UNION ALL"
    " SELECT (SELECT min(case_id) FROM entries WHERE case_id > id) FROM ids WHERE id IS NOT NULL)"
    " SELECT id FROM ids WHERE id IS NOT NULL AND id NOT IN (SELECT case_id FROM cases)"
)


class SqliteLog:
    """A ``CaseLog`` on one SQLite file.

    ``exclusive`` is False only for a log that was opened to be read. ``file`` is what the quarantine shares.
    Entries that can't be read back as they were written make ``read`` raise ``LogDamaged``.
    """

    def __init__(self, file: SqliteFile) -> None:
        self.file = file
        self.exclusive = file.exclusive

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open the log, or make it with its folder; blocks for some milliseconds.

        ``read_only`` is for audits: it opens a log that is there already, also while the bot writes to it.

        Raises:
            StoreUnavailable: another process holds the log, or it can't be used; says why in one sentence.
        """
        return cls(SqliteFile.open(path, read_only=read_only))

    async def append(self, entries: Sequence[Entry], *, wake_at: datetime | None) -> None:
        """Store entries of one case, all or none, durably before it returns.

        Raises:
            LogConflict: the case has another head; nothing was stored.
            StoreUnavailable: nothing was stored.
            ValueError: there are no entries, or they are of several cases.
            LogDamaged: the entries do not follow from each other.
        """
        behind = check_piece(entries)
        rows = [_row(entry) for entry in entries]
        head = (entries[-1].case_id, entries[-1].seq, entries[-1].hash, _microseconds(wake_at))

        def write(connection: sqlite3.Connection) -> None:
            if _head(connection, head[0]) != behind:
                raise LogConflict(head[0], behind.seq)
            # The head goes first: an entry names its case by a foreign key.
            connection.execute(_MOVE_HEAD, head)
            connection.executemany(_INSERT_ENTRY, rows)

        await self.file.write(write)

    async def read(self, case_id: CaseId, *, after_seq: int = 0) -> tuple[Entry, ...]:
        """The entries of a case behind ``after_seq``, in order; empty for a case that is not there.

        Raises:
            LogDamaged: an entry is not in the form in which it was written.
            StoreUnavailable: the log can't be read now.
        """
        rows = await self.file.read(
            lambda connection: connection.execute(_SELECT_ENTRIES, (case_id, after_seq)).fetchall()
        )
        return tuple(_entry(row) for row in rows)

    async def head(self, case_id: CaseId) -> Head:
        """Where a case's log ends; ``Head()`` for a case that is not there."""
        return await self.file.read(lambda connection: _head(connection, case_id))

    async def cases_of(self, event_id: str, anchor_id: str | None) -> tuple[CaseId, ...]:
        """The cases that have a detection with this event id, or of a trust anchor with this id, oldest first."""
        return tuple(row[0] for row in await self._rows(_CASES_OF_OLDEST_FIRST, event_id, anchor_id))

    async def cases_with_key(self, spki_sha256s: Sequence[str], limit: int) -> Mapping[str, tuple[CaseId, ...]]:
        """The first ``limit`` cases in which a CA had each of these public keys, in the order of the first sight."""
        asked = canonical(list(dict.fromkeys(spki_sha256s)))
        found: dict[str, tuple[CaseId, ...]] = {}
        for key, case_id in await self._rows(CASES_WITH_KEY, asked, max(limit, 0)):
            found[key] = (*found.get(key, ()), case_id)
        return found

    async def cases_from(self, actors: Sequence[str], addresses: Sequence[str], limit: int) -> tuple[CaseId, ...]:
        """See :meth:`bot.service.regrowth.Origins.cases_from`."""
        given = (canonical(list(actors)), canonical(list(addresses)), max(limit, 0))
        return tuple(row[0] for row in await self._rows(_CASES_FROM, *given))

    async def alerts_of_run(self, run_id: str) -> int:
        """See :data:`bot.service.rule_runs.AlertsOfRun`."""
        ((number,),) = await self._rows(ALERTS_OF_RUN, run_id)
        return int(number)

    async def due(self, now: datetime, limit: int) -> tuple[CaseId, ...]:
        """At most ``limit`` cases whose ``wake_at`` is at or before ``now``, longest waiting first."""
        sql = "SELECT case_id FROM cases WHERE wake_at <= ? ORDER BY wake_at, rowid LIMIT ?"
        given = (_microseconds(now), max(limit, 0))
        rows = await self.file.read(lambda connection: connection.execute(sql, given).fetchall())
        return tuple(row[0] for row in rows)

    async def next_wake(self) -> datetime | None:
        """The earliest ``wake_at`` of all cases, or None when nothing waits."""
        sql = "SELECT min(wake_at) FROM cases WHERE wake_at IS NOT NULL"
        (wake_at,) = await self.file.read(lambda connection: connection.execute(sql).fetchone())
        return None if wake_at is None else moment_of(wake_at)

    async def case_ids(self) -> AsyncIterator[CaseId]:
        """The ids of all cases, oldest first; last those whose head was taken out of the file by hand."""
        sql = "SELECT rowid, case_id FROM cases WHERE rowid > ? ORDER BY rowid LIMIT ?"
        last = 0
        while rows := await self._rows(sql, last, _CASES_AT_ONCE):
            for last, case_id in rows:  # noqa: B007 - The last row says where to go on.
                yield case_id
        for (case_id,) in await self._rows(_CASES_WITHOUT_HEAD):
            yield case_id

    async def close(self) -> None:
        """Finish what was begun and let go of the store; a second call does nothing."""
        await self.file.close()

    async def _rows(self, sql: str, *given: object) -> list[Any]:
        return await self.file.read(lambda connection: connection.execute(sql, given).fetchall())


def _head(connection: sqlite3.Connection, case_id: CaseId) -> Head:
    row = connection.execute("SELECT head_seq, head_hash FROM cases WHERE case_id = ?", (case_id,)).fetchone()
    return Head() if row is None else Head(*row)


def _microseconds(at: datetime | None) -> int | None:
    return None if at is None else microseconds_of(at)


def _row(entry: Entry) -> tuple[object, ...]:
    at, data = to_plain(entry.at), canonical(entry.data)
    return entry.case_id, entry.seq, at, entry.kind, entry.by, data, entry.prev_hash, entry.hash


def _entry(row: tuple[Any, ...]) -> Entry:
    case_id, seq, at, kind, by, data, prev_hash, digest = row
    try:
        entry = Entry(case_id, seq, datetime.fromisoformat(at), kind, by, json.loads(data), prev_hash, digest)
    except (ValueError, RecursionError) as error:
        raise LogDamaged(case_id, seq, f"can't be read: {error}") from error
    if to_plain(entry.at) != at or not isinstance(entry.data, dict):
        raise LogDamaged(case_id, seq, "was changed after it was written")
    return entry
