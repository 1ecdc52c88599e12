"""Find a run's own events in CloudTrail, and settle by them what reading AWS back could not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.domain import events as ev
from bot.domain.audit import Draft
from bot.domain.case import Case, Request
from bot.domain.errors import AwsError
from bot.domain.event_search import EventQuery, Record
from bot.domain.identity import CaseId
from bot.domain.own_events import is_own, looks_for, matched, planned_calls
from bot.domain.plan import Verdict
from bot.domain.receipt import OutcomeProved, OwnCall, ReceiptFound, ReceiptLooked
from bot.domain.receipt_steps import is_unsettled, receipt_due
from bot.domain.response_action import ResponseAction
from bot.domain.search_run import SearchRun
from bot.kill_points import KillPoint, reached
from bot.ports import AwsAccounts, Clock, EventSearch
from bot.service.aws_words import aws_sentence
from bot.service.case_book import CaseBook
from bot.service.read_back import ReadBack
from bot.service.run_log import begun_plan

_log = structlog.get_logger()

# By then CloudTrail has what it will have, as a rule: it delivers within about five minutes.
# See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
_SURELY_DELIVERED = timedelta(minutes=15)
_MOST_EVENTS = 500
_BROKEN = re.compile(r"Internal|Unavailable|ServiceFailure|Timeout|^5\d\d$", re.ASCII)


class FindReceipt:
    """Looks for the receipts of runs.

    Args:
        book: the cases.
        actions: the response actions by id.
        accounts: AWS, to be read back when CloudTrail settles an outcome.
        search: searches CloudTrail's own history, which is sooner and surer than a trail's files.
        clock: the time up to which CloudTrail is searched.
    """

    def __init__(
        self,
        book: CaseBook,
        actions: Mapping[str, ResponseAction],
        accounts: AwsAccounts,
        search: EventSearch,
        clock: Clock,
    ) -> None:
        self._book = book
        self._actions = actions
        self._read_back = ReadBack(accounts)
        self._search = search
        self._clock = clock

    async def __call__(self, case_id: CaseId, request_id: str) -> None:
        """Look once, and write what was found.

        Raises:
            LogConflict, StoreUnavailable: it could not be written; the next look finds it again.
        """
        case = await self._book.load(case_id)
        request = case.requests[request_id]
        if receipt_due(request, self._book.standing.receipts_after) is None:
            return
        until = self._clock.now()
        last = request.receipt.looks + 1 >= len(self._book.standing.receipts_after)
        try:
            records = await self._records(case, request, until)
        except AwsError as error:
            await self._append(case, request, ReceiptLooked(request_id, until, last, aws_sentence(error)))
            return
        await self._found(case, request, records, until, last=last)

    async def _records(self, case: Case, request: Request, until: datetime) -> list[Record]:
        found: dict[str, Record] = {}
        planned = planned_calls(request.plan)
        for look in looks_for(planned, request.begun):
            query = EventQuery(
                case.target.account, look.region, look.by, look.value, look.since, until, most=_MOST_EVENTS
            )
            events = await self._search.search(case.target, query, SearchRun(Counter(), _unheard))
            found |= {str(one.get("eventID")): one for one in events.records}
        return [one for one in found.values() if is_own(one, case.target.account, request.begun)]

    async def _found(
        self, case: Case, request: Request, records: Sequence[Record], until: datetime, *, last: bool
    ) -> None:
        planned = planned_calls(request.plan)
        old_enough = request.ended_at is not None and until - request.ended_at >= _SURELY_DELIVERED
        calls, missing = matched(planned, records, refusals_count=old_enough or last)
        if (missing and not last) or not calls:
            await self._append(case, request, ReceiptLooked(request.request_id, until, last))
            return
        found = ReceiptFound(request.request_id, calls, missing, until)
        proved = None if missing or not is_unsettled(request) else await self._proof(case, request, calls)
        reached(KillPoint.AFTER_RECEIPT_SEARCH)
        await self._append(case, request, found, *([] if proved is None else [proved]))
        _log.info("receipt_found", case=case.case_id, action=request.action_id, calls=len(calls), missing=len(missing))

    async def _proof(self, case: Case, request: Request, calls: Sequence[OwnCall]) -> OutcomeProved | None:
        """How the run ended by its own events, which say what happened then, and by AWS, which says what is now.

        None when that settles nothing.
        """
        action = self._actions.get(request.action_id)
        verdict = Verdict(None, "")
        if action is not None:
            verdict = await self._read_back.proved(
                case, await self._read_back.verdict(case, action, begun_plan(request))
            )
        refused = [one for one in calls if one.error_code]
        if not refused:
            return _made(request, verdict)
        # A server's error may come behind the effect.
        if verdict.done is None and any(_BROKEN.search(str(one.error_code)) for one in refused):
            return None
        return _refused(request, verdict, len(calls), refused)

    async def _append(self, case: Case, seen: Request, *events: ReceiptFound | ReceiptLooked | OutcomeProved) -> None:
        def rule(now: Case) -> Sequence[Draft]:
            # Somebody else may have looked meanwhile.
            known = now.requests[seen.request_id].receipt
            return [ev.draft(one) for one in events] if known == seen.receipt else []

        await self._book.decide(case.case_id, rule)


async def _unheard(_sentence: str, _part: float | None) -> None:
    """Nobody waits for this."""


def _made(request: Request, verdict: Verdict) -> OutcomeProved:
    state = dict(verdict.state) or None
    if verdict.done is False:
        sentence = f"CloudTrail shows that it was done, but it was changed since: {verdict.sentence}"
        return OutcomeProved(request.request_id, done=False, sentence=sentence, state=state)
    sentence = f"CloudTrail shows that it was done. {verdict.sentence}".strip()
    return OutcomeProved(request.request_id, done=True, sentence=sentence, state=state)


def _refused(request: Request, verdict: Verdict, calls: int, refused: Sequence[OwnCall]) -> OutcomeProved:
    names = ", ".join(sorted({f"{one.call} with {one.error_code}" for one in refused}))
    but = "But " if verdict.done else ""
    sentence = f"CloudTrail shows that AWS refused {len(refused)} of {calls} calls: {names}. {but}{verdict.sentence}"
    state = dict(verdict.state) or None
    return OutcomeProved(request.request_id, done=bool(verdict.done), sentence=sentence.strip(), state=state)
