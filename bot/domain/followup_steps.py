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
from bot.domain.post_events import PostDropped, PostKind, PostReserved, PostSent
from bot.domain.request_steps import user_of


def with_followups(case: Case, entry: Entry, event: object) -> Case:
    """The case, after what an event means for its open points."""
    step = _STEPS.get(type(event))
    if step is None:
        return case
    after = step(case.followups, entry, event)
    if after is case.followups:
        return case
    seen = entry.seq if after.changed_seq == entry.seq else case.display_seq
    return replace(case, followups=after, display_seq=seen)


def _with_point(known: Followups, entry: Entry, point: Followup) -> Followups:
    return replace(known, points=MappingProxyType({**known.points, point.key: point}), changed_seq=entry.seq)


def _opened(known: Followups, entry: Entry, event: FollowupOpened) -> Followups:
    before = known.points.get(event.key)
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
    if point is None or not point.is_open or user_id in point.not_by:
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
