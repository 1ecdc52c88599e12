"""Entries of a case's log and the chain of hashes that holds them together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.errors import LogDamaged
from bot.domain.plain import canonical, to_plain

GENESIS_HASH = "0" * 64
"""What the first entry of each case names as the hash before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a case's log.

    ``seq`` counts from 1 without gaps. ``at`` is aware and in UTC. ``kind`` is ``subject:verb``. ``by`` is
    ``slack:<user id>`` or ``anchorwatch``. ``hash`` is SHA-256 (hex) over everything else, ``prev_hash`` included.
    """

    case_id: str
    seq: int
    at: datetime
    kind: str
    by: str
    data: Mapping[str, Any]
    prev_hash: str
    hash: str

    def line(self) -> dict[str, Any]:
        """The entry as the audit export prints it."""
        return {
            "case": self.case_id,
            "seq": self.seq,
            "at": to_plain(self.at),
            "kind": self.kind,
            "by": self.by,
            "data": to_plain(self.data),
            "prev_hash": self.prev_hash,
            "hash": self.hash,
        }


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to append: who did what, before it has its place in the chain.

    ``event`` is the record that ``data`` was made of, so that nobody has to read it back; None where it is not known.
    """

    kind: str
    by: str
    data: Mapping[str, Any]
    event: object = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a case's log: how many entries, and the hash of the last one."""

    seq: int = 0
    hash: str = GENESIS_HASH


def entry_hash(case_id: str, seq: int, at: datetime, draft: Draft, prev_hash: str) -> str:
    """SHA-256 (hex) over the canonical text of everything that an entry says."""
    text = canonical(
        {
            "case": case_id,
            "seq": seq,
            "at": at,
            "kind": draft.kind,
            "by": draft.by,
            "data": draft.data,
            "prev_hash": prev_hash,
        }
    )
    return hashlib.sha256(text.encode()).hexdigest()


def link(case_id: str, head: Head, at: datetime, drafts: Sequence[Draft]) -> tuple[Entry, ...]:
    """Give each draft its place behind ``head``."""
    entries = []
    for draft in drafts:
        seq = head.seq + 1
        digest = entry_hash(case_id, seq, at, draft, head.hash)
        entries.append(Entry(case_id, seq, at, draft.kind, draft.by, draft.data, head.hash, digest))
        head = Head(seq, digest)
    return tuple(entries)


def verify_chain(entries: Iterable[Entry], *, head: Head | None = None) -> int:
    """Recompute the chain of one case from its first entry, and return how many entries hold.

    ``head`` is where the log is known to end; None means that the end is not known, so that a log cut short at
    its end can't be told from a whole one.

    Raises:
        LogDamaged: names the first entry that was changed, dropped or moved.
    """
    at_head = Head()
    case_id = ""
    for entry in entries:
        case_id = entry.case_id
        at_head = check_link(entry, at_head)
    if head is not None and head != at_head:
        raise LogDamaged(case_id, at_head.seq + 1, f"the log should end at entry {head.seq}, but ends at {at_head.seq}")
    return at_head.seq


def check_piece(entries: Sequence[Entry]) -> Head:
    """Check that ``entries`` are one unbroken piece of one case's chain, and return the head that they follow.

    Each store calls it before it stores, so that nothing gets in that could never be verified. Not empty.

    Raises:
        ValueError: there are no entries, or they are of several cases.
        LogDamaged: they do not follow from each other.
    """
    if len({entry.case_id for entry in entries}) != 1:
        raise ValueError("an append is one or more entries of one case")
    behind = at_head = Head(entries[0].seq - 1, entries[0].prev_hash)
    for entry in entries:
        at_head = check_link(entry, at_head)
    return behind


def check_link(entry: Entry, before: Head) -> Head:
    """Check that ``entry`` follows from ``before`` and says what its hash says, and return the head it makes.

    Raises:
        LogDamaged: it does not; names the entry.
    """
    if entry.seq != before.seq + 1:
        why = f"entry {before.seq + 1} should stand here, but entry {entry.seq} does"
        raise LogDamaged(entry.case_id, before.seq + 1, why)
    if entry.prev_hash != before.hash:
        raise LogDamaged(entry.case_id, entry.seq, "does not follow from the entry before it")
    draft = Draft(entry.kind, entry.by, entry.data)
    if entry_hash(entry.case_id, entry.seq, entry.at, draft, entry.prev_hash) != entry.hash:
        raise LogDamaged(entry.case_id, entry.seq, "was changed after it was written")
    return Head(entry.seq, entry.hash)
