"""How the question to the suspects moves: compared, asked, shown, answered once by each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.domain.audit import Entry
from bot.domain.case import Case, Reservation
from bot.domain.post_events import PostDropped, PostKind, PostReserved, PostSent
from bot.domain.request_steps import user_of
from bot.domain.suspicion import (
    DENIED,
    MOST_ASKED,
    Suspect,
    SuspectAnswered,
    SuspectsLooked,
    SuspectsShown,
    Suspicion,
)


def with_suspicion(case: Case, entry: Entry, event: object) -> Case:
    """The case, after what an event means for those who have the caller's name."""
    step = _STEPS.get(type(event))
    if step is None:
        return case
    after = step(case.suspicion, entry, event)
    if after is case.suspicion:
        return case
    # Old buttons live on: a word that decides nothing must not hold up a containment.
    seen = entry.seq if after.changed_seq == entry.seq else case.display_seq
    denied = any(one.was_me is False for one in after.people) and DENIED not in case.flags
    return replace(case, suspicion=after, display_seq=seen, flags=(*case.flags, DENIED) if denied else case.flags)


def _looked(known: Suspicion, entry: Entry, event: SuspectsLooked) -> Suspicion:
    through = max(known.through, event.through)
    new = {one.user_id: one for one in event.people if known.of(one.user_id) is None}
    found = [Suspect(one.user_id, one.by, one.sure, entry.at) for one in new.values()]
    people = (*known.people, *found)[:MOST_ASKED]
    if people == known.people:
        return replace(known, through=through)
    # A question of its own, because nobody hears of a message that changes.
    return Suspicion(people, through, asked_seq=entry.seq, changed_seq=entry.seq)


def _answered(known: Suspicion, entry: Entry, event: SuspectAnswered) -> Suspicion:
    said = known.of(user_of(entry.by))
    if said is None or said.was_me is not None:
        return known
    now = replace(said, was_me=event.was_me, said_at=entry.at)
    return replace(known, people=tuple(now if one is said else one for one in known.people), changed_seq=entry.seq)


def _shown(known: Suspicion, entry: Entry, event: SuspectsShown) -> Suspicion:
    del entry
    return replace(known, shown_seq=max(known.shown_seq, event.shown_seq))


def _reserved(known: Suspicion, entry: Entry, event: PostReserved) -> Suspicion:
    if not _is_mine(known, event):
        return known
    return replace(known, reserved=Reservation(event.owner, entry.at, event.ambiguous))


def _sent(known: Suspicion, entry: Entry, event: PostSent) -> Suspicion:
    del entry
    if not _is_mine(known, event):
        return known
    return replace(known, channel=event.channel, ts=event.ts, shown_seq=event.shown_seq)


def _dropped(known: Suspicion, entry: Entry, event: PostDropped) -> Suspicion:
    del entry
    return replace(known, dropped=event.error) if _is_mine(known, event) else known


def _is_mine(known: Suspicion, event: PostReserved | PostSent | PostDropped) -> bool:
    return event.post is PostKind.SUSPECTS and event.through == known.asked_seq


_STEPS: Mapping[type, Callable[[Suspicion, Entry, Any], Suspicion]] = {
    SuspectsLooked: _looked,
    SuspectAnswered: _answered,
    SuspectsShown: _shown,
    PostReserved: _reserved,
    PostSent: _sent,
    PostDropped: _dropped,
}
