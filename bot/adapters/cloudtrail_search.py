"""CloudTrail's event history, searched with LookupEvents: 90 days, one key a search, two calls a second."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.action import ActionAws
from bot.domain.errors import AwsError, AwsThrottled
from bot.domain.event_search import LOOKUP_KEYS, EventQuery, EventsFound, Record
from bot.domain.identity import Target
from bot.ports import AwsAccounts

LOOKUP = "cloudtrail:LookupEvents"
# See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
_HISTORY = timedelta(days=90)
# A search for 90 days that began a moment ago asks for moments that are out of the history by now.
_SLACK = timedelta(hours=1)
_PAGE_SIZE = 50
# Each try waits long enough by itself; others in the account may use up the rate for longer.
_THROTTLED_PAUSES_SECONDS = (2.0, 5.0, 10.0)


@dataclass
class _Read:
    by_id: dict[str, Record] = field(default_factory=dict)
    read: int = 0
    unreadable: int = 0
    oldest: datetime | None = None


class LookupSearch:
    """Searches with LookupEvents; implements :class:`bot.ports.EventSearch`.

    Args:
        accounts: AWS; its calls keep AWS's rate, which all searches of an account and Region share.
        sleep: waits for seconds.
    """

    keys = LOOKUP_KEYS

    def __init__(self, accounts: AwsAccounts, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._accounts = accounts
        self._sleep = sleep

    async def search(
        self, target: Target, query: EventQuery, calls: Counter[str], progress: Callable[[str], Awaitable[None]]
    ) -> EventsFound:
        """See :meth:`bot.ports.EventSearch.search`; pages read before AWS broke off are kept and said to be cut."""
        if query.by not in self.keys:
            raise AwsError("UnsupportedSearch", "LookupEvents can't search by source address.", LOOKUP)
        place = replace(target, account=query.account, region=query.region)
        aws = self._accounts.reader(place, (LOOKUP,), progress=progress)
        since = max(query.since, aws.now() - _HISTORY)
        read, why_cut = _Read(), None
        if since - query.since > _SLACK:
            why_cut = "the event history ends after 90 days"
        try:
            async for page in self._pages(aws, _parameters(query, since), calls):
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

    async def _pages(
        self, aws: ActionAws, parameters: Mapping[str, object], calls: Counter[str]
    ) -> AsyncIterator[Mapping[str, Any]]:
        token: dict[str, object] = {}
        while True:
            page = await self._page(aws, {**parameters, **token}, calls)
            yield page
            if not page.get("NextToken"):
                return
            if token.get("NextToken") == page["NextToken"]:
                raise AwsError("RepeatedToken", "AWS gave the same page again", LOOKUP)
            token = {"NextToken": page["NextToken"]}

    async def _page(self, aws: ActionAws, parameters: Mapping[str, object], calls: Counter[str]) -> Mapping[str, Any]:
        """One page, asked for again while AWS throttles: what was read so far would be lost without it."""
        for pause_seconds in _THROTTLED_PAUSES_SECONDS:
            calls[LOOKUP] += 1
            try:
                return await aws.call(*LOOKUP.split(":"), **parameters)
            except AwsThrottled:
                await self._sleep(pause_seconds)
        calls[LOOKUP] += 1
        return await aws.call(*LOOKUP.split(":"), **parameters)


def _parameters(query: EventQuery, since: datetime) -> dict[str, object]:
    return {
        "LookupAttributes": [{"AttributeKey": query.by.value, "AttributeValue": query.value}],
        "StartTime": since,
        "EndTime": query.until,
        "MaxResults": _PAGE_SIZE,
    }


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
