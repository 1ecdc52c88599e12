"""What is SQLite's own about the case log; the contract is tested in ``tests/contracts``."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.sqlite_quarantine import SqliteQuarantine
from bot.domain.audit import Entry, Head, verify_chain
from bot.domain.errors import BadInput, LogConflict, LogDamaged, StoreUnavailable
from bot.service.audit_verify import verify_log
from tests.fakes.chains import CASE, NOON, piece
from tests.fakes.sqlite_hands import other_program, start_script


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log of this test is."""
    return tmp_path / "cases.db"


@pytest.fixture
async def log(path: Path) -> AsyncIterator[SqliteLog]:
    """An open log."""
    opened = SqliteLog.open(path)
    yield opened
    await opened.close()


class TestAppendOnly:
    """The file itself does not let go of an entry."""

    @pytest.mark.parametrize("sql", ["UPDATE entries SET by = 'x'", "DELETE FROM entries", "DELETE FROM cases"])
    async def test_other_programs_are_refused(self, log: SqliteLog, path: Path, sql: str) -> None:
        """Changing or dropping entries by hand fails, unless the guards are taken out first."""
        await log.append(piece(CASE, 2), wake_at=None)

        with other_program(path) as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(sql)

        assert (await verify_log(log)).ok


class TestKill:
    """``kill -9`` takes back nothing that was confirmed."""

    async def test_no_confirmed_append_is_lost(self, path: Path) -> None:
        """Fifteen times a writing process is killed at a random moment; each append that it confirmed is there."""
        moments = random.Random(20261122)  # noqa: S311 - Not for secrets.
        confirmed: dict[tuple[str, int], str] = {}
        for _ in range(15):
            for line in _run_and_kill(path, moments.uniform(0.0, 0.12)):
                case_id, seq, digest = line.split()
                confirmed[case_id, int(seq)] = digest

            log = SqliteLog.open(path)
            stored = {(entry.case_id, entry.seq): entry.hash for entry in await _everything(log)}
            assert confirmed.items() <= stored.items()
            assert (await verify_log(log)).ok
            await log.close()
        assert len(confirmed) > 100


def _run_and_kill(path: Path, after_seconds: float) -> list[str]:
    """Start the writing process, kill it so long after its first append, and return what it had confirmed."""
    with start_script("append_until_killed.py", path) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        killer = threading.Timer(after_seconds, child.send_signal, [signal.SIGKILL])
        killer.start()
        rest = child.stdout.read()
        killer.join()
    assert child.returncode == -signal.SIGKILL
    assert first.endswith(b"\n")
    # A line cut in the middle was not told to anybody.
    return [line.decode() for line in (first + rest).splitlines(keepends=True) if line.endswith(b"\n")]


async def _everything(log: SqliteLog) -> list[Entry]:
    entries: list[Entry] = []
    async for case_id in log.case_ids():
        found = await log.read(case_id)
        assert len(found) == verify_chain(found, head=await log.head(case_id))
        entries += found
    return entries


class TestChangedByHand:
    """What someone did to the file without the guards."""

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE entries SET data = '{' WHERE seq = 2",
            "UPDATE entries SET data = '[1]' WHERE seq = 2",
            "UPDATE entries SET data = CAST(x'7bff7d' AS TEXT) WHERE seq = 2",
            "UPDATE entries SET at = 'yesterday' WHERE seq = 2",
            "UPDATE entries SET at = replace(at, 'T', ' ') WHERE seq = 2",
            "UPDATE entries SET at = replace(at, '+00:00', '') WHERE seq = 2",
            "UPDATE entries SET by = CAST(x'ff' AS TEXT) WHERE seq = 2",
            "UPDATE entries SET kind = kind || 'x' WHERE seq = 2",
            "UPDATE entries SET seq = 9 WHERE seq = 2",
            "DELETE FROM entries WHERE seq = 2",
            "DELETE FROM entries WHERE seq = 3",
            "DELETE FROM entries",
            "UPDATE cases SET head_seq = 2",
            "UPDATE cases SET head_hash = 'x'",
            "UPDATE cases SET case_id = CAST(x'ff' AS TEXT)",
            "DELETE FROM cases",
        ],
    )
    async def test_is_found(self, log: SqliteLog, path: Path, sql: str) -> None:
        """Whatever is changed in the file by hand, the audit names the case and keeps going to the end."""
        await log.append(piece(CASE, 3), wake_at=None)
        _without_guards(path, sql)

        result = await verify_log(log)

        assert not result.ok
        assert result.bad is not None
        assert result.bad.line is None

    async def test_reading_a_case_that_was_changed(self, log: SqliteLog, path: Path) -> None:
        """A use case that reads an unreadable entry gets ``LogDamaged`` and not a made-up value."""
        await log.append(piece(CASE, 3), wake_at=None)
        _without_guards(path, "UPDATE entries SET data = 'oops' WHERE seq = 2")

        with pytest.raises(LogDamaged) as caught:
            await log.read(CASE)

        assert (caught.value.case_id, caught.value.seq) == (CASE, 2)

    async def test_entries_behind_a_head_set_back(self, log: SqliteLog, path: Path) -> None:
        """When somebody set a head back, an append behind it stores nothing over the entries that are there."""
        entries = piece(CASE, 3)
        await log.append(entries, wake_at=None)
        _without_guards(path, f"UPDATE cases SET head_seq = 2, head_hash = '{entries[1].hash}'")  # noqa: S608 - Ours.

        with pytest.raises(StoreUnavailable, match="UNIQUE"):
            await log.append(piece(CASE, 1, behind=Head(2, entries[1].hash)), wake_at=None)

        assert entries == await log.read(CASE)


def _without_guards(path: Path, sql: str) -> None:
    with other_program(path) as connection:
        connection.execute("DROP TRIGGER entries_are_never_changed")
        connection.execute("DROP TRIGGER entries_are_never_dropped")
        connection.execute(sql)


async def test_quarantine_shares_the_writer(log: SqliteLog, path: Path) -> None:
    """Kept messages and appends go into one file, and a closed log closes the quarantine."""
    quarantine = SqliteQuarantine(log.file)
    why = BadInput("not_json", "the body is not JSON")
    await asyncio.gather(quarantine.keep(b"{", why, "sqs", NOON), log.append(piece(CASE, 1), wake_at=None))
    with pytest.raises(LogConflict):
        await log.append(piece(CASE, 1), wake_at=None)
    await log.close()

    with other_program(path) as connection:
        assert connection.execute("SELECT count(*) FROM quarantine").fetchone() == (1,)
    with pytest.raises(StoreUnavailable, match="closed"):
        await quarantine.keep(b"{", why, "sqs", NOON)
    with pytest.raises(StoreUnavailable, match="closed"):
        await quarantine.quarantined()
