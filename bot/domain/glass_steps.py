"""How a broken glass moves: it lets a waiting request run, is told to all, and is reviewed once by somebody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bot.domain.audit import Entry
from bot.domain.case import Case, Request, RequestState, Reservation
from bot.domain.glass import Glass, GlassBroken, GlassReview, GlassReviewed
from bot.domain.plan import Risk
from bot.domain.post_events import PostDropped, PostKind, PostReserved, PostSent
from bot.domain.request_steps import user_of, with_request


def with_glass(case: Case, entry: Entry, event: object) -> Case:
    """The case, after what an event means for its broken glasses."""
    step = _STEPS.get(type(event))
    return case if step is None else step(case, entry, event)


def _broken(case: Case, entry: Entry, event: GlassBroken) -> Case:
    """The request, approved by it; what does not hold counts for nothing, whoever wrote it into the log."""
    request, user_id = case.requests.get(event.request_id), user_of(entry.by)
    if request is None or request.state is not RequestState.PENDING or entry.at >= request.deadline:
        return case
    if not (event.reason.strip() and _can_be_undone(request) and _may(request, user_id)):
        return case
    if not _was_seen(request, user_id, event) or (request.terms.one_time_code and not event.proved):
        return case
    glass = Glass(user_id, entry.at, event.reason, entry.seq, event.at_asking)
    return with_request(case, entry, replace(request, state=RequestState.APPROVED, glass=glass))


def _can_be_undone(request: Request) -> bool:
    return all(risk is Risk.REVERSIBLE for risk in (request.risk, *(rung.risk for rung in request.plan.rungs)))


def _may(request: Request, user_id: str) -> bool:
    """Whether the terms open the glass to them; who is in a group only Slack knows, which is asked before the call."""
    people = request.terms.break_glass
    return bool(user_id) and (user_id in people.users or bool(people.groups))


def _was_seen(request: Request, user_id: str, event: GlassBroken) -> bool:
    """Whether they saw this plan: in the form in which they asked for it, or on a card, once AWS was read."""
    if event.digest != request.digest:
        return False
    if event.at_asking:
        return user_id == request.by and not request.seen.was_read
    return not request.seen.waits and bool(event.rendered)


def _reviewed(case: Case, entry: Entry, event: GlassReviewed) -> Case:
    request, user_id = case.requests.get(event.request_id), user_of(entry.by)
    if request is None or request.ladder or request.glass is None or request.glass.review is not None:
        return case
    if user_id in ("", request.by, request.glass.user_id) or not event.words.strip():
        return case
    review = GlassReview(user_id, entry.at, event.was_right, event.words)
    return replace(_with(case, request, review=review), display_seq=entry.seq)


def _reserved(case: Case, entry: Entry, event: PostReserved) -> Case:
    request = _told_by(case, event)
    reservation = Reservation(event.owner, entry.at, event.ambiguous)
    return case if request is None else _with(case, request, reserved=reservation)


def _posted(case: Case, entry: Entry, event: PostSent | PostDropped) -> Case:
    del entry
    request = _told_by(case, event)
    return case if request is None else _with(case, request, told=True)


def _told_by(case: Case, event: PostReserved | PostSent | PostDropped) -> Request | None:
    return case.requests.get(event.subject) if event.post is PostKind.GLASS else None


def _with(case: Case, request: Request, **changes: object) -> Case:
    """The case with a glass about which nobody has to decide anew."""
    if request.glass is None:
        return case
    glass = replace(request.glass, **changes)  # type: ignore[arg-type]
    return replace(
        case, requests=MappingProxyType({**case.requests, request.request_id: replace(request, glass=glass)})
    )


_STEPS: Mapping[type, Callable[[Case, Entry, Any], Case]] = {
    GlassBroken: _broken,
    GlassReviewed: _reviewed,
    PostReserved: _reserved,
    PostSent: _posted,
    PostDropped: _posted,
}
