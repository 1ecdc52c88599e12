"""How a request's reminders move: reserved, then over, whether Slack took them or not."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from bot.domain.case import Case, Request, Reservation
from bot.domain.post_events import PostDropped, PostReserved, PostSent


def reminder_reserved(case: Case, event: PostReserved, reservation: Reservation) -> Case:
    """The case once a process is about to post a reminder."""
    request = case.requests.get(event.subject)
    if request is None:
        return case
    return _with(case, replace(request, reminder_reserved=(event.through, reservation)))


def reminder_over(case: Case, event: PostSent | PostDropped) -> Case:
    """The case once a reminder stands in the thread, or never will."""
    request = case.requests.get(event.subject)
    if request is None:
        return case
    return _with(case, replace(request, reminded=max(request.reminded, event.through), reminder_reserved=None))


def _with(case: Case, request: Request) -> Case:
    return replace(case, requests=MappingProxyType({**case.requests, request.request_id: request}))
