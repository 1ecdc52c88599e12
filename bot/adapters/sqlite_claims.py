"""Claims on targets, kept in the case log's SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.adapters.sqlite_file import SqliteFile
from bot.adapters.sqlite_times import microseconds_of, moment_of
from bot.domain.target_claim import CLAIM_LEASE, Claim, ClaimLost, Holder, TargetHeld

_SELECT = "SELECT version, until, case_id, request_id, owner, asked_by FROM target_claims WHERE target = ?"
_TAKE = (
    "INSERT INTO target_claims (target, version, until, case_id, request_id, owner, asked_by)"
    " VALUES (?, 1, ?, ?, ?, ?, ?) ON CONFLICT (target) DO UPDATE SET version = version + 1, until = excluded.until,"
    " case_id = excluded.case_id, request_id = excluded.request_id, owner = excluded.owner,"
    " asked_by = excluded.asked_by RETURNING version"
)
_HOLD_UNTIL = "UPDATE target_claims SET until = ? WHERE target = ? AND version = ?"


class SqliteClaims:
    """:class:`bot.domain.target_claim.TargetClaims` on the file of a :class:`~bot.adapters.sqlite_log.SqliteLog`.

    A row stays when its claim ends, so that versions never begin anew.
    """

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    async def take(
        self, targets: Sequence[str], holder: Holder, now: datetime, *, others_are_dead: bool
    ) -> tuple[Claim, ...]:
        """See :meth:`bot.domain.target_claim.TargetClaims.take`."""
        until = now + CLAIM_LEASE
        by = (holder.case_id, holder.request_id, holder.owner, holder.asked_by)

        def write(connection: sqlite3.Connection) -> tuple[Claim, ...]:
            taken = []
            for target in sorted(set(targets)):
                claim = _claim(connection, target)
                if claim is not None and claim.keeps_out(holder, now, others_are_dead=others_are_dead):
                    raise TargetHeld(claim)
                (version,) = connection.execute(_TAKE, (target, microseconds_of(until), *by)).fetchone()
                taken.append(Claim(target, holder, version, until))
            return tuple(taken)

        return await self._file.write(write)

    async def renew(self, claims: Sequence[Claim], now: datetime) -> None:
        """See :meth:`bot.domain.target_claim.TargetClaims.renew`."""
        until = microseconds_of(now + CLAIM_LEASE)

        def write(connection: sqlite3.Connection) -> None:
            for claim in claims:
                if connection.execute(_HOLD_UNTIL, (until, claim.target, claim.version)).rowcount != 1:
                    raise ClaimLost(claim.target)

        await self._file.write(write)

    async def let_go(self, claims: Sequence[Claim]) -> None:
        """See :meth:`bot.domain.target_claim.TargetClaims.let_go`."""

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_HOLD_UNTIL, [(0, claim.target, claim.version) for claim in claims])

        await self._file.write(write)


def _claim(connection: sqlite3.Connection, target: str) -> Claim | None:
    row = connection.execute(_SELECT, (target,)).fetchone()
    if row is None:
        return None
    version, until, *holder = row
    return Claim(target, Holder(*holder), version, moment_of(until))
