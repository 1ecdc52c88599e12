"""The contract of ``KeptSearches``, over the fake and over each real store."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.event_search import By, EventQuery
from bot.domain.kept_search import RESUMABLE, FoundEvent, KeptPage
from tests.fakes.chains import NOON
from tests.fakes.stores import KEPT_SEARCHES, OpenKeptSearches

QUERY = EventQuery("111122223333", "eu-west-1", By.USERNAME, "ci", NOON - timedelta(days=90), NOON)
ROUND = "AW-1:3:0"


def page(number: int, *, is_last: bool = False) -> KeptPage:
    """A page of two events, one of which nobody can read."""
    events = (FoundEvent(NOON, f"e{number}", '{"a": "\ud800 ü\\u0000"}'), FoundEvent(None, "", "no JSON"))
    return KeptPage(events, is_last)


@pytest.fixture(params=list(KEPT_SEARCHES))
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> OpenKeptSearches:
    """Opens the store under test; a second use is its next life."""
    return KEPT_SEARCHES[request.param](tmp_path)


class TestKeptSearches:
    """What all of them promise."""

    async def test_pages_come_back_whole_and_in_order_after_a_restart(self, opened: OpenKeptSearches) -> None:
        """Any text comes back as it was; a page that is kept again takes the place of the one before."""
        async with opened() as kept:
            for number in (0, 1, 2, 1):
                await kept.keep(ROUND, QUERY, number, page(number, is_last=number == 2), NOON)
        async with opened() as kept:
            found = await kept.pages(ROUND, QUERY, NOON)
        assert found == (page(0), page(1), page(2, is_last=True))

    async def test_another_question_or_purpose_has_its_own(self, opened: OpenKeptSearches) -> None:
        """The account, the Region, the key, the time, the limit and what it is read for: each makes another search."""
        async with opened() as kept:
            await kept.keep(ROUND, QUERY, 0, page(0), NOON)
            for change in ({"account": "1"}, {"region": "x"}, {"by": By.ADDRESS}, {"until": NOON - RESUMABLE}):
                assert await kept.pages(ROUND, replace(QUERY, **change), NOON) == ()
            assert await kept.pages(ROUND, replace(QUERY, most=7), NOON) == ()
            assert await kept.pages("AW-1:3:1", QUERY, NOON) == ()

    async def test_what_is_too_old_is_as_if_it_were_not_there(self, opened: OpenKeptSearches) -> None:
        """Also when only the first page is; whatever is kept next drops it for good."""
        later = NOON + RESUMABLE + timedelta(seconds=1)
        async with opened() as kept:
            await kept.keep(ROUND, QUERY, 0, page(0), NOON)
            assert len(await kept.pages(ROUND, QUERY, NOON + RESUMABLE)) == 1
            assert await kept.pages(ROUND, QUERY, later) == ()
            await kept.keep(ROUND, QUERY, 1, page(1), later)
            assert await kept.pages(ROUND, QUERY, NOON) == ()

    async def test_what_is_over_is_forgotten(self, opened: OpenKeptSearches) -> None:
        """All searches of one purpose go, others stay."""
        other = replace(QUERY, value="other")
        async with opened() as kept:
            for kept_for, query in ((ROUND, QUERY), (ROUND, other), ("R1", QUERY)):
                await kept.keep(kept_for, query, 0, page(0), NOON)
            await kept.forget(ROUND, NOON)
        async with opened() as kept:
            found = [len(await kept.pages(*one, NOON)) for one in ((ROUND, QUERY), (ROUND, other), ("R1", QUERY))]
        assert found == [0, 0, 1]
