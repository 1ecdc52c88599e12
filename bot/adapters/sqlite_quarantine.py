"""What could not be understood, kept in the case log's SQLite file."""

from __future__ import annotations

import hashlib
import sqlite3
from datetime import datetime

from bot.adapters.sqlite_file import SqliteFile
from bot.domain.errors import BadInput
from bot.domain.plain import to_plain
from bot.ports import Quarantined

_INSERT = (
    "INSERT INTO quarantine (quarantine_id, at, place, code, message, position, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (quarantine_id) DO NOTHING"
)
_SELECT = "SELECT quarantine_id, at, place, code, message, position, body FROM quarantine ORDER BY rowid"


class SqliteQuarantine:
    """A ``Quarantine`` on the file of a :class:`~bot.adapters.sqlite_log.SqliteLog`; that log closes it."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def keep(self, body: bytes, why: BadInput, where: str, at: datetime) -> str:
        """Store a message durably and return its id; the same body from the same place keeps its first id.

        Raises:
            StoreUnavailable: nothing was stored.
        """
        place = storable_text(where)
        quarantine_id = quarantine_key(place, body)
        row = (quarantine_id, to_plain(at), place, *map(storable_text, (why.code, str(why), why.at)), body)

        def write(connection: sqlite3.Connection) -> None:
            connection.execute(_INSERT, row)

        await self._file.write(write)
        return quarantine_id

    async def quarantined(self) -> tuple[Quarantined, ...]:
        """Everything kept, oldest first.

        Raises:
            StoreUnavailable: the file can't be read now.
        """
        rows = await self._file.read(lambda connection: connection.execute(_SELECT).fetchall())
        return tuple(Quarantined(row[0], datetime.fromisoformat(row[1]), *row[2:]) for row in rows)


def quarantine_key(place: str, body: bytes) -> str:
    """The id of a quarantined message: ``Q-`` and 80 bits (hex) of a hash, the same for the same message."""
    digest = hashlib.sha256(place.encode() + b"\0" + body).hexdigest()
    return f"Q-{digest[:20]}"


def storable_text(text: str) -> str:
    """``text`` with what UTF-8 can't hold written as backslash escapes."""
    # A message may quote half of a surrogate pair, for which UTF-8 has no bytes.
    return text.encode(errors="backslashreplace").decode()
