"""A search of CloudTrail: what is asked, and what was found, where and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain.scan_cost import cost_in_words

MOST_EVENTS = 5_000
"""How many events a search reads unless it is told otherwise: with LookupEvents that is 50 s."""

Record = Mapping[str, Any]
"""A CloudTrail record as AWS writes it."""


class By(StrEnum):
    """By what records are searched: the keys that LookupEvents knows, and the source address, which it does not.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html
    """

    EVENT_SOURCE = "EventSource"
    EVENT_NAME = "EventName"
    USERNAME = "Username"
    ACCESS_KEY = "AccessKeyId"
    RESOURCE = "ResourceName"
    EVENT_ID = "EventId"
    ADDRESS = "SourceIPAddress"

    @property
    def in_words(self) -> str:
        """What people call it."""
        return _IN_WORDS[self]


_IN_WORDS = {
    By.EVENT_SOURCE: "service",
    By.EVENT_NAME: "event name",
    By.USERNAME: "user name",
    By.ACCESS_KEY: "access key",
    By.RESOURCE: "resource",
    By.EVENT_ID: "event id",
    By.ADDRESS: "address",
}

LOOKUP_KEYS = frozenset(By) - {By.ADDRESS}
"""By what LookupEvents can search."""


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Records of one account and Region in a time range, both ends included; at most ``most`` of them, newest first."""

    account: str
    region: str
    by: By
    value: str
    since: datetime
    until: datetime
    most: int = MOST_EVENTS


@dataclass(frozen=True, slots=True)
class Scan:
    """What an engine that is paid by the byte did for one search.

    ``place`` says in words what it read. ``query_text`` has a question mark for each of ``parameters``, in order.
    ``about_usd`` is the price of ``scanned_bytes`` by the configured price list, without storage and requests.
    ``expected`` says in words what that was expected to be before; empty for what an earlier version wrote.
    """

    place: str
    scanned_bytes: int
    about_usd: float
    query_text: str
    parameters: tuple[str, ...]
    expected: str = ""

    def in_words(self) -> str:
        """What was read, what that was expected to cost and what it did cost."""
        before = f" ({self.expected})" if self.expected else ""
        return f"{self.place}, {cost_in_words(self.scanned_bytes, self.about_usd)}{before}"


@dataclass(frozen=True, slots=True)
class EventsFound:
    """What a search brought.

    ``records`` are newest first, each once. ``searched_since`` is how far back it really looked, which is later than
    asked when it was cut short; ``why_cut`` says why, and is None for a whole search. ``read`` counts what was looked
    at, ``unreadable`` what could not be read. ``engine`` names how it was searched, ``scan`` what that cost; None means
    nothing.
    """

    query: EventQuery
    records: tuple[Record, ...]
    searched_since: datetime
    read: int
    engine: str
    why_cut: str | None = None
    unreadable: int = 0
    scan: Scan | None = None

    @property
    def looked(self) -> bool:
        """Whether anything was looked at: a search may be ended before it began."""
        return self.why_cut is None or self.read > 0 or self.searched_since < self.query.until
