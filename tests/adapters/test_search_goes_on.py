"""A long search that a restart cuts off goes on where it was, and finds what it would have found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.cloudtrail_search import LookupSearch
from bot.adapters.sqlite_kept_searches import SqliteKeptSearches
from bot.adapters.sqlite_log import SqliteLog
from bot.domain.errors import StoreUnavailable
from bot.domain.event_search import By, EventQuery, EventsFound
from bot.domain.identity import Target
from bot.domain.kept_search import RESUMABLE
from tests.fakes.fake_search import unheard

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TARGET = Target("111122223333", "eu-west-1", None, None)
QUERY = EventQuery(TARGET.account, TARGET.region, By.USERNAME, "ci", NOON - timedelta(days=90), NOON)
ROUND = "AW-1:3:0"
PAGES = 9


class Died(BaseException):
    """The process was killed."""


def event(number: int) -> dict[str, Any]:
    """An event; seven happen in each second, so that pages end in the middle of one, and some can't be read."""
    at = NOON - timedelta(seconds=number // 7)
    record = {"eventID": str(number), "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    text = "no JSON" if number % 50 == 3 else json.dumps(record)
    return {"EventTime": at, "EventId": f"id-{number}", "CloudTrailEvent": text}


class History:
    """CloudTrail as strict as AWS about time; implements as much of AWS as a search needs.

    Attributes:
        calls: how many were made.
        dies_at: the call at which the process dies; 0 means that it lives.
        time: what it is now.
    """

    def __init__(self) -> None:
        self.calls = 0
        self.dies_at = 0
        self.time = NOON
        self._events = [event(number) for number in range(50 * PAGES - 20)]

    def reader(self, _target: Target, _permissions: object, **_more: object) -> Any:
        """This is its own reader."""
        return self

    async def call(self, _service: str, _operation: str, /, **parameters: Any) -> Mapping[str, Any]:
        """One page of 50, newest first, both ends of the time included."""
        self.calls += 1
        if self.calls == self.dies_at:
            raise Died
        found = [one for one in self._events if parameters["StartTime"] <= one["EventTime"] <= parameters["EndTime"]]
        start = int(parameters.get("NextToken", 0))
        token = {"NextToken": str(start + 50)} if start + 50 < len(found) else {}
        return {"Events": found[start : start + 50], **token}

    def now(self) -> datetime:
        """The time."""
        return self.time


async def search(history: History, folder: Path, query: EventQuery = QUERY, kept_for: str = ROUND) -> EventsFound:
    """One life of the process: it opens the store, searches, and closes the store if it lives so long."""
    log = SqliteLog.open(folder / "cases.db")
    try:
        engine = LookupSearch(history, kept=SqliteKeptSearches(log.file))  # type: ignore[arg-type]
        return await engine.search(TARGET, query, replace(unheard(), kept_for=kept_for))
    finally:
        await log.close()


@pytest.mark.parametrize("dies_at", range(1, PAGES + 1))
async def test_it_goes_on_where_it_was(dies_at: int, tmp_path: Path) -> None:
    """Wherever the process dies, the next one reads the rest only, and finds the same to the last count."""
    whole, cut = History(), History()
    expected = await search(whole, tmp_path / "whole")
    assert whole.calls == PAGES
    cut.dies_at = dies_at
    with pytest.raises(Died):
        await search(cut, tmp_path)
    cut.calls = cut.dies_at = 0
    found = await search(cut, tmp_path)
    assert found == expected
    assert [one["eventID"] for one in found.records] == [one["eventID"] for one in expected.records]
    assert (found.read, found.unreadable) == (50 * PAGES - 20, PAGES)
    assert cut.calls <= PAGES - (dies_at - 1) + 1
    assert cut.calls < PAGES or dies_at <= 2


async def test_it_says_that_it_goes_on(tmp_path: Path) -> None:
    """The first thing that is heard is how many events were read before."""
    history, said = History(), []

    async def hear(sentence: str, part: float | None) -> None:
        said.append((sentence, part))

    history.dies_at = 4
    with pytest.raises(Died):
        await search(history, tmp_path)
    history.dies_at = 0
    log = SqliteLog.open(tmp_path / "cases.db")
    engine = LookupSearch(history, kept=SqliteKeptSearches(log.file))  # type: ignore[arg-type]
    await engine.search(TARGET, QUERY, replace(unheard(), kept_for=ROUND, progress=hear))
    await log.close()
    assert said[0][0] == "150 events in eu-west-1 were read before"


async def test_one_that_was_over_is_not_read_again(tmp_path: Path) -> None:
    """A step may have several searches: those that had ended before it was cut off cost nothing."""
    history = History()
    expected = await search(history, tmp_path)
    history.calls = 0
    assert await search(history, tmp_path) == expected
    assert history.calls == 0


async def test_a_limit_that_was_reached_stays_reached(tmp_path: Path) -> None:
    """The newest events that were wanted are there already, and why it was cut is said as before."""
    history, query = History(), replace(QUERY, most=120)
    expected = await search(history, tmp_path, query)
    history.calls = 0
    assert await search(history, tmp_path, query) == expected
    assert (history.calls, expected.why_cut) == (0, "only the newest 150 events were read")


async def test_what_is_over_leaves_nothing_behind(tmp_path: Path) -> None:
    """Once its round has ended, or half an hour has passed, it begins anew."""
    history = History()
    await search(history, tmp_path)
    log = SqliteLog.open(tmp_path / "cases.db")
    kept = SqliteKeptSearches(log.file)
    assert len(await kept.pages(ROUND, QUERY, NOON)) == PAGES
    await LookupSearch(history, kept=kept).forget(ROUND)  # type: ignore[arg-type]
    assert await kept.pages(ROUND, QUERY, NOON) == ()
    await log.close()


async def test_too_late_it_begins_anew(tmp_path: Path) -> None:
    """After half an hour nothing of what was kept is believed."""
    history = History()
    await search(history, tmp_path)
    history.calls, history.time = 0, NOON + RESUMABLE + timedelta(seconds=1)
    await search(history, tmp_path)
    assert history.calls == PAGES


async def test_a_short_search_keeps_nothing(tmp_path: Path) -> None:
    """Hundreds of searches of one page write nothing to the disk."""
    history, query = History(), replace(QUERY, since=NOON - timedelta(seconds=3))
    await search(history, tmp_path, query)
    log = SqliteLog.open(tmp_path / "cases.db")
    assert await SqliteKeptSearches(log.file).pages(ROUND, query, NOON) == ()
    await log.close()


async def test_without_a_purpose_nothing_is_kept(tmp_path: Path) -> None:
    """Who does not say what it is read for can't go on later."""
    history = History()
    await search(history, tmp_path, kept_for="")
    history.calls = 0
    await search(history, tmp_path, kept_for="")
    assert history.calls == PAGES


async def test_a_store_that_fails_costs_the_keeping_only() -> None:
    """The search goes on and finds everything."""

    class Fails:
        async def pages(self, *_: object) -> Any:
            raise StoreUnavailable("no")

        keep = forget = pages

    history = History()
    engine = LookupSearch(history, kept=Fails())  # type: ignore[arg-type]
    found = await engine.search(TARGET, QUERY, replace(unheard(), kept_for=ROUND))
    await engine.forget(ROUND)
    assert (found.read, history.calls) == (50 * PAGES - 20, PAGES)
