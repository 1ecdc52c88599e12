"""End a request whose deadline has passed: nothing is run."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.audit import Draft
from bot.domain.case import Case, RequestState
from bot.domain.events import RequestExpired, draft
from bot.domain.identity import CaseId
from bot.ports import Clock
from bot.service.case_book import CaseBook


async def expire_request(book: CaseBook, clock: Clock, case_id: CaseId, request_id: str) -> None:
    """Write that a request has expired, unless it was settled meanwhile."""

    def rule(case: Case) -> Sequence[Draft]:
        request = case.requests[request_id]
        if request.state is not RequestState.PENDING or clock.now() < request.deadline:
            return []
        return [draft(RequestExpired(request_id))]

    await book.decide(case_id, rule)
