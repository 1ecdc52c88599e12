"""The writer thread: what fails alone, what fails together, and what a failing disk does."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.adapters.sqlite_log import SqliteLog
from bot.domain.errors import StoreUnavailable
from bot.service.audit_verify import verify_log
from tests.fakes.chains import CASE, OTHER, piece
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


async def hold_writer(log: SqliteLog) -> tuple[asyncio.Future[bool], threading.Event]:
    """Keep the writer busy with a write of its own, so that what comes next must wait, until the event is set."""
    busy, let_go = threading.Event(), threading.Event()

    def write(_connection: sqlite3.Connection) -> bool:
        busy.set()
        return let_go.wait(10)

    held = asyncio.ensure_future(log.file.write(write))
    await asyncio.to_thread(busy.wait, 10)
    return held, let_go


class TestFailingDisk:
    """Nothing is stored by halves, and work goes on when the trouble is over."""

    async def test_locked_by_another_program(self, log: SqliteLog, path: Path) -> None:
        """While another program holds the database, appends fail in time for Slack; reads and then appends work."""
        await log.append(piece(CASE, 1), wake_at=None)
        behind = await log.head(CASE)
        with other_program(path) as connection:
            connection.execute("BEGIN IMMEDIATE")
            started = time.monotonic()
            offers = (piece(CASE, 1, behind=behind), piece(OTHER, 1))
            results = await asyncio.gather(
                *(log.append(offer, wake_at=None) for offer in offers), return_exceptions=True
            )
            waited_seconds = time.monotonic() - started
            assert behind == await log.head(CASE)
            connection.execute("ROLLBACK")

        assert [str(result) for result in results] == [f"the case log {path} can't be used: database is locked"] * 2
        assert waited_seconds < 5
        await log.append(piece(CASE, 1, behind=behind), wake_at=None)
        assert [case_id async for case_id in log.case_ids()] == [CASE]

    def test_full_disk(self, path: Path) -> None:
        """When the disk is full each append is refused whole, reading goes on, and appends work once there is room."""
        with start_script("fill_the_disk.py", path) as child:
            output, mistakes = child.communicate()
        assert child.returncode == 0, mistakes.decode()
        told = json.loads(output)

        assert (told["before"], told["after"], told["read_back"]) == (16, 16, 48)
        assert told["during"] == 0
        assert len(told["refused"]) == 16
        assert all(f"the case log {path} can't be used" in sentence for sentence in told["refused"])

    async def test_a_write_that_breaks_fails_alone(self, log: SqliteLog) -> None:
        """A write with a fault of its own undoes only itself, though it shares its commit with others."""
        held, let_go = await hold_writer(log)

        def broken(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO cases VALUES ('AW-BROKEN', 1, 'x', NULL)")
            connection.execute("INSERT INTO cases VALUES ('AW-BROKEN', 1, 'x', NULL)")

        writes = (
            log.append(piece(CASE, 1), wake_at=None),
            log.file.write(broken),
            log.file.write(lambda connection: connection.execute("no such statement")),
            log.append(piece(OTHER, 1), wake_at=None),
        )
        results = asyncio.gather(*writes, return_exceptions=True)
        await asyncio.sleep(0)
        let_go.set()

        assert [type(result) for result in await results] == [
            type(None),
            StoreUnavailable,
            StoreUnavailable,
            type(None),
        ]
        assert await held
        assert [case_id async for case_id in log.case_ids()] == [CASE, OTHER]

    async def test_a_commit_that_fails_takes_all_back(self, log: SqliteLog) -> None:
        """When the shared commit itself fails, nobody in it is confirmed, nothing is stored, and work goes on."""

        def breaks_the_commit(connection: sqlite3.Connection) -> None:
            connection.execute("PRAGMA defer_foreign_keys = ON")
            connection.execute("INSERT INTO entries VALUES ('AW-NOBODYS', 1, '', '', '', '{}', '', '')")

        held, let_go = await hold_writer(log)
        writes = asyncio.gather(
            log.append(piece(CASE, 1), wake_at=None), log.file.write(breaks_the_commit), return_exceptions=True
        )
        await asyncio.sleep(0)
        let_go.set()

        assert [type(result) for result in await writes] == [StoreUnavailable, StoreUnavailable]
        assert await held
        assert [case_id async for case_id in log.case_ids()] == []
        await log.append(piece(CASE, 1), wake_at=None)

    async def test_what_waits_shares_one_commit(self, log: SqliteLog) -> None:
        """Appends that wait together become visible together: one commit for all of them."""
        held, let_go = await hold_writer(log)
        begun = [asyncio.ensure_future(log.append(piece(f"AW-{number:010}", 1), wake_at=None)) for number in range(100)]
        await asyncio.sleep(0)
        commits = 0

        def count(statement: str) -> None:
            nonlocal commits
            commits += statement == "COMMIT"

        log.file._writer._connection.set_trace_callback(count)  # type: ignore[union-attr]  # noqa: SLF001 - Nothing public counts commits.
        let_go.set()
        await asyncio.gather(held, *begun)

        # One for the write that held the others up, one for the hundred.
        assert commits == 2

    async def test_a_caller_who_gave_up_harms_nobody(self, log: SqliteLog) -> None:
        """An append whose caller was cancelled is stored whole or not at all, and the writer goes on."""
        given_up = asyncio.ensure_future(log.append(piece(CASE, 2), wake_at=None))
        await asyncio.sleep(0)
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up

        await log.append(piece(OTHER, 1), wake_at=None)
        assert (await log.head(CASE)).seq in (0, 2)
        assert (await verify_log(log)).ok
