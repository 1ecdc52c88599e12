"""A search of CloudTrail: what is asked, and what was found, where and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

MOST_EVENTS = 5_000
"""How many events a search reads unless it is told otherwise: with LookupEvents that is 50 s."""

Record = Mapping[str, Any]
"""A CloudTrail record as AWS writes it."""


class By(StrEnum):
    """By what records are searched: the keys that LookupEvents knows.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupAttribute.html
    """

    EVENT_SOURCE = "EventSource"
    EVENT_NAME = "EventName"
    USERNAME = "Username"
    ACCESS_KEY = "AccessKeyId"
    RESOURCE = "ResourceName"
    EVENT_ID = "EventId"


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
class EventsFound:
    """What a search brought.

    ``records`` are newest first, each once. ``searched_since`` is how far back it really looked, which is later than
    asked when it was cut short; ``why_cut`` says why, and is None for a whole search. ``read`` counts what was looked
    at, ``unreadable`` what could not be read. ``engine`` names how it was searched.
    """

    query: EventQuery
    records: tuple[Record, ...]
    searched_since: datetime
    read: int
    engine: str
    why_cut: str | None = None
    unreadable: int = 0
