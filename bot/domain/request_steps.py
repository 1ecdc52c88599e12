"""How a request for an action moves: asked, agreed, begun and ended, and no way out of an end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from bot.domain import events as ev
from bot.domain.audit import Entry
from bot.domain.case import Case, Request, RequestState, Vote
from bot.domain.ladder_event import LadderStopped
from bot.domain.ladder_steps import climbed, stopped
from bot.domain.receipt import Begun
from bot.domain.seen import Seen
from bot.domain.terms import Terms

_WAITING = (RequestState.PENDING,)
_AGREED = (RequestState.APPROVED, RequestState.RUNNING)

_OUTCOMES = {
    ev.Outcome.DONE: RequestState.DONE,
    ev.Outcome.FAILED: RequestState.FAILED,
    ev.Outcome.UNKNOWN: RequestState.UNKNOWN,
}


def user_of(by: str) -> str:
    """The Slack user id in an entry's ``by``; empty for what no person did."""
    return by.removeprefix("slack:") if by.startswith("slack:") else ""


def decides(case: Case, entry: Entry, **changes: object) -> Case:
    """A step that changes what people can decide: old buttons die."""
    return replace(case, revision=entry.seq, display_seq=entry.seq, **changes)  # type: ignore[arg-type]


def _requested(case: Case, entry: Entry, event: ev.ActionRequested) -> Case:
    if event.request_id in case.requests:
        return case
    terms = _terms(event)
    if terms.one_time_code and not event.proved:
        return case
    request = Request(
        request_id=event.request_id,
        action_id=event.action_id,
        risk=event.risk,
        by=user_of(entry.by),
        at=entry.at,
        reason=event.reason,
        plan=event.plan,
        digest=event.digest,
        needed=terms.needed,
        deadline=event.deadline,
        state=RequestState.PENDING,
        contains=event.contains,
        terms=terms,
        votes=_own_yes(entry, event, terms),
        seen=Seen(reads_first=event.reads_first),
    )
    return with_request(case, entry, _settled_by_votes(request))


def _terms(event: ev.ActionRequested) -> Terms:
    """The terms of a request: never fewer people than the entry wants, and never below the floor of its risk."""
    terms = event.terms or Terms(needed=event.needed)
    return replace(terms, needed=max(terms.needed, event.needed)).with_floor(event.risk)


def _own_yes(entry: Entry, event: ev.ActionRequested, terms: Terms) -> tuple[Vote, ...]:
    """The yes of the one who asks, where the terms let it count."""
    if event.own_shares is None or not terms.own_yes_counts or not user_of(entry.by):
        return ()
    return (Vote(user_of(entry.by), entry.at, event.own_shares),)


def _settled_by_votes(request: Request) -> Request:
    """The request, approved once nothing of its terms is missing."""
    state = RequestState.APPROVED if request.missing.nothing else RequestState.PENDING
    return replace(request, state=state)


def with_request(case: Case, entry: Entry, request: Request, **changes: object) -> Case:
    """The case with a request that has moved, and with the rungs that move by it."""
    requests = MappingProxyType(dict(climbed({**case.requests, request.request_id: request}, request, entry.at)))
    if request.is_read:
        return replace(case, requests=requests, display_seq=entry.seq, **changes)  # type: ignore[arg-type]
    return decides(case, entry, requests=requests, latest_request=request.request_id, **changes)


def _in(case: Case, request_id: str, states: tuple[RequestState, ...]) -> Request | None:
    """The request, if it stands in one of these states."""
    request = case.requests.get(request_id)
    return request if request is not None and request.state in states else None


def _approved(case: Case, entry: Entry, event: ev.ApprovalGiven) -> Case:
    request = _in(case, event.request_id, _WAITING)
    if request is None or event.digest != request.digest:
        return case
    if request.seen.waits or (request.seen.reads_first and not event.rendered):
        return case
    uncounted = {"", request.by, *(vote.user_id for vote in request.votes)}
    if user_of(entry.by) in uncounted or (request.terms.one_time_code and not event.proved):
        return case
    votes = (*request.votes, Vote(user_of(entry.by), entry.at, event.shares))
    return with_request(case, entry, _settled_by_votes(replace(request, votes=votes)))


def _rejected(case: Case, entry: Entry, event: ev.RequestRejected) -> Case:
    request = _in(case, event.request_id, _WAITING)
    if request is None:
        return case
    ended = replace(
        request,
        state=RequestState.REJECTED,
        decided_by=user_of(entry.by),
        ended_at=entry.at,
        sentence=event.reason,
    )
    return with_request(case, entry, ended)


def _expired(case: Case, entry: Entry, event: ev.RequestExpired) -> Case:
    request = _in(case, event.request_id, _WAITING)
    if request is None:
        return case
    return with_request(case, entry, replace(request, state=RequestState.EXPIRED, ended_at=entry.at))


def _started(case: Case, entry: Entry, event: ev.RunStarted) -> Case:
    request = _in(case, event.request_id, _AGREED)
    if request is None:
        return case
    begun = (*request.begun, Begun(entry.at, event.session))
    running = replace(request, state=RequestState.RUNNING, started=event, starts=request.starts + 1, begun=begun)
    return with_request(case, entry, running)


def _stopped(case: Case, entry: Entry, event: ev.RunStopped) -> Case:
    asked = _in(case, event.request_id, (*_WAITING, *_AGREED))
    if asked is None:
        return case
    request = replace(
        asked,
        state=RequestState.STOPPED,
        ended_at=entry.at,
        sentence=event.why,
        differences=event.differences,
        moved_to=event.plan,
        about_people=event.about_people,
    )
    if event.live is None:
        return with_request(case, entry, request)
    return with_request(case, entry, request, known_state=event.live, observed_at=entry.at)


def _finished(case: Case, entry: Entry, event: ev.RunFinished) -> Case:
    running = _in(case, event.request_id, _AGREED)
    if running is None:
        return case
    request = replace(
        running,
        state=_OUTCOMES[event.outcome],
        ended_at=entry.at,
        sentence=event.sentence,
        report=event.report,
    )
    return with_outcome(case, entry, request, event.state)


def with_outcome(case: Case, entry: Entry, request: Request, state: Mapping[str, str] | None) -> Case:
    """The case after a run has ended; ``state`` is what AWS showed then, and None when it was not read.

    What is found out only after another run was begun says nothing about whether the case is contained now.
    """
    changes: dict[str, object] = {}
    if state is not None:
        changes |= {"known_state": _after_call(case, state), "observed_at": entry.at}
    if _is_overtaken(case, request):
        return with_request(case, entry, request, **changes)
    if request.state is RequestState.DONE and request.contains is not None:
        changes["contained_by"] = request.request_id if request.contains else None
    elif case.contained_by == request.request_id:
        changes["contained_by"] = None
    return _contained_by_ladder(with_request(case, entry, request, **changes), request.ladder)


def _contained_by_ladder(case: Case, request_id: str) -> Case:
    """A ladder that is done contains the case also when none of the rungs that it needed does so alone."""
    ladder = case.requests.get(request_id)
    if ladder is None or ladder.state is not RequestState.DONE or not ladder.contains or case.contained_by is not None:
        return case
    return replace(case, contained_by=request_id)


def _ladder_stopped(case: Case, entry: Entry, event: LadderStopped) -> Case:
    ladder = _in(case, event.request_id, _AGREED)
    if ladder is None or not ladder.rungs or ladder.stopped_by:
        return case
    requests = MappingProxyType(dict(stopped(case.requests, ladder, user_of(entry.by), entry.at)))
    return decides(case, entry, requests=requests)


def _is_overtaken(case: Case, request: Request) -> bool:
    """Whether a request after this one was begun."""
    ids = list(case.requests)
    later = (case.requests[one] for one in ids[ids.index(request.request_id) + 1 :])
    return any(one.begun and not one.is_read for one in later)


def _after_call(case: Case, read_back: Mapping[str, str]) -> Mapping[str, str]:
    """The known state after our own call: what was read back, and the rest as it was, but for the time of change.

    Of a trust anchor that is gone nothing of the rest is true any more.
    """
    if read_back.get("exists") == "no":
        return read_back
    before = {what: value for what, value in (case.known_state or {}).items() if what != "changed at"}
    return {**before, **read_back}


REQUEST_STEPS: dict[type, Callable[[Case, Entry, Any], Case]] = {
    ev.ActionRequested: _requested,
    ev.ApprovalGiven: _approved,
    ev.RequestRejected: _rejected,
    ev.RequestExpired: _expired,
    ev.RunStarted: _started,
    ev.RunStopped: _stopped,
    ev.RunFinished: _finished,
    LadderStopped: _ladder_stopped,
}
"""What each event about a request makes of a case."""
