"""The use of one-time codes, kept in the case log's SQLite file."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from bot.adapters.sqlite_file import SqliteFile
from bot.adapters.sqlite_times import microseconds_of, moment_of
from bot.domain.code_check import NEVER_USED, CodeCheck, CodeUse, judge_code

_SELECT = "SELECT last_step, wrong, wrong_since FROM code_uses WHERE user_id = ?"
_KEEP = "INSERT OR REPLACE INTO code_uses (user_id, last_step, wrong, wrong_since) VALUES (?, ?, ?, ?)"


class SqliteCodeUses:
    """:class:`bot.domain.code_check.CodeUses` on the file of a :class:`~bot.adapters.sqlite_log.SqliteLog`."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def judge(self, user_id: str, step: int | None, now: datetime) -> CodeCheck:
        """See :meth:`bot.domain.code_check.CodeUses.judge`."""

        def write(connection: sqlite3.Connection) -> CodeCheck:
            row = connection.execute(_SELECT, (user_id,)).fetchone()
            check, use = judge_code(NEVER_USED if row is None else _use(*row), step, now)
            since = None if use.wrong_since is None else microseconds_of(use.wrong_since)
            connection.execute(_KEEP, (user_id, use.last_step, use.wrong, since))
            return check

        return await self._file.write(write)


def _use(last_step: int, wrong: int, wrong_since: int | None) -> CodeUse:
    return CodeUse(last_step, wrong, None if wrong_since is None else moment_of(wrong_since))
