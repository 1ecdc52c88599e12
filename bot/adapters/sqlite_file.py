"""An open SQLite file: the lock that keeps a second process out, one thread that writes and one that reads."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar

from bot.adapters.sqlite_schema import check, connect, prepare, store_errors
from bot.adapters.sqlite_writer import GroupWriter
from bot.domain.errors import StoreUnavailable

T = TypeVar("T")

_OWNER_ONLY = 0o600


class SqliteFile:
    """A store on one SQLite file, shared by the case log and the quarantine.

    ``exclusive`` is True when this process holds the file's lock, and False when it was opened to be read only.
    """

    def __init__(self, path: Path, reader: sqlite3.Connection, writer: GroupWriter | None, lock: int | None) -> None:
        self.path = path
        self.exclusive = lock is not None
        self._reader = reader
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="case-log-reader")
        self._writer = writer
        self._lock = lock
        self._closed = False

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """Open the file, or make it with its folder; blocks for some milliseconds.

        ``read_only`` opens a file that is there already, also while another process writes to it.

        Raises:
            StoreUnavailable: another process holds the file, or it can't be used; says why in one sentence.
        """
        with store_errors(path):
            path = path.resolve()
            return cls._open_to_read(path) if read_only else cls._open_to_write(path)

    @classmethod
    def _open_to_read(cls, path: Path) -> Self:
        reader = connect(path, writable=False)
        try:
            check(reader, path)
        except BaseException:
            reader.close()
            raise
        return cls(path, reader, None, None)

    @classmethod
    def _open_to_write(cls, path: Path) -> Self:
        path.parent.mkdir(parents=True, exist_ok=True)
        # The lock comes first: closing a descriptor of the database would drop SQLite's locks in this process.
        # See: https://www.sqlite.org/howtocorrupt.html
        lock = _take_lock(path)
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))
            writing = connect(path, writable=True)
            try:
                prepare(writing, path)
                reader = connect(path, writable=False)
            except BaseException:
                writing.close()
                raise
        except BaseException:
            os.close(lock)
            raise
        return cls(path, reader, GroupWriter(writing, path), lock)

    async def write(self, write: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``write`` in a transaction of the writer thread; its result is durable when this returns.

        Raises:
            StoreUnavailable: nothing was stored.
        """
        if self._writer is None:
            raise StoreUnavailable(f"the case log {self.path} was opened to be read only")
        return await self._writer.run(write)

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``question`` in the reader thread; it sees everything that was confirmed before.

        Raises:
            StoreUnavailable: the file can't be read now.
        """
        if self._closed:
            raise StoreUnavailable(f"the case log {self.path} is closed")
        with store_errors(self.path):
            return await asyncio.get_running_loop().run_in_executor(self._reading, question, self._reader)

    async def close(self) -> None:
        """Finish the writes that wait and let go of the file; a second call does nothing."""
        if not self._closed:
            self._closed = True
            await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._reading.shutdown()
        self._reader.close()
        if self._writer is not None:
            self._writer.close()
        if self._lock is not None:
            os.close(self._lock)


def _take_lock(path: Path) -> int:
    """Lock the file beside the database for the life of this process, and write down who holds it."""
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, _OWNER_ONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(lock, 0)
        os.pwrite(lock, b"%d\n" % os.getpid(), 0)
    except BlockingIOError as error:
        holder = os.pread(lock, 20, 0).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        raise StoreUnavailable(f"the case log {path} is in use by another process ({holder})") from error
    except OSError:
        os.close(lock)
        raise
    return lock
