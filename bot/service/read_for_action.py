"""Run an action that only reads: say how far it is, and end it when a person wants that."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.domain.case import Case, Request
from bot.domain.errors import AwsError, StoreUnavailable
from bot.domain.events import Outcome
from bot.domain.plan import Report
from bot.domain.response_action import ResponseAction
from bot.domain.search_bar import Progress, SearchMeasured, bar_of_request
from bot.domain.search_run import SEARCHES, Precedence, SearchRun
from bot.ports import AwsAccounts, EventSearch
from bot.service.aws_with_search import AwsWithSearch
from bot.service.aws_words import aws_sentence
from bot.service.case_book import CaseBook

HearProgress = Callable[[Progress], Awaitable[None]]

# A search ends between two calls by itself and keeps what it has; what does not is ended from outside.
_SECONDS_TO_END = 12.0
# All of the time may have been read and not yet all of the pages; a search is over when it ends.
_NEARLY = 0.99
_ENDED_UNREAD = "Somebody ended it before it was over, and nothing of it is known."


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reading action brought and took; ``report`` None means that it brought nothing."""

    outcome: Outcome
    sentence: str
    report: Report | None
    measured: SearchMeasured


@dataclass(slots=True)
class _Told:
    """What a search has told so far: which searches it has begun, and how far the newest is."""

    hear: HearProgress
    calls: Counter[str] = field(default_factory=Counter)
    total: int = 0
    aws: AwsWithSearch | None = None

    async def part(self, sentence: str, part: float | None) -> None:
        """Hear of a search of CloudTrail."""
        over = self.aws.searches_over if self.aws else 0
        await self.hear(Progress(sentence, over + min(part or 0.0, _NEARLY), self.total, self.calls.total()))

    async def sentence(self, sentence: str) -> None:
        """Hear of anything else."""
        await self.hear(Progress(sentence, 0.0, 0, self.calls.total()))


class ReadForAction:
    """Runs actions of risk ``read``.

    Args:
        book: the cases.
        accounts: AWS.
        search: searches CloudTrail.
        seconds_between_looks: how often the log is asked whether a person wants it to end.
    """

    def __init__(
        self, book: CaseBook, accounts: AwsAccounts, search: EventSearch, seconds_between_looks: float = 0.5
    ) -> None:
        self._book = book
        self._accounts = accounts
        self._search = search
        self._seconds_between_looks = seconds_between_looks

    async def __call__(self, case: Case, request: Request, action: ResponseAction, hear: HearProgress) -> Reading:
        """Plan and apply it; whatever AWS says becomes a sentence."""
        told, stopped = _Told(hear), asyncio.Event()
        reader = self._accounts.reader(
            case.target, action.permissions, progress=told.sentence, precedence=Precedence.AWAITED
        )
        run = SearchRun(told.calls, told.part, Precedence.AWAITED, stopped.is_set, _kept_for(case, request))
        bar = bar_of_request(case, request.request_id)
        begun_at = bar.begun_at if bar else None
        told.aws = aws = AwsWithSearch(reader, case.target, action.permissions, self._search, run, begun_at)

        async def read() -> Report:
            plan = await action.plan(case.target, aws)
            told.total = len(plan.calls) if SEARCHES in action.permissions else 0
            return await action.apply(plan, aws)

        outcome, sentence, report = Outcome.FAILED, _ENDED_UNREAD, None
        try:
            report = await self._unless_stopped(case, request, read(), stopped)
        except AwsError as error:
            sentence = aws_sentence(error)
        if report is not None:
            outcome, sentence = Outcome.DONE, report.summary
        measured = SearchMeasured(request.request_id, dict(told.calls), tuple(aws.scans))
        return Reading(outcome, sentence, report, measured)

    async def forget(self, case: Case, request: Request) -> None:
        """Drop what was kept of its searches; its end is in the log."""
        await self._search.forget(_kept_for(case, request))

    async def _unless_stopped(
        self, case: Case, request: Request, reading: Coroutine[Any, Any, Report], stopped: asyncio.Event
    ) -> Report | None:
        """What the reading brings; None when it had to be ended from outside."""
        work = asyncio.create_task(reading)
        watch = asyncio.create_task(self._until_stopped(case, request))
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                stopped.set()
                await asyncio.wait({work}, timeout=_SECONDS_TO_END)
            return work.result() if work.done() else None
        finally:
            work.cancel()
            watch.cancel()
            await asyncio.gather(work, watch, return_exceptions=True)

    async def _until_stopped(self, case: Case, request: Request) -> None:
        """Return when a person asks it to end."""
        while True:
            try:
                bar = bar_of_request(await self._book.load(case.case_id), request.request_id)
            except StoreUnavailable:
                # The reading itself can go on.
                bar = None
            if bar is not None and bar.stop_by is not None:
                return
            await asyncio.sleep(self._seconds_between_looks)


def _kept_for(case: Case, request: Request) -> str:
    return f"{case.case_id}:{request.request_id}"
