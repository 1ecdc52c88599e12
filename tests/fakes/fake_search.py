"""CloudTrail in memory, as strict about Regions and time ranges as the real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.errors import AwsError
from bot.domain.event_search import LOOKUP_KEYS, By, EventQuery, EventsFound
from bot.domain.identity import Target
from bot.domain.search_run import STOPPED, SearchRun


class FakeSearch:
    """Records by Region; implements :class:`bot.ports.EventSearch`.

    Attributes:
        error: raised by every search, or None.
        queries: what was asked, in order.
        forgotten: for what nothing has to be kept any more.
        keys: by what it can search.
    """

    keys = LOOKUP_KEYS

    def __init__(self, records: Iterable[Mapping[str, Any]] = ()) -> None:
        self.records = list(records)
        self.error: AwsError | None = None
        self.queries: list[EventQuery] = []
        self.forgotten: list[str] = []

    async def forget(self, kept_for: str) -> None:
        """See :meth:`bot.ports.EventSearch.forget`."""
        self.forgotten.append(kept_for)

    async def search(self, target: Target, query: EventQuery, run: SearchRun) -> EventsFound:
        """See :meth:`bot.ports.EventSearch.search`."""
        del target
        self.queries.append(query)
        if run.is_stopped():
            return EventsFound(query, (), query.until, 0, "fake", STOPPED)
        run.calls["cloudtrail:LookupEvents"] += 1
        if self.error is not None:
            raise self.error
        if query.by not in self.keys:
            raise AwsError("UnsupportedSearch", "not by that", "cloudtrail:LookupEvents")
        found = list({one.get("eventID", id(one)): one for one in self.records if _fits(one, query)}.values())
        found.sort(key=_time, reverse=True)
        cut = found[: query.most]
        why = f"only the newest {query.most} events were read" if len(cut) < len(found) else None
        since = _time(cut[-1]) if why else query.since
        return EventsFound(query, tuple(cut), since, len(cut), "fake", why)


def unheard(calls: Counter[str] | None = None) -> SearchRun:
    """A run of a search of which nobody hears; ``calls`` counts its calls."""

    async def nobody(_sentence: str, _part: float | None) -> None:
        return

    return SearchRun(Counter() if calls is None else calls, nobody)


def _time(record: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(record["eventTime"])).astimezone(UTC)


def _fits(record: Mapping[str, Any], query: EventQuery) -> bool:
    identity = record.get("userIdentity") or {}
    resources = [one.get("ARN") for one in record.get("resources") or ()]
    arn = str(identity.get("arn"))
    values = {
        By.EVENT_SOURCE: [record.get("eventSource")],
        By.EVENT_NAME: [record.get("eventName")],
        By.USERNAME: [identity.get("userName"), arn.rpartition("/")[2]],
        By.ACCESS_KEY: [identity.get("accessKeyId")],
        By.RESOURCE: resources,
        By.EVENT_ID: [record.get("eventID")],
        By.ADDRESS: [record.get("sourceIPAddress")],
    }
    if identity.get("type") == "Root":
        values[By.USERNAME].append("root")
    in_place = record.get("awsRegion") == query.region
    return in_place and query.value in values[query.by] and query.since <= _time(record) <= query.until
