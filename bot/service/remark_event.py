"""An event that opens no case is worth a line in the case that its trust anchor has already."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.detection import Detection
from bot.domain.events import draft
from bot.domain.remark import Remarked
from bot.domain.reports import is_same_anchor
from bot.service.case_book import CaseBook


async def remark_event(book: CaseBook, detection: Detection, reasons: Sequence[str]) -> None:
    """Tell the thread of the trust anchor's case, if it has one, of an event and why nobody was called; once.

    ``reasons`` are sentences of ours, and the event's name is one that the rule knows.

    Raises:
        StoreUnavailable: nothing was stored.
    """
    known = await book.cases_of(detection.event_id, detection.anchor.anchor_id)
    case = next((case for case in known if any(is_same_anchor(one, detection) for one in case.detections)), None)
    if case is None:
        return
    when = f"{detection.happened_at:%Y-%m-%d %H:%M} UTC"
    remark = Remarked(f"{detection.event_name} at {when}. {' '.join(reasons)}", f"event:{detection.event_id}")

    def rule(now: Case) -> Sequence[Draft]:
        return [] if remark.about in now.remarks else [draft(remark)]

    await book.decide(case.case_id, rule)
