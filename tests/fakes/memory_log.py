"""The case log and the quarantine in memory, as strict as the stores that last."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.adapters.sqlite_quarantine import quarantine_key, storable_text
from bot.domain.audit import Entry, Head, check_piece
from bot.domain.code_check import CodeUse
from bot.domain.errors import BadInput, LogConflict, StoreUnavailable
from bot.domain.events import DetectionReceived
from bot.domain.identity import CaseId
from bot.domain.kept_search import KeptPage
from bot.domain.plain import canonical
from bot.domain.target_claim import Claim
from bot.ports import Quarantined


@dataclass
class MemoryDisk:
    """What outlives a log that is closed; a second log on the same disk is the next life of the process.

    Attributes:
        failing: while it is True, nothing can be read or written (``StoreUnavailable``).
    """

    entries: dict[CaseId, list[Entry]] = field(default_factory=dict)
    wake_at: dict[CaseId, datetime | None] = field(default_factory=dict)
    keys: dict[str, dict[CaseId, None]] = field(default_factory=dict)
    quarantined: dict[str, Quarantined] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    code_uses: dict[str, CodeUse] = field(default_factory=dict)
    search_pages: dict[tuple[str, str], dict[int, tuple[datetime, KeptPage]]] = field(default_factory=dict)
    failing: bool = False

    async def reach(self) -> None:
        """Let others run, as a real store does, and fail while the disk fails."""
        await asyncio.sleep(0)
        if self.failing:
            raise StoreUnavailable("the disk in memory was told to fail")


class MemoryLog:
    """A ``CaseLog`` in memory: the same checks, the same order, and data as it would come back from JSON."""

    exclusive: bool = True

    def __init__(self, disk: MemoryDisk | None = None) -> None:
        self.disk = disk if disk is not None else MemoryDisk()
        self._closed = False

    async def append(self, entries: Sequence[Entry], *, wake_at: datetime | None) -> None:
        """Store entries of one case, all or none."""
        behind = check_piece(entries)
        await self._reach()
        case_id = entries[0].case_id
        if self._head(case_id) != behind:
            raise LogConflict(case_id, behind.seq)
        self.disk.entries.setdefault(case_id, []).extend(_as_stored(entry) for entry in entries)
        for key in (key for entry in entries for key in _keys_in(entry)):
            self.disk.keys.setdefault(key, {})[case_id] = None
        self.disk.wake_at[case_id] = None if wake_at is None else wake_at.astimezone(UTC)

    async def read(self, case_id: CaseId, *, after_seq: int = 0) -> tuple[Entry, ...]:
        """The entries of a case behind ``after_seq``; copies, so that nobody changes the log by accident."""
        await self._reach()
        behind = self.disk.entries.get(case_id, [])[max(after_seq, 0) :]
        return tuple(_as_stored(entry) for entry in behind)

    async def head(self, case_id: CaseId) -> Head:
        """Where a case's log ends."""
        await self._reach()
        return self._head(case_id)

    async def cases_of(self, event_id: str, anchor_id: str | None) -> tuple[CaseId, ...]:
        """The cases of an event or of a trust anchor, oldest first."""
        await self._reach()
        return tuple(
            case_id
            for case_id, entries in self.disk.entries.items()
            if any(_is_of(entry, event_id, anchor_id) for entry in entries)
        )

    async def cases_with_key(self, spki_sha256s: Sequence[str], limit: int) -> Mapping[str, tuple[CaseId, ...]]:
        """The first cases of each public key."""
        await self._reach()
        found = {key: tuple(self.disk.keys.get(key, ()))[: max(limit, 0)] for key in spki_sha256s}
        return {key: cases for key, cases in found.items() if cases}

    async def cases_from(self, actors: Sequence[str], addresses: Sequence[str], limit: int) -> tuple[CaseId, ...]:
        """The cases with a detection by one of these callers or from one of these addresses."""
        await self._reach()
        found = [case_id for case_id, entries in self.disk.entries.items() if _is_from(entries, actors, addresses)]
        return tuple(reversed(found))[: max(limit, 0)]

    async def due(self, now: datetime, limit: int) -> tuple[CaseId, ...]:
        """At most ``limit`` cases whose ``wake_at`` is at or before ``now``, longest waiting first."""
        await self._reach()
        waiting = [(at, case_id) for case_id, at in self.disk.wake_at.items() if at is not None and at <= now]
        waiting.sort(key=lambda one: one[0])
        return tuple(case_id for _, case_id in waiting[: max(limit, 0)])

    async def next_wake(self) -> datetime | None:
        """The earliest ``wake_at`` of all cases, or None."""
        await self._reach()
        return min((at for at in self.disk.wake_at.values() if at is not None), default=None)

    async def case_ids(self) -> AsyncIterator[CaseId]:
        """The ids of all cases, oldest first."""
        await self._reach()
        for case_id in tuple(self.disk.entries):
            yield case_id

    async def close(self) -> None:
        """Refuse everything from now on; the disk stays."""
        self._closed = True

    def _head(self, case_id: CaseId) -> Head:
        entries = self.disk.entries.get(case_id)
        return Head(entries[-1].seq, entries[-1].hash) if entries else Head()

    async def _reach(self) -> None:
        if self._closed:
            raise StoreUnavailable("the log in memory is closed")
        await self.disk.reach()


class MemoryQuarantine:
    """A ``Quarantine`` in memory."""

    def __init__(self, disk: MemoryDisk | None = None) -> None:
        self.disk = disk if disk is not None else MemoryDisk()

    async def keep(self, body: bytes, why: BadInput, where: str, at: datetime) -> str:
        """Store a message and return its id; the same body from the same place keeps its first id."""
        await self.disk.reach()
        place, code, message, position = map(storable_text, (where, why.code, str(why), why.at))
        key = quarantine_key(place, body)
        kept = Quarantined(key, at.astimezone(UTC), place, code, message, position, body)
        self.disk.quarantined.setdefault(key, kept)
        return key

    async def quarantined(self) -> tuple[Quarantined, ...]:
        """Everything kept, oldest first."""
        await self.disk.reach()
        return tuple(self.disk.quarantined.values())


def _is_of(entry: Entry, event_id: str, anchor_id: str | None) -> bool:
    if entry.kind != DetectionReceived.KIND:
        return False
    detection = entry.data["detection"]
    if not isinstance(detection, Mapping):
        return False
    known_anchor = detection["anchor"]["anchor_id"]
    return bool(detection["event_id"] == event_id or (anchor_id is not None and known_anchor == anchor_id))


def _keys_in(entry: Entry) -> list[str]:
    ca = entry.data.get("ca") if entry.kind == DetectionReceived.KIND else None
    return [one["spki_sha256"] for one in ca["certificates"]] if isinstance(ca, Mapping) else []


def _as_stored(entry: Entry) -> Entry:
    return replace(entry, at=entry.at.astimezone(UTC), data=json.loads(canonical(entry.data)))


def _is_from(entries: Sequence[Entry], actors: Sequence[str], addresses: Sequence[str]) -> bool:
    made = [one.data["detection"]["actor"] for one in entries if one.kind == DetectionReceived.KIND]
    return any({one["arn"], one["access_key_id"]} & {*actors} or one["source_address"] in addresses for one in made)
