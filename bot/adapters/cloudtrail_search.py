"""CloudTrail's event history, searched with LookupEvents: 90 days, one key a search, two calls a second."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.errors import AwsError
from bot.domain.event_search import EventQuery, EventsFound, Record
from bot.domain.identity import Target
from bot.ports import AwsAccounts

LOOKUP = "cloudtrail:LookupEvents"
# See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
_HISTORY = timedelta(days=90)
_PAGE_SIZE = 50


@dataclass
class _Read:
    by_id: dict[str, Record] = field(default_factory=dict)
    read: int = 0
    unreadable: int = 0
    oldest: datetime | None = None


class LookupSearch:
    """Searches with LookupEvents; implements :class:`bot.ports.EventSearch`."""

    def __init__(self, accounts: AwsAccounts) -> None:
        self._accounts = accounts

    async def search(
        self, target: Target, query: EventQuery, calls: Counter[str], progress: Callable[[str], Awaitable[None]]
    ) -> EventsFound:
        """See :meth:`bot.ports.EventSearch.search`; pages read before AWS broke off are kept and said to be cut."""
        place = replace(target, account=query.account, region=query.region)
        aws = self._accounts.reader(place, (LOOKUP,), progress=progress)
        since = max(query.since, aws.now() - _HISTORY)
        read, why_cut = _Read(), None
        if since > query.since:
            why_cut = "the event history ends after 90 days"
        pages = aws.pages(
            *LOOKUP.split(":"),
            LookupAttributes=[{"AttributeKey": query.by.value, "AttributeValue": query.value}],
            StartTime=since,
            EndTime=query.until,
            MaxResults=_PAGE_SIZE,
        )
        try:
            async for page in pages:
                calls[LOOKUP] += 1
                _take(page, read)
                await aws.progress(f"{read.read} events of {query.by.value} {query.value} read in {query.region}.")
                if read.read >= query.most and page.get("NextToken"):
                    since, why_cut = read.oldest or since, f"only the newest {read.read} events were read"
                    break
        except AwsError as error:
            if not read.read:
                raise
            since, why_cut = read.oldest or since, f"AWS broke the search off ({error.code})"
        return EventsFound(
            query, tuple(read.by_id.values()), since, read.read, "LookupEvents", why_cut, read.unreadable
        )


def _take(page: Mapping[str, Any], into: _Read) -> None:
    for event in page.get("Events", ()):
        into.read += 1
        into.oldest = event.get("EventTime") or into.oldest
        try:
            record = json.loads(event.get("CloudTrailEvent") or "")
        except ValueError:
            record = None
        if not isinstance(record, dict):
            into.unreadable += 1
            continue
        # CloudTrail may deliver an event twice.
        into.by_id.setdefault(str(record.get("eventID") or into.read), record)
