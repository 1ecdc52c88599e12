"""CloudTrail's event history, searched with LookupEvents: 90 days, one key a search, two calls a second."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.action import ActionAws
from bot.domain.errors import AwsError, AwsThrottled
from bot.domain.event_search import LOOKUP_KEYS, EventQuery, EventsFound, Record
from bot.domain.identity import Target
from bot.domain.search_run import SEARCHES as LOOKUP
from bot.domain.search_run import STOPPED, SearchRun
from bot.ports import AwsAccounts

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

    async def search(self, target: Target, query: EventQuery, run: SearchRun) -> EventsFound:
        """See :meth:`bot.ports.EventSearch.search`; pages read before AWS broke off are kept and said to be cut."""
        if query.by not in self.keys:
            raise AwsError("UnsupportedSearch", "LookupEvents can't search by source address.", LOOKUP)
        place = replace(target, account=query.account, region=query.region)
        aws = self._accounts.reader(place, (LOOKUP,), precedence=run.precedence)
        since, why_cut = max(query.since, aws.now() - _HISTORY), None
        if since - query.since > _SLACK:
            why_cut = "the event history ends after 90 days"
        read = _Read()
        try:
            broken_off = await self._read_all(aws, query, since, run, read)
        except AwsError as error:
            if not read.read:
                raise
            broken_off = f"AWS broke the search off ({error.code})"
        if broken_off:
            since, why_cut = read.oldest or query.until, broken_off
        return EventsFound(
            query, tuple(read.by_id.values()), since, read.read, "LookupEvents", why_cut, read.unreadable
        )

    async def _read_all(
        self, aws: ActionAws, query: EventQuery, since: datetime, run: SearchRun, into: _Read
    ) -> str | None:
        """Read page after page, newest first; returns why not to the end, or None."""
        asked, token = _parameters(query, since), None
        while not run.is_stopped():
            page = await self._page(aws, {**asked, **({"NextToken": token} if token else {})}, run)
            if page is None:
                break
            _take(page, into)
            sentence = f"{into.read:,} events of {query.by.in_words} {query.value} read in {query.region}"
            await run.progress(sentence, _part(query, since, into.oldest))
            if not page.get("NextToken"):
                return None
            if page["NextToken"] == token:
                raise AwsError("RepeatedToken", "AWS gave the same page again", LOOKUP)
            if into.read >= query.most:
                return f"only the newest {into.read} events were read"
            token = page["NextToken"]
        return STOPPED

    async def _page(self, aws: ActionAws, parameters: Mapping[str, object], run: SearchRun) -> Mapping[str, Any] | None:
        """One page, asked for again while AWS throttles: what was read so far would be lost without it.

        None when a person ended the search meanwhile.
        """
        for pause_seconds in _THROTTLED_PAUSES_SECONDS:
            run.calls[LOOKUP] += 1
            try:
                return await aws.call(*LOOKUP.split(":"), **parameters)
            except AwsThrottled:
                await self._sleep(pause_seconds)
            if run.is_stopped():
                return None
        run.calls[LOOKUP] += 1
        return await aws.call(*LOOKUP.split(":"), **parameters)


def _part(query: EventQuery, since: datetime, oldest: datetime | None) -> float:
    """Which part of the time has been searched, from its end on."""
    whole = (query.until - since).total_seconds()
    return (query.until - (oldest or query.until)).total_seconds() / whole if whole > 0 else 0.0


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
