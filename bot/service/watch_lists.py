"""Tell people in time that a revocation list which they imported expires."""

from __future__ import annotations

from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.list_expiry import list_changes
from bot.ports import Clock
from bot.service.case_book import CaseBook


async def watch_lists(book: CaseBook, clock: Clock, case: Case) -> None:
    """Open the point of a list that ends, say that it has ended, or end the point of one that does not count any more.

    Raises:
        LogConflict, StoreUnavailable: nothing was written; the next look goes on from the log.
    """
    await book.decide(case.case_id, lambda now: [draft(one) for one in list_changes(now, clock.now())])
