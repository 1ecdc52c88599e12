"""What reading AWS for a request and opening its whole plan make of a case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bot.domain.audit import Entry
from bot.domain.case import Case, Request, RequestState
from bot.domain.plan import differences
from bot.domain.request_steps import user_of
from bot.domain.seen import PlanOpened, PlanRead


def _read(case: Case, entry: Entry, event: PlanRead) -> Case:
    """The plan with AWS's state takes the place of the one that was asked for; it is never another one."""
    request = _pending(case, event.request_id)
    if request is None or not request.seen.waits:
        return case
    tried = replace(request.seen, error=event.error, tries=request.seen.tries + 1, tried_at=entry.at)
    if event.plan is None:
        changed = replace(request, seen=tried)
        shown = entry.seq if event.error != request.seen.error else case.display_seq
        return replace(_kept(case, changed), display_seq=shown)
    if event.plan.unknown != () or event.digest != event.plan.digest() or differences(request.plan, event.plan):
        return case
    opened = tried.opened if event.digest == request.digest else frozenset()
    seen = replace(tried, was_read=True, error=None, opened=opened)
    read = replace(request, plan=event.plan, digest=event.digest, seen=seen)
    # The buttons of the card live on, so that nobody's Reject dies of it; but no card until now showed this plan.
    card = replace(case.card, renderings=())
    return replace(_kept(case, read), display_seq=entry.seq, card=card)


def _opened(case: Case, entry: Entry, event: PlanOpened) -> Case:
    request = _pending(case, event.request_id)
    if request is None or event.digest != request.digest or not 1 <= event.page <= event.pages:
        return case
    page = (user_of(entry.by), event.page, event.pages)
    return _kept(case, replace(request, seen=replace(request.seen, opened=request.seen.opened | {page})))


def _pending(case: Case, request_id: str) -> Request | None:
    request = case.requests.get(request_id)
    return request if request is not None and request.state is RequestState.PENDING else None


def _kept(case: Case, request: Request) -> Case:
    """The case with a request about which nobody has to decide anew."""
    return replace(case, requests=MappingProxyType({**case.requests, request.request_id: request}))


SEEN_STEPS: dict[type, Callable[[Case, Entry, Any], Case]] = {PlanRead: _read, PlanOpened: _opened}
"""What each event about what people see makes of a case."""
