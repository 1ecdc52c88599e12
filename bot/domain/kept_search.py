"""What a long search of CloudTrail has read so far, kept so that the next process goes on where this one died."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.event_search import EventQuery
from bot.domain.plain import canonical, to_plain

RESUMABLE = timedelta(minutes=30)
"""For so long a search that was cut off goes on; after that it begins anew, with the time of then.

How long LookupEvents takes a NextToken is documented nowhere, so none is kept: the search goes on by the time that it
had reached.
"""


@dataclass(frozen=True, slots=True)
class FoundEvent:
    """One event of a page: when it happened, as CloudTrail's index says, its id there, and the record as text."""

    at: datetime | None
    event_id: str
    text: str


@dataclass(frozen=True, slots=True)
class KeptPage:
    """One page, newest first; ``is_last`` says that nothing is behind it."""

    events: tuple[FoundEvent, ...]
    is_last: bool


class KeptSearches(Protocol):
    """Keeps pages for as long as what they were read for goes on, at most :data:`RESUMABLE`."""

    async def pages(self, kept_for: str, query: EventQuery, now: datetime) -> tuple[KeptPage, ...]:
        """The pages of a search, in order; empty when there are none, or the first is too old.

        Raises:
            StoreUnavailable: they can't be read.
        """
        ...

    async def keep(self, kept_for: str, query: EventQuery, number: int, page: KeptPage, now: datetime) -> None:
        """Keep a page durably under its number, from 0, and drop what is too old.

        Raises:
            StoreUnavailable: they are not kept.
        """
        ...

    async def forget(self, kept_for: str, now: datetime) -> None:
        """Drop what was kept for this, and what is too old.

        Raises:
            StoreUnavailable: it stays until it is too old.
        """
        ...


def search_key(query: EventQuery) -> str:
    """The same for the same question: account, Region, key, time and limit (SHA-256, hex)."""
    return hashlib.sha256(canonical(to_plain(query)).encode()).hexdigest()


def pinned(begun_at: datetime | None, now: datetime) -> datetime:
    """The time that a search takes for now: that at which it first began, so that it asks the same after a restart."""
    return begun_at if begun_at is not None and now - begun_at <= RESUMABLE else now
