"""LookupEvents, page by page: throttled in the middle, broken off, unreadable, and at AWS's rate."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.call_pace import CallPace, Rate
from bot.adapters.cloudtrail_search import LookupSearch
from bot.domain.errors import AwsDenied, AwsError, AwsThrottled
from bot.domain.event_search import By, EventQuery, EventsFound
from bot.domain.identity import Target
from bot.domain.search_run import SEARCHES as LOOKUP
from tests.fakes.fake_search import unheard

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TARGET = Target("111122223333", "eu-west-1", None, None)
PAGES = 100


def event(number: int) -> dict[str, Any]:
    """An event, a minute older than the one before it."""
    at = NOW - timedelta(minutes=number)
    record = {"eventID": str(number), "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    return {"EventTime": at, "CloudTrailEvent": json.dumps(record)}


class History:
    """5,000 events; implements as much of AWS as a search needs.

    Attributes:
        errors: what calls meet, by the number of the call.
        asked: the token of each call that was answered.
    """

    def __init__(self) -> None:
        self.errors: dict[int, AwsError] = {}
        self.asked: list[str | None] = []
        self.calls = 0

    def reader(self, _target: Target, _permissions: object, **_more: object) -> Any:
        """This is its own reader."""
        return self

    async def call(self, _service: str, _operation: str, /, **parameters: Any) -> Mapping[str, Any]:
        """One page of 50."""
        self.calls += 1
        if self.calls in self.errors:
            raise self.errors[self.calls]
        token = parameters.get("NextToken")
        self.asked.append(token)
        page = int(token or 0)
        events = [event(page * 50 + number) for number in range(50)]
        return {"Events": events, **({"NextToken": str(page + 1)} if page + 1 < PAGES else {})}

    def now(self) -> datetime:
        """The time."""
        return NOW


class Slept:
    """Sleeps that take no time."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Note it."""
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def history() -> History:
    """5,000 events."""
    return History()


@pytest.fixture
def slept() -> Slept:
    """What was slept."""
    return Slept()


async def search(history: History, slept: Slept, calls: Counter[str] | None = None) -> EventsFound:
    """Everything of the last 90 days."""
    query = EventQuery("111122223333", "eu-west-1", By.USERNAME, "ci", NOW - timedelta(days=90), NOW)
    return await LookupSearch(history, slept).search(TARGET, query, unheard(calls))  # type: ignore[arg-type]


def throttled() -> AwsThrottled:
    """AWS's no."""
    return AwsThrottled("ThrottlingException", "Rate exceeded", LOOKUP)


async def test_a_throttled_page_is_asked_for_again_with_the_place_kept(history: History, slept: Slept) -> None:
    """5,000 events in 100 pages come whole though two pages are throttled; no page is read twice."""
    history.errors = {40: throttled(), 70: throttled(), 71: throttled()}
    found = await search(history, slept)
    assert (len(found.records), found.why_cut) == (5_000, None)
    assert history.asked == [None, *(str(page) for page in range(1, PAGES))]
    assert slept.seconds == [2.0, 2.0, 5.0]


async def test_what_was_read_before_throttling_that_stays_is_kept(history: History, slept: Slept) -> None:
    """After the last pause the search ends, says why, and how far back it is complete."""
    history.errors = {number: throttled() for number in range(11, 100)}
    found = await search(history, slept)
    assert len(found.records) == 500
    assert found.why_cut == "AWS broke the search off (ThrottlingException)"
    assert found.searched_since == NOW - timedelta(minutes=499)


async def test_nothing_read_is_an_error(history: History, slept: Slept) -> None:
    """A search that is refused at once did not find nothing: it did not look."""
    history.errors = {1: AwsDenied("AccessDenied", "no", LOOKUP)}
    with pytest.raises(AwsDenied):
        await search(history, slept)
    assert slept.seconds == []


async def test_every_try_is_counted(history: History, slept: Slept) -> None:
    """Calls that were throttled are calls."""
    history.errors = {40: throttled()}
    calls: Counter[str] = Counter({"iam:GetRole": 1})
    await search(history, slept, calls)
    assert calls == {LOOKUP: 101, "iam:GetRole": 1}


async def test_an_event_that_cannot_be_read_is_counted(history: History, slept: Slept, monkeypatch: Any) -> None:
    """Broken JSON costs its own event only."""
    monkeypatch.setattr(f"{__name__}.PAGES", 1)
    first = await history.call("cloudtrail", "LookupEvents")
    broken = [{"EventTime": NOW, "CloudTrailEvent": text} for text in ("{", "[]", None)]

    async def call(*_names: str, **_parameters: Any) -> Mapping[str, Any]:
        return {"Events": [*broken, *first["Events"]]}

    monkeypatch.setattr(history, "call", call)
    found = await search(history, slept)
    assert (len(found.records), found.read, found.unreadable) == (50, 53, 3)


async def test_two_searches_share_the_rate() -> None:
    """Two searches of one account and Region together make two calls a second, in turns."""
    clock, order = [0.0], []

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(0)
        clock[0] += seconds

    pace, rate = CallPace(lambda: clock[0], sleep), Rate("LookupEvents", 0.5)

    class Paced(History):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        async def call(self, service: str, operation: str, /, **parameters: Any) -> Mapping[str, Any]:
            await pace.wait(rate, "1", "eu-west-1")
            order.append(self.name)
            return await super().call(service, operation, **parameters)

    found = await asyncio.gather(*(search(Paced(name), Slept()) for name in "ab"))
    assert [len(one.records) for one in found] == [5_000, 5_000]
    assert clock[0] == pytest.approx((2 * PAGES - 1) * 0.5)
    assert order == ["a", "b"] * PAGES
