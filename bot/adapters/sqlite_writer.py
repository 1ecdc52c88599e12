"""One thread that writes to SQLite; what waits at the same time shares one commit, and so one fdatasync."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar, cast

from bot.adapters.sqlite_schema import store_errors
from bot.domain.errors import StoreUnavailable

T = TypeVar("T")
Write = Callable[[sqlite3.Connection], object]

_GROUP_LIMIT = 256
"""At most so many writes share a commit, so that the first of them never waits long for the last."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    write: Write
    answer: asyncio.Future[object]


@dataclass(frozen=True, slots=True)
class _Done:
    """How one write ended: ``error`` None means that it is durable."""

    answer: asyncio.Future[object]
    result: object
    error: Exception | None


class GroupWriter:
    """Runs writes in the order in which they come, each all or none, on a connection that it owns."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._closing = False
        # A daemon, because a process that ends without close() must end: what was confirmed is durable by then.
        self._thread = threading.Thread(target=self._work, name="case-log-writer", daemon=True)
        self._thread.start()

    async def run(self, write: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``write`` in a transaction and return its result once that is durable.

        What ``write`` raises undoes only what it did, not what shares its commit.

        Raises:
            StoreUnavailable: SQLite failed; nothing was stored.
        """
        if self._closing:
            raise StoreUnavailable(f"the case log {self._path} is closed")
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._queue.put(_Waiting(write, answer))
        return cast("T", await answer)

    def close(self) -> None:
        """Finish what waits, then close the connection; blocks until that is done."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        more = True
        while more:
            group, more = self._next_group()
            try:
                done = self._commit(group)
            except Exception as error:  # noqa: BLE001 - A loop top: who waits must hear of it, whatever it is.
                done = [_Done(waiting.answer, None, StoreUnavailable(str(error))) for waiting in group]
            _deliver(done)
        self._connection.close()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """What waits now, at least one; False when nothing may come behind it."""
        group: list[_Waiting] = []
        waiting = self._queue.get()
        with contextlib.suppress(Empty):
            while waiting is not None:
                group.append(waiting)
                if len(group) == _GROUP_LIMIT:
                    return group, True
                waiting = self._queue.get_nowait()
        return group, waiting is not None

    def _commit(self, group: list[_Waiting]) -> list[_Done]:
        if not group:
            return []
        try:
            with store_errors(self._path):
                self._connection.execute("BEGIN IMMEDIATE")
                done = [self._run_one(waiting) for waiting in group]
                self._connection.execute("COMMIT")
        finally:
            # SQLite has rolled back by itself after some errors and not after others.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        return done

    def _run_one(self, waiting: _Waiting) -> _Done:
        self._connection.execute("SAVEPOINT one_write")
        try:
            with store_errors(self._path):
                result = waiting.write(self._connection)
        except Exception as error:
            if not self._connection.in_transaction:
                # A full disk, for example: SQLite has taken back the whole group.
                raise
            self._connection.execute("ROLLBACK TO one_write")
            self._connection.execute("RELEASE one_write")
            return _Done(waiting.answer, None, error)
        self._connection.execute("RELEASE one_write")
        return _Done(waiting.answer, result, None)


def _deliver(done: list[_Done]) -> None:
    loops = dict.fromkeys(one.answer.get_loop() for one in done)
    for loop in loops:
        # A loop that was closed meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, [one for one in done if one.answer.get_loop() is loop])


def _settle(done: list[_Done]) -> None:
    for one in done:
        if one.answer.done():
            continue
        if one.error is None:
            one.answer.set_result(one.result)
        else:
            one.answer.set_exception(one.error)
