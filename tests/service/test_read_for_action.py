"""Actions that only read: how far they are, what they took, and how a person ends them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.domain.action import Plan, Report, ResponseAction, SearchingAws, Target
from bot.domain.case import Request, RequestState
from bot.domain.event_search import EventQuery, EventsFound
from bot.domain.events import draft, slack_user
from bot.domain.search_bar import Progress, SearchStopAsked
from bot.domain.search_run import SearchRun
from bot.service import read_for_action
from bot.service.rules_now import RulesNow
from bot.service.run_action import RunAction
from tests.fakes.desk import ACTIONS, Desk, Killed
from tests.fakes.fake_search import FakeSearch
from tests.fakes.memory_claims import MemoryClaims

FIND = "find_certificate_usage"


class Slow(FakeSearch):
    """A search of 100 pages that ends between two of them when a person wants that."""

    def __init__(self, stop: Callable[[int], Awaitable[None]]) -> None:
        super().__init__()
        self._stop = stop

    async def search(self, target: Target, query: EventQuery, run: SearchRun) -> EventsFound:
        """See :class:`FakeSearch`."""
        for page in range(1, 101):
            if run.is_stopped():
                found = await super().search(target, query, run)
                return replace(found, read=page * 50)
            run.calls["cloudtrail:LookupEvents"] += 1
            await run.progress(f"{page * 50} events read", page / 100)
            await self._stop(page)
            await asyncio.sleep(0.005)
        return await super().search(target, query, run)


async def asked(desk: Desk, action_id: str = FIND) -> None:
    """Somebody has asked for a reading action."""
    await desk.ask("U1", action_id, revision=(await desk.case()).revision)


def runs(desk: Desk, search: FakeSearch, actions: dict[str, ResponseAction] | None = None) -> RunAction:
    """The use case with this engine, which looks at the log often."""
    claims = MemoryClaims(desk.disk, desk.life.step)
    rules = RulesNow(desk.policy.terms_for)
    run = RunAction(desk.book, actions or ACTIONS, desk.aws, desk.directory, desk.clock, search, claims, rules)
    run._reading._seconds_between_looks = 0.01  # noqa: SLF001 - Half a second is long for a test.
    return run


async def hear(_progress: Progress) -> None:
    """Nobody listens."""


async def settled(desk: Desk) -> Request:
    """The request as it ended."""
    return (await desk.case()).requests["R1"]


async def test_it_says_which_search_it_is_at(desk: Desk) -> None:
    """Parts of the searches that the plan names, and how many calls were made."""
    heard: list[Progress] = []

    async def listen(progress: Progress) -> None:
        heard.append(progress)

    class Half(FakeSearch):
        async def search(self, target: Target, query: EventQuery, run: SearchRun) -> EventsFound:
            await run.progress(f"{query.by.value} half read", 0.5)
            return await super().search(target, query, run)

    await asked(desk)
    await runs(desk, Half())(desk.case_id, "R1", listen)
    assert heard == [Progress("EventSource half read", 0.5, 2, 1), Progress("EventName half read", 1.5, 2, 2)]


async def test_what_it_took_is_kept_in_the_log(desk: Desk) -> None:
    """The calls stand beside the result, in one append."""
    await asked(desk)
    await runs(desk, FakeSearch())(desk.case_id, "R1", hear)
    (measured,) = desk.kinds("search:measured")
    assert measured.data["calls"] == {"rolesanywhere:GetTrustAnchor": 1, "cloudtrail:LookupEvents": 2}
    assert desk.kinds("run:finished")[0].seq == measured.seq + 1


async def test_a_person_ends_it_and_what_was_read_is_told(desk: Desk) -> None:
    """The search ends before its next page; the report says what was not looked at, and nothing is left running."""

    async def stop(page: int) -> None:
        if page == 3:
            await desk.appended(draft(SearchStopAsked("R1"), slack_user("U2")))

    await asked(desk)
    engine = Slow(stop)
    async with asyncio.timeout(5):
        await runs(desk, engine)(desk.case_id, "R1", hear)
    request = await settled(desk)
    assert request.state is RequestState.DONE
    assert request.report is not None
    ended = [one for one in request.report.not_checked if "somebody ended the search" in one]
    assert len(ended) == 2
    assert desk.kinds("search:measured")[0].data["calls"]["cloudtrail:LookupEvents"] < 50


async def test_what_does_not_end_by_itself_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An action that waits for something else is given up, and its outcome claims nothing."""
    monkeypatch.setattr(read_for_action, "_SECONDS_TO_END", 0.05)

    async def waits(_plan: Plan, _aws: SearchingAws) -> Report:
        await desk.appended(draft(SearchStopAsked("R1"), slack_user("U2")))
        await asyncio.Event().wait()
        raise AssertionError

    await asked(desk)
    stuck = {FIND: replace(ACTIONS[FIND], apply=waits)}
    async with asyncio.timeout(5):
        await runs(desk, FakeSearch(), stuck)(desk.case_id, "R1", hear)
    request = await settled(desk)
    assert (request.state, request.report) == (RequestState.FAILED, None)
    assert request.sentence == "Somebody ended it before it was over, and nothing of it is known."


async def test_a_stop_that_a_dead_process_left_ends_it_at_once(desk: Desk) -> None:
    """The next life asks AWS for no event."""

    async def stop(_page: int) -> None:
        await desk.appended(draft(SearchStopAsked("R1"), slack_user("U2")))
        raise Killed

    await asked(desk)
    with pytest.raises(Killed):
        await runs(desk, Slow(stop))(desk.case_id, "R1", hear)
    desk.rise()
    engine = Slow(_never)
    await runs(desk, engine)(desk.case_id, "R1", hear)
    assert (await settled(desk)).state is RequestState.DONE
    assert desk.kinds("search:measured")[0].data["calls"].get("cloudtrail:LookupEvents", 0) <= 4


async def _never(_page: int) -> None:
    return


async def test_the_store_that_fails_while_it_runs_ends_no_search(desk: Desk) -> None:
    """Whether it should end can't be asked then; it goes on."""

    class Breaks(FakeSearch):
        async def search(self, target: Target, query: EventQuery, run: SearchRun) -> EventsFound:
            desk.disk.failing = True
            await asyncio.sleep(0.05)
            desk.disk.failing = False
            return await super().search(target, query, run)

    await asked(desk)
    await runs(desk, Breaks())(desk.case_id, "R1", hear)
    assert (await settled(desk)).state is RequestState.DONE
