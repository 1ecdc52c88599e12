"""A case is its log: the state of a case is a pure fold over its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import repeat
from types import MappingProxyType
from typing import Any

from bot.domain import events as ev
from bot.domain.audit import Entry, Head
from bot.domain.case import Case, Notice, Refusal, Request, RequestState, Reservation, Vote

_OUTCOMES = {
    ev.Outcome.DONE: RequestState.DONE,
    ev.Outcome.FAILED: RequestState.FAILED,
    ev.Outcome.UNKNOWN: RequestState.UNKNOWN,
}


def fold(case: Case, entries: Iterable[Entry], events: Iterable[object] | None = None) -> Case:
    """The case after these entries; ``case`` is where they follow.

    ``events`` are the entries' events where they are at hand; None reads each from its entry.
    """
    for entry, known in zip(entries, events if events is not None else repeat(None), strict=False):
        event = known if isinstance(known, ev.Event) else ev.event_of(entry)
        case = replace(case, head=Head(entry.seq, entry.hash), opened_at=case.opened_at or entry.at)
        if event is not None:
            case = _apply(case, entry, event)
    return case


def user_of(by: str) -> str:
    """The Slack user id in an entry's ``by``; empty for what no person did."""
    return by.removeprefix("slack:") if by.startswith("slack:") else ""


def _apply(case: Case, entry: Entry, event: ev.Event) -> Case:
    step = _STEPS.get(type(event))
    if step is not None:
        case = step(case, entry, event)
    if told_in_thread(case, event):
        since = case.note_due_since or entry.at
        case = replace(case, note_seq=entry.seq, note_due_since=since)
    return case


def told_in_thread(case: Case, event: ev.Event) -> bool:
    """Whether the thread tells of an event; of reading it tells only what was found."""
    if not isinstance(event, _TOLD_IN_THREAD):
        return False
    request = case.requests.get(getattr(event, "request_id", ""))
    return request is None or not request.is_read or isinstance(event, ev.RunFinished)


def _decides(case: Case, entry: Entry, **changes: object) -> Case:
    """A step that changes what people can decide: old buttons die."""
    return replace(case, revision=entry.seq, display_seq=entry.seq, **changes)  # type: ignore[arg-type]


def _detection(case: Case, entry: Entry, event: ev.DetectionReceived) -> Case:
    return _decides(
        case,
        entry,
        detections=(*case.detections, event.detection),
        ca=event.ca if event.ca.certificates or not case.ca.certificates else case.ca,
        flags=tuple(dict.fromkeys((*event.flags, *case.flags))),
        detection_seq=entry.seq,
    )


def _reserved(case: Case, entry: Entry, event: ev.PostReserved) -> Case:
    reservation = Reservation(event.owner, entry.at, event.ambiguous)
    if event.post is ev.PostKind.CARD:
        return replace(case, card=replace(case.card, reserved=reservation))
    if event.post is ev.PostKind.NOTE:
        return replace(case, note_reserved=(event.through, reservation))
    notices = tuple(replace(one, reserved=reservation) if one.seq == event.through else one for one in case.notices)
    return replace(case, notices=notices)


def _sent(case: Case, entry: Entry, event: ev.PostSent) -> Case:
    del entry
    if event.post is ev.PostKind.CARD:
        card = replace(case.card, channel=event.channel, ts=event.ts, shown_seq=event.shown_seq)
        return replace(case, card=card)
    return _post_over(case, event.post, event.through)


def _post_over(case: Case, post: ev.PostKind, through: int) -> Case:
    if post is ev.PostKind.NOTE:
        more = case.note_seq > through
        since = case.note_due_since if more else None
        return replace(case, noted_seq=through, note_reserved=None, note_due_since=since)
    return replace(case, notices=tuple(one for one in case.notices if one.seq != through))


def _dropped(case: Case, entry: Entry, event: ev.PostDropped) -> Case:
    del entry
    if event.post is ev.PostKind.CARD:
        return replace(case, card=replace(case.card, dropped=event.error))
    return _post_over(case, event.post, event.through)


def _shown(case: Case, entry: Entry, event: ev.CardShown) -> Case:
    del entry
    return replace(case, card=replace(case.card, shown_seq=event.shown_seq))


def _observed(case: Case, entry: Entry, event: ev.AnchorObserved) -> Case:
    return replace(
        case,
        known_state=event.state if event.state is not None else case.known_state,
        observed_seq=entry.seq,
        observed_at=entry.at if event.state is not None else case.observed_at,
        observe_error=event.error,
        display_seq=entry.seq,
    )


def _acknowledged(case: Case, entry: Entry, event: ev.Acknowledged) -> Case:
    del event
    return _decides(case, entry, acknowledged_by=user_of(entry.by), acknowledged_at=entry.at)


def _false_positive(case: Case, entry: Entry, event: ev.MarkedFalsePositive) -> Case:
    return _decides(case, entry, false_positive=(user_of(entry.by), event.reason, entry.at))


def _reopened(case: Case, entry: Entry, event: ev.Reopened) -> Case:
    del event
    return _decides(case, entry, false_positive=None)


def _requested(case: Case, entry: Entry, event: ev.ActionRequested) -> Case:
    state = RequestState.APPROVED if event.needed == 0 else RequestState.PENDING
    request = Request(
        request_id=event.request_id,
        action_id=event.action_id,
        risk=event.risk,
        by=user_of(entry.by),
        at=entry.at,
        reason=event.reason,
        plan=event.plan,
        digest=event.digest,
        needed=event.needed,
        deadline=event.deadline,
        state=state,
        contains=event.contains,
    )
    return _with_request(case, entry, request)


def _with_request(case: Case, entry: Entry, request: Request, **changes: object) -> Case:
    requests = MappingProxyType({**case.requests, request.request_id: request})
    if request.is_read:
        return replace(case, requests=requests, display_seq=entry.seq, **changes)  # type: ignore[arg-type]
    return _decides(case, entry, requests=requests, latest_request=request.request_id, **changes)


def _approved(case: Case, entry: Entry, event: ev.ApprovalGiven) -> Case:
    request = case.requests[event.request_id]
    votes = (*request.votes, Vote(user_of(entry.by), entry.at))
    enough = len({vote.user_id for vote in votes}) >= request.needed
    state = RequestState.APPROVED if enough else RequestState.PENDING
    return _with_request(case, entry, replace(request, votes=votes, state=state))


def _rejected(case: Case, entry: Entry, event: ev.RequestRejected) -> Case:
    request = case.requests[event.request_id]
    ended = replace(
        request,
        state=RequestState.REJECTED,
        decided_by=user_of(entry.by),
        ended_at=entry.at,
        sentence=event.reason,
    )
    return _with_request(case, entry, ended)


def _expired(case: Case, entry: Entry, event: ev.RequestExpired) -> Case:
    request = case.requests[event.request_id]
    return _with_request(case, entry, replace(request, state=RequestState.EXPIRED, ended_at=entry.at))


def _started(case: Case, entry: Entry, event: ev.RunStarted) -> Case:
    request = case.requests[event.request_id]
    return _with_request(case, entry, replace(request, state=RequestState.RUNNING, started=event))


def _stopped(case: Case, entry: Entry, event: ev.RunStopped) -> Case:
    request = replace(
        case.requests[event.request_id],
        state=RequestState.STOPPED,
        ended_at=entry.at,
        sentence=event.why,
        differences=event.differences,
    )
    if event.live is None:
        return _with_request(case, entry, request)
    return _with_request(case, entry, request, known_state=event.live, observed_at=entry.at)


def _finished(case: Case, entry: Entry, event: ev.RunFinished) -> Case:
    request = replace(
        case.requests[event.request_id],
        state=_OUTCOMES[event.outcome],
        ended_at=entry.at,
        sentence=event.sentence,
        report=event.report,
    )
    changes: dict[str, object] = {}
    if event.state is not None:
        changes |= {"known_state": _after_call(case, event.state), "observed_at": entry.at}
    if event.outcome is ev.Outcome.DONE and request.contains is not None:
        changes["contained_by"] = request.request_id if request.contains else None
    return _with_request(case, entry, request, **changes)


def _after_call(case: Case, read_back: Mapping[str, str]) -> Mapping[str, str]:
    """The known state after our own call: what was read back, and the rest as it was, but for the time of change."""
    before = {what: value for what, value in (case.known_state or {}).items() if what != "changed at"}
    return {**before, **read_back}


def _refused(case: Case, entry: Entry, event: ev.AttemptRefused) -> Case:
    if event.told:
        return case
    refusal = Refusal(entry.seq, user_of(entry.by), event.channel, event.sentence)
    return replace(case, refusals=(*case.refusals, refusal))


def _told(case: Case, entry: Entry, event: ev.RefusalTold) -> Case:
    del entry
    return replace(case, refusals=tuple(one for one in case.refusals if one.seq != event.seq))


def _quarantined(case: Case, entry: Entry, event: ev.MessageQuarantined) -> Case:
    return replace(case, notices=(*case.notices, Notice(entry.seq, event)))


_TOLD_IN_THREAD = (
    ev.Acknowledged,
    ev.MarkedFalsePositive,
    ev.Reopened,
    ev.ActionRequested,
    ev.ApprovalGiven,
    ev.RequestRejected,
    ev.RequestExpired,
    ev.RunStarted,
    ev.RunStopped,
    ev.RunFinished,
)

_STEPS: dict[type, Callable[[Case, Entry, Any], Case]] = {
    ev.DetectionReceived: _detection,
    ev.PostReserved: _reserved,
    ev.PostSent: _sent,
    ev.PostDropped: _dropped,
    ev.CardShown: _shown,
    ev.AnchorObserved: _observed,
    ev.Acknowledged: _acknowledged,
    ev.MarkedFalsePositive: _false_positive,
    ev.Reopened: _reopened,
    ev.ActionRequested: _requested,
    ev.ApprovalGiven: _approved,
    ev.RequestRejected: _rejected,
    ev.RequestExpired: _expired,
    ev.RunStarted: _started,
    ev.RunStopped: _stopped,
    ev.RunFinished: _finished,
    ev.AttemptRefused: _refused,
    ev.RefusalTold: _told,
    ev.MessageQuarantined: _quarantined,
}
