"""Every store that the contract tests hold to the contract; a new store is one more entry in each of the two tables.

A table's function takes an empty folder and returns what opens the same store each time that it is called.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from bot.adapters.sqlite_claims import SqliteClaims
from bot.adapters.sqlite_code_uses import SqliteCodeUses
from bot.adapters.sqlite_kept_searches import SqliteKeptSearches
from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.sqlite_quarantine import SqliteQuarantine
from bot.domain.code_check import CodeUses
from bot.domain.kept_search import KeptSearches
from bot.domain.target_claim import TargetClaims
from bot.ports import CaseLog, Quarantine
from tests.fakes.memory_claims import MemoryClaims
from tests.fakes.memory_code_uses import MemoryCodeUses
from tests.fakes.memory_kept_searches import MemoryKeptSearches
from tests.fakes.memory_log import MemoryDisk, MemoryLog, MemoryQuarantine

OpenLog = Callable[[], Awaitable[CaseLog]]
OpenClaims = Callable[[], AbstractAsyncContextManager[TargetClaims]]
OpenCodeUses = Callable[[], AbstractAsyncContextManager[CodeUses]]
OpenKeptSearches = Callable[[], AbstractAsyncContextManager[KeptSearches]]
OpenQuarantine = Callable[[], AbstractAsyncContextManager[Quarantine]]


def _memory_log(_folder: Path) -> OpenLog:
    disk = MemoryDisk()

    async def open_log() -> CaseLog:
        return MemoryLog(disk)

    return open_log


def _sqlite_log(folder: Path) -> OpenLog:
    async def open_log() -> CaseLog:
        return SqliteLog.open(folder / "cases.db")

    return open_log


def _memory_quarantine(_folder: Path) -> OpenQuarantine:
    disk = MemoryDisk()

    @asynccontextmanager
    async def opened() -> AsyncIterator[Quarantine]:
        yield MemoryQuarantine(disk)

    return opened


def _sqlite_quarantine(folder: Path) -> OpenQuarantine:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Quarantine]:
        log = SqliteLog.open(folder / "cases.db")
        yield SqliteQuarantine(log.file)
        await log.close()

    return opened


def _memory_claims(_folder: Path) -> OpenClaims:
    disk = MemoryDisk()

    @asynccontextmanager
    async def opened() -> AsyncIterator[TargetClaims]:
        yield MemoryClaims(disk)

    return opened


def _sqlite_claims(folder: Path) -> OpenClaims:
    @asynccontextmanager
    async def opened() -> AsyncIterator[TargetClaims]:
        log = SqliteLog.open(folder / "cases.db")
        yield SqliteClaims(log.file)
        await log.close()

    return opened


def _memory_code_uses(_folder: Path) -> OpenCodeUses:
    disk = MemoryDisk()

    @asynccontextmanager
    async def opened() -> AsyncIterator[CodeUses]:
        yield MemoryCodeUses(disk)

    return opened


def _sqlite_code_uses(folder: Path) -> OpenCodeUses:
    @asynccontextmanager
    async def opened() -> AsyncIterator[CodeUses]:
        log = SqliteLog.open(folder / "cases.db")
        yield SqliteCodeUses(log.file)
        await log.close()

    return opened


def _memory_kept_searches(_folder: Path) -> OpenKeptSearches:
    disk = MemoryDisk()

    @asynccontextmanager
    async def opened() -> AsyncIterator[KeptSearches]:
        yield MemoryKeptSearches(disk)

    return opened


def _sqlite_kept_searches(folder: Path) -> OpenKeptSearches:
    @asynccontextmanager
    async def opened() -> AsyncIterator[KeptSearches]:
        log = SqliteLog.open(folder / "cases.db")
        yield SqliteKeptSearches(log.file)
        await log.close()

    return opened


CASE_LOGS: dict[str, Callable[[Path], OpenLog]] = {"memory": _memory_log, "sqlite": _sqlite_log}
QUARANTINES: dict[str, Callable[[Path], OpenQuarantine]] = {
    "memory": _memory_quarantine,
    "sqlite": _sqlite_quarantine,
}
CLAIMS: dict[str, Callable[[Path], OpenClaims]] = {"memory": _memory_claims, "sqlite": _sqlite_claims}
CODE_USES: dict[str, Callable[[Path], OpenCodeUses]] = {"memory": _memory_code_uses, "sqlite": _sqlite_code_uses}
KEPT_SEARCHES: dict[str, Callable[[Path], OpenKeptSearches]] = {
    "memory": _memory_kept_searches,
    "sqlite": _sqlite_kept_searches,
}
