"""How the open points of a case move: opened, shown in reminders, ended by who may end them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bot.domain.audit import Entry
from bot.domain.case import Case, Reservation
from bot.domain.followups import (
    MOST_FOLLOWUPS,
    Followup,
    FollowupEnded,
    FollowupOpened,
    Followups,
    FollowupsShown,
)
from bot.domain.glass import GlassBroken, GlassReviewed, glass_key
from bot.domain.post_events import PostDropped, PostKind, PostReserved, PostSent
from bot.domain.request_steps import user_of

_REVIEW = "Review the broken glass."


def with_followups(case: Case, entry: Entry, event: object) -> Case:
    """The case, after what an event means for its open points."""
    if isinstance(event, GlassBroken | GlassReviewed):
        return _shown_anew(case, entry, _reviews(case, entry, event.request_id))
    step = _STEPS.get(type(event))
    return case if step is None else _shown_anew(case, entry, step(case.followups, entry, event))


def _shown_anew(case: Case, entry: Entry, after: Followups) -> Case:
    if after is case.followups:
        return case
    seen = entry.seq if after.changed_seq == entry.seq else case.display_seq
    return replace(case, followups=after, display_seq=seen)


def _with_point(known: Followups, entry: Entry, point: Followup) -> Followups:
    return replace(known, points=MappingProxyType({**known.points, point.key: point}), changed_seq=entry.seq)


def _reviews(case: Case, entry: Entry, request_id: str) -> Followups:
    """The points once a glass is broken or reviewed: its review is one of them, however many there are."""
    known, request = case.followups, case.requests.get(request_id)
    glass = request.glass if request is not None else None
    if request is None or glass is None:
        return known
    before, key = known.points.get(glass_key(request_id)), glass_key(request_id)
    if glass.seq == entry.seq:
        number = before.number if before is not None else len(known.points) + 1
        others = frozenset({glass.user_id, request.by})
        point = Followup(key, number, _REVIEW, glass.user_id, entry.at, not_by=others, request_id=request_id)
        return _with_point(known, entry, point)
    if before is None or not before.is_open or glass.review is None:
        return known
    return _with_point(known, entry, replace(before, ended_by=glass.review.user_id, ended_at=glass.review.at))


def _opened(known: Followups, entry: Entry, event: FollowupOpened) -> Followups:
    before = known.points.get(event.key)
    if before is not None and before.request_id:
        return known
    if before is None and len(known.points) >= MOST_FOLLOWUPS:
        return known
    if before is not None and before.is_open:
        return _with_point(known, entry, replace(before, sentence=event.sentence))
    number = before.number if before is not None else len(known.points) + 1
    opened = Followup(
        event.key,
        number,
        event.sentence,
        user_of(entry.by),
        entry.at,
        not_by=frozenset(event.not_by),
        by_approver=event.by_approver,
        at_once=event.at_once,
    )
    return _with_point(known, entry, opened)


def _ended(known: Followups, entry: Entry, event: FollowupEnded) -> Followups:
    point, user_id = known.points.get(event.key), user_of(entry.by)
    if point is None or not point.is_open or user_id in point.not_by or point.request_id:
        return known
    return _with_point(known, entry, replace(point, ended_by=user_id, ended_at=entry.at))


def _shown(known: Followups, entry: Entry, event: FollowupsShown) -> Followups:
    del entry
    return replace(known, shown_seq=event.shown_seq)


def _reserved(known: Followups, entry: Entry, event: PostReserved) -> Followups:
    if event.post is not PostKind.FOLLOWUPS:
        return known
    return replace(known, reserved=(event.through, Reservation(event.owner, entry.at, event.ambiguous)))


def _sent(known: Followups, entry: Entry, event: PostSent) -> Followups:
    if event.post is not PostKind.FOLLOWUPS:
        return known
    place = {"channel": event.channel, "ts": event.ts, "shown_seq": event.shown_seq}
    return replace(_reminded(known, entry, event.through), **place)  # type: ignore[arg-type]


def _dropped(known: Followups, entry: Entry, event: PostDropped) -> Followups:
    return _reminded(known, entry, event.through) if event.post is PostKind.FOLLOWUPS else known


def _reminded(known: Followups, entry: Entry, number: int) -> Followups:
    points = {
        one.key: replace(one, reminded=one.reminded + 1, reminded_at=entry.at) if one.is_open else one
        for one in known.points.values()
    }
    return replace(known, points=MappingProxyType(points), number=max(number, known.number), reserved=None)


_STEPS: Mapping[type, Callable[[Followups, Entry, Any], Followups]] = {
    FollowupOpened: _opened,
    FollowupEnded: _ended,
    FollowupsShown: _shown,
    PostReserved: _reserved,
    PostSent: _sent,
    PostDropped: _dropped,
}
