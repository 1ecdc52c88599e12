"""CloudTrail's event history, searched with LookupEvents: 90 days, one key a search, two calls a second."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.adapters.kept_pages import KeptPages
from bot.domain.action import ActionAws
from bot.domain.errors import AwsError, AwsThrottled
from bot.domain.event_search import LOOKUP_KEYS, EventQuery, EventsFound, Record
from bot.domain.identity import Target
from bot.domain.kept_search import FoundEvent, KeptPage, KeptSearches
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
    """What was read so far; ``reached`` are the events of the oldest second, which are read again after a restart."""

    by_id: dict[str, Record] = field(default_factory=dict)
    read: int = 0
    unreadable: int = 0
    oldest: datetime | None = None
    reached: set[str] = field(default_factory=set)


class LookupSearch:
    """Searches with LookupEvents; implements :class:`bot.ports.EventSearch`.

    Args:
        accounts: AWS; its calls keep AWS's rate, which all searches of an account and Region share.
        sleep: waits for seconds.
        kept: keeps the pages of long searches over a restart; None keeps none.
    """

    keys = LOOKUP_KEYS

    def __init__(
        self,
        accounts: AwsAccounts,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        kept: KeptSearches | None = None,
    ) -> None:
        self._accounts = accounts
        self._sleep = sleep
        self._kept = KeptPages(kept)

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

    async def forget(self, kept_for: str) -> None:
        """See :meth:`bot.ports.EventSearch.forget`."""
        await self._kept.forget(kept_for, datetime.now(UTC))

    async def _read_all(
        self, aws: ActionAws, query: EventQuery, since: datetime, run: SearchRun, into: _Read
    ) -> str | None:
        """Read page after page, newest first; returns why not to the end, or None."""
        kept = await self._kept.pages(run.kept_for, query, aws.now())
        for page in kept:
            _take(page, into)
        if kept:
            await run.progress(f"{into.read:,} events in {query.region} were read before", _part(query, since, into))
        until, again = (into.oldest or query.until, into.reached) if kept else (query.until, set[str]())
        number, token, is_last = len(kept), None, bool(kept) and kept[-1].is_last
        while not is_last:
            if into.read >= query.most:
                return f"only the newest {into.read} events were read"
            if run.is_stopped():
                return STOPPED
            answer = await self._page(aws, _parameters(query, since, until, token), run)
            if answer is None:
                return STOPPED
            page, following = _page_of(answer, again), answer.get("NextToken")
            _take(page, into)
            if number or not page.is_last:
                await self._kept.keep(run.kept_for, query, number, page, aws.now())
            if token and following == token:
                raise AwsError("RepeatedToken", "AWS gave the same page again", LOOKUP)
            number, token, is_last = number + 1, following, page.is_last
            sentence = f"{into.read:,} events of {query.by.in_words} {query.value} read in {query.region}"
            await run.progress(sentence, _part(query, since, into))
        return None

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


def _part(query: EventQuery, since: datetime, read: _Read) -> float:
    """Which part of the time has been searched, from its end on."""
    whole = (query.until - since).total_seconds()
    return (query.until - (read.oldest or query.until)).total_seconds() / whole if whole > 0 else 0.0


def _parameters(query: EventQuery, since: datetime, until: datetime, token: str | None) -> dict[str, object]:
    return {
        "LookupAttributes": [{"AttributeKey": query.by.value, "AttributeValue": query.value}],
        "StartTime": since,
        "EndTime": until,
        "MaxResults": _PAGE_SIZE,
        **({"NextToken": token} if token else {}),
    }


def _page_of(answer: Mapping[str, Any], again: Collection[str]) -> KeptPage:
    """One page, less the events that the process before has read already."""
    events = (_event(one) for one in answer.get("Events", ()))
    return KeptPage(tuple(one for one in events if one.event_id not in again), not answer.get("NextToken"))


def _event(event: Mapping[str, Any]) -> FoundEvent:
    text = str(event.get("CloudTrailEvent") or "")
    # Without an id of its own, an event is known by what it says.
    event_id = event.get("EventId") or hashlib.sha256(text.encode(errors="replace")).hexdigest()
    return FoundEvent(event.get("EventTime"), str(event_id), text)


def _take(page: KeptPage, into: _Read) -> None:
    for event in page.events:
        into.read += 1
        if event.at is not None and event.at != into.oldest:
            into.oldest, into.reached = event.at, set()
        into.reached.add(event.event_id)
        try:
            record = json.loads(event.text)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            into.unreadable += 1
            continue
        # CloudTrail may deliver an event twice.
        into.by_id.setdefault(str(record.get("eventID") or into.read), record)
