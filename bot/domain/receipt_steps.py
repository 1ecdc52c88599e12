"""How a run's receipt comes in, and how an outcome that was not known is settled: by proof, or by a person's word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from bot.domain.audit import Entry
from bot.domain.case import Case, Request, RequestState
from bot.domain.own_events import planned_calls
from bot.domain.receipt import OutcomeProved, OutcomeTold, Receipt, ReceiptFound, ReceiptLooked, Word
from bot.domain.request_steps import user_of, with_outcome

_ONLY_SAID = "A person says so; AWS did not confirm it."
_SETTLED = {True: RequestState.DONE, False: RequestState.FAILED}


def receipt_due(request: Request, schedule: Sequence[timedelta]) -> datetime | None:
    """When CloudTrail is to be asked next for the events of a run; None when it is not (any more).

    ``schedule`` says how long after the run's end each look is, ascending; empty means that nobody looks.
    """
    known = request.receipt
    if known.over or known.looks >= len(schedule) or request.ended_at is None or not _has_events(request):
        return None
    at = request.ended_at + schedule[known.looks]
    if known.until is None:
        return at
    # After a long stop the looks that were missed must not all be made at once.
    return max(at, known.until + (schedule[known.looks] - schedule[known.looks - 1]) / 2)


def _has_events(request: Request) -> bool:
    """Whether AWS was called, as far as is known, so that CloudTrail has something of ours."""
    called = request.state in (RequestState.DONE, RequestState.UNKNOWN) or request.word is not None
    partly = request.state is RequestState.FAILED and request.report is not None
    known = any(one.session is not None for one in request.begun)
    return (called or partly) and known and not request.is_read and bool(planned_calls(request.plan))


def is_unsettled(request: Request) -> bool:
    """Whether nothing proves how the run ended: it is not known, or only by a person's word."""
    return request.state is RequestState.UNKNOWN or request.word is not None


def _found(case: Case, entry: Entry, event: ReceiptFound) -> Case:
    request = case.requests.get(event.request_id)
    if request is None or request.receipt.over:
        return case
    calls = tuple(replace(one, record={}) for one in event.calls)
    receipt = Receipt(request.receipt.looks + 1, over=True, calls=calls, missing=event.missing, until=event.until)
    return _with_receipt(case, entry, replace(request, receipt=receipt))


def _looked(case: Case, entry: Entry, event: ReceiptLooked) -> Case:
    request = case.requests.get(event.request_id)
    if request is None or request.receipt.over:
        return case
    receipt = Receipt(request.receipt.looks + 1, over=event.last, until=event.until, why=event.why)
    return _with_receipt(case, entry, replace(request, receipt=receipt))


def _with_receipt(case: Case, entry: Entry, request: Request) -> Case:
    """A receipt is news for the card, and changes nothing that people can decide."""
    requests = MappingProxyType({**case.requests, request.request_id: request})
    return replace(case, requests=requests, display_seq=entry.seq)


def _proved(case: Case, entry: Entry, event: OutcomeProved) -> Case:
    request = case.requests.get(event.request_id)
    if request is None or not is_unsettled(request):
        return case
    settled = replace(request, state=_SETTLED[event.done], sentence=event.sentence, word=None)
    return with_outcome(case, entry, settled, event.state)


def _told(case: Case, entry: Entry, event: OutcomeTold) -> Case:
    request = case.requests.get(event.request_id)
    user_id = user_of(entry.by)
    if request is None or request.state is not RequestState.UNKNOWN or not user_id:
        return case
    word = Word(user_id, entry.at, event.done, event.reason)
    settled = replace(request, state=_SETTLED[event.done], sentence=_ONLY_SAID, word=word)
    return with_outcome(case, entry, settled, None)


RECEIPT_STEPS: Mapping[type, Callable[[Case, Entry, Any], Case]] = {
    ReceiptFound: _found,
    ReceiptLooked: _looked,
    OutcomeProved: _proved,
    OutcomeTold: _told,
}
"""What each event about a receipt makes of a case."""
