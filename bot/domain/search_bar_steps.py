"""How the message about a running search moves: begun, taken up again, asked to end, ended, shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.domain import events as ev
from bot.domain.all_clear import is_watch
from bot.domain.audit import Entry
from bot.domain.case import Case, Reservation
from bot.domain.investigation import RoundFinished, RoundStarted, StopAsked
from bot.domain.post_events import PostDropped, PostKind, PostReserved, PostSent
from bot.domain.search_bar import (
    BarShown,
    SearchBar,
    SearchMeasured,
    SearchStopAsked,
    bar_of_request,
    bar_of_round,
)


def with_search_bars(case: Case, entry: Entry, event: object) -> Case:
    """The case, after what an event means for the messages about its searches."""
    step = _STEPS.get(type(event))
    return case if step is None else step(case, entry, event)


def _kept(case: Case, bars: Iterable[SearchBar]) -> Case:
    """The case with these messages, less those of which all was shown."""
    return replace(case, bars=tuple(one for one in bars if not one.is_over))


def _changed(case: Case, bar: SearchBar | None, **changes: object) -> Case:
    if bar is None:
        return case
    changed = replace(bar, **changes)  # type: ignore[arg-type]
    return _kept(case, (changed if one is bar else one for one in case.bars))


def _round_started(case: Case, entry: Entry, event: RoundStarted) -> Case:
    known = bar_of_round(case, event.round)
    if case.investigation.starts > 1:
        return _changed(case, known, restarts=case.investigation.starts - 1, changed_seq=entry.seq)
    ended = {"ended_at": entry.at, "overtaken": True, "changed_seq": entry.seq}
    old = (
        replace(one, **ended) if one.round is not None and one.ended_at is None else one  # type: ignore[arg-type]
        for one in case.bars
    )
    if is_watch(event.round):
        # They come for hours, and nobody waits for one of them.
        return _kept(case, old)
    return _kept(case, (*old, SearchBar(entry.seq, entry.at, entry.seq, round=event.round)))


def _round_finished(case: Case, entry: Entry, event: RoundFinished) -> Case:
    calls, bar = sum(event.calls.values()), bar_of_round(case, event.round)
    return _changed(case, bar, ended_at=entry.at, calls=calls, changed_seq=entry.seq, stop_by=event.stopped_by)


def _round_stop(case: Case, entry: Entry, event: StopAsked) -> Case:
    bar = bar_of_round(case, event.round)
    return case if bar is None or bar.stop_by else _changed(case, bar, stop_by=entry.by, changed_seq=entry.seq)


def _run_started(case: Case, entry: Entry, event: ev.RunStarted) -> Case:
    request = case.requests.get(event.request_id)
    if request is None or not request.is_read or request.started != event:
        return case
    known = bar_of_request(case, event.request_id)
    if known is not None:
        return _changed(case, known, restarts=known.restarts + 1, changed_seq=entry.seq)
    return _kept(case, (*case.bars, SearchBar(entry.seq, entry.at, entry.seq, request_id=event.request_id)))


def _run_ended(case: Case, entry: Entry, event: ev.RunFinished | ev.RunStopped) -> Case:
    bar = bar_of_request(case, event.request_id)
    return _changed(case, bar, ended_at=entry.at, changed_seq=entry.seq)


def _measured(case: Case, entry: Entry, event: SearchMeasured) -> Case:
    del entry
    return _changed(case, bar_of_request(case, event.request_id), calls=sum(event.calls.values()))


def _run_stop(case: Case, entry: Entry, event: SearchStopAsked) -> Case:
    bar = bar_of_request(case, event.request_id)
    return case if bar is None or bar.stop_by else _changed(case, bar, stop_by=entry.by, changed_seq=entry.seq)


def _of_message(case: Case, begun_seq: int, **changes: object) -> Case:
    return _changed(case, next((one for one in case.bars if one.begun_seq == begun_seq), None), **changes)


def _reserved(case: Case, entry: Entry, event: PostReserved) -> Case:
    if event.post is not PostKind.BAR:
        return case
    return _of_message(case, event.through, reserved=Reservation(event.owner, entry.at, event.ambiguous))


def _sent(case: Case, entry: Entry, event: PostSent) -> Case:
    del entry
    if event.post is not PostKind.BAR:
        return case
    return _of_message(case, event.through, channel=event.channel, ts=event.ts, shown_seq=event.shown_seq)


def _dropped(case: Case, entry: Entry, event: PostDropped) -> Case:
    del entry
    return _of_message(case, event.through, dropped=event.error) if event.post is PostKind.BAR else case


def _shown(case: Case, entry: Entry, event: BarShown) -> Case:
    del entry
    return _of_message(case, event.begun_seq, shown_seq=event.shown_seq)


_STEPS: Mapping[type, Callable[[Case, Entry, Any], Case]] = {
    RoundStarted: _round_started,
    RoundFinished: _round_finished,
    StopAsked: _round_stop,
    ev.RunStarted: _run_started,
    ev.RunFinished: _run_ended,
    ev.RunStopped: _run_ended,
    SearchMeasured: _measured,
    SearchStopAsked: _run_stop,
    PostReserved: _reserved,
    PostSent: _sent,
    PostDropped: _dropped,
    BarShown: _shown,
}
