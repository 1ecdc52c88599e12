"""How what comes after a containment moves: alarms, looks of the watch, its end, and its beginning anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.domain.alarms import (
    MOST_ALARMS,
    Aftermath,
    Alarm,
    AlarmAcknowledged,
    AlarmRaised,
    AlarmShown,
    AllClearSaid,
)
from bot.domain.all_clear import is_last_look, is_watch
from bot.domain.audit import Entry
from bot.domain.case import Case, Reservation
from bot.domain.closing_note import ClosingNote, ClosingNoteWritten
from bot.domain.events import DetectionReceived
from bot.domain.followups import FollowupEnded
from bot.domain.glass import GlassReviewed
from bot.domain.investigation import RoundFinished
from bot.domain.post_events import PostDropped, PostKind, PostReserved, PostSent
from bot.domain.request_steps import user_of
from bot.domain.session_ends import contained_since

TOLD_AFTER = (AlarmAcknowledged, AllClearSaid, ClosingNoteWritten, FollowupEnded, GlassReviewed)
"""What the thread tells of."""


def with_aftermath(case: Case, entry: Entry, event: object) -> Case:
    """The case, after what an event means for the watch over its containment."""
    step = _STEPS.get(type(event))
    return case if step is None else step(case, entry, event)


def watch_anew(case: Case) -> Case:
    """The case whose watch begins anew, because somebody opened it again."""
    return replace(case, aftermath=replace(case.aftermath, all_clear=None, last_looks=0))


def _raised(case: Case, entry: Entry, event: AlarmRaised) -> Case:
    known = case.aftermath
    if len(known.alarms) >= MOST_ALARMS or set(event.about) <= known.told_of:
        return case
    alarm = Alarm(entry.seq, entry.at, event.sentence, event.about, calls=event.calls)
    aftermath = replace(known, alarms=(*known.alarms, alarm))
    return replace(case, aftermath=aftermath, display_seq=entry.seq)


def _acknowledged(case: Case, entry: Entry, event: AlarmAcknowledged) -> Case:
    user_id = user_of(entry.by)
    if not user_id:
        return case
    alarms = tuple(
        replace(one, acknowledged_by=user_id, acknowledged_at=entry.at)
        if one.waits and one.seq <= event.through
        else one
        for one in case.aftermath.alarms
    )
    return replace(case, aftermath=replace(case.aftermath, alarms=alarms), display_seq=entry.seq)


def _answer_shown(case: Case, entry: Entry, event: AlarmShown) -> Case:
    del entry
    return _changed(case, event.seq, shows_it=True)


def _detected(case: Case, entry: Entry, event: DetectionReceived) -> Case:
    del entry
    since = contained_since(case)
    return watch_anew(case) if since is not None and event.detection.happened_at > since else case


def _said(case: Case, entry: Entry, event: AllClearSaid) -> Case:
    return replace(case, aftermath=replace(case.aftermath, all_clear=event), display_seq=entry.seq)


def _closing(case: Case, entry: Entry, event: ClosingNoteWritten) -> Case:
    note = ClosingNote(user_of(entry.by), entry.at, event.cause, event.done, event.points)
    return replace(case, aftermath=replace(case.aftermath, closing=note), display_seq=entry.seq)


def _looked(case: Case, entry: Entry, event: RoundFinished) -> Case:
    del entry
    known, began = case.aftermath, case.investigation.started_at
    last = began is not None and is_last_look(case, began)
    return replace(
        case,
        aftermath=replace(known, looks=known.looks + is_watch(event.round), last_looks=known.last_looks + last),
    )


def _changed(case: Case, seq: int, **changes: object) -> Case:
    known: Aftermath = case.aftermath
    alarms = tuple(replace(one, **changes) if one.seq == seq else one for one in known.alarms)  # type: ignore[arg-type]
    return replace(case, aftermath=replace(known, alarms=alarms))


def _reserved(case: Case, entry: Entry, event: PostReserved) -> Case:
    reservation = Reservation(event.owner, entry.at, event.ambiguous)
    if event.post is PostKind.ALARM_REMINDER:
        return replace(case, aftermath=replace(case.aftermath, reminder_reserved=(event.through, reservation)))
    return _changed(case, event.through, reserved=reservation) if event.post is PostKind.ALARM else case


def _posted(case: Case, entry: Entry, event: PostSent | PostDropped) -> Case:
    if event.post is PostKind.ALARM_REMINDER:
        number = max(event.through, case.aftermath.reminders)
        reminded = replace(case.aftermath, reminders=number, reminded_at=entry.at, reminder_reserved=None)
        return replace(case, aftermath=reminded)
    if event.post is not PostKind.ALARM:
        return case
    place = {"channel": event.channel, "ts": event.ts} if isinstance(event, PostSent) else {}
    return _changed(case, event.through, told=True, **place)


_STEPS: Mapping[type, Callable[[Case, Entry, Any], Case]] = {
    AlarmRaised: _raised,
    AlarmAcknowledged: _acknowledged,
    AlarmShown: _answer_shown,
    AllClearSaid: _said,
    ClosingNoteWritten: _closing,
    DetectionReceived: _detected,
    RoundFinished: _looked,
    PostReserved: _reserved,
    PostSent: _posted,
    PostDropped: _posted,
}
