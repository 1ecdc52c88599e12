"""How a ladder is climbed: its rungs are requests of their own, and each begins when the one before it is done.

A rung is run, settled after a crash and taken back like any other request. Nothing but the log says whose turn it is,
so a process that dies between two rungs leaves nothing out and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain.case import Request, RequestState

NOT_BEGUN = "Not begun."
"""The sentence of a rung whose turn never came."""


def climbed(requests: Mapping[str, Request], changed: Request, at: datetime) -> Mapping[str, Request]:
    """The requests after ``changed``: its rungs are there once a ladder is approved, and the next one has its turn."""
    if changed.plan.rungs and changed.state is RequestState.APPROVED and not changed.rungs:
        return {**requests, **_begun(changed, at)}
    ladder = requests.get(changed.ladder)
    if ladder is None:
        return requests
    if not ladder.is_open:
        # Something was found out about a rung after the end; nothing begins any more.
        rungs = _rungs(requests, ladder)
        return {**requests, ladder.request_id: _ended(ladder, rungs, ladder.ended_at or at)}
    if changed.state is RequestState.RUNNING:
        return {**requests, ladder.request_id: replace(ladder, state=RequestState.RUNNING)}
    return _after(requests, ladder, at)


def stopped(requests: Mapping[str, Request], ladder: Request, by: str, at: datetime) -> Mapping[str, Request]:
    """The requests after somebody stopped a ladder: a rung that has its turn and has not begun does not begin."""
    after = {**requests, ladder.request_id: replace(ladder, stopped_by=by)}
    for one in _rungs(after, ladder):
        if one.state is RequestState.APPROVED:
            after[one.request_id] = _left(one, at)
    return _after(after, after[ladder.request_id], at)


def _begun(ladder: Request, at: datetime) -> dict[str, Request]:
    """The ladder and its rungs; the first has its turn."""
    rungs = {
        f"{ladder.request_id}.{number}": replace(
            ladder,
            request_id=f"{ladder.request_id}.{number}",
            action_id=rung.plan.action_id,
            risk=rung.risk,
            at=at,
            plan=rung.plan,
            digest=rung.plan.digest(),
            state=RequestState.WAITING if number > 1 else RequestState.APPROVED,
            contains=rung.contains,
            ladder=ladder.request_id,
        )
        for number, rung in enumerate(ladder.plan.rungs, 1)
    }
    return {ladder.request_id: replace(ladder, rungs=tuple(rungs)), **rungs}


def _after(requests: Mapping[str, Request], ladder: Request, at: datetime) -> Mapping[str, Request]:
    """The requests after a rung has ended, or the ladder was stopped: the next rung has its turn, or none has."""
    rungs = _rungs(requests, ladder)
    if any(one.state in (RequestState.APPROVED, RequestState.RUNNING) for one in rungs):
        return requests
    waiting = [one for one in rungs if one.state is RequestState.WAITING]
    ended = [one for one in rungs if not one.is_open]
    if waiting and not ladder.stopped_by and all(one.state is RequestState.DONE for one in ended):
        return {**requests, waiting[0].request_id: replace(waiting[0], state=RequestState.APPROVED)}
    left = {one.request_id: _left(one, at) for one in waiting}
    return {**requests, **left, ladder.request_id: _ended(ladder, ended, at)}


def _ended(ladder: Request, ended: list[Request], at: datetime) -> Request:
    states = [one.state for one in ended]
    done, of = states.count(RequestState.DONE), len(ladder.rungs)
    bad = next((one for one in states if one in (RequestState.FAILED, RequestState.UNKNOWN)), None)
    if done == of:
        state = RequestState.DONE
    elif bad is None and done and not ladder.stopped_by:
        state = RequestState.FAILED
    else:
        state = bad or RequestState.STOPPED
    return replace(ladder, state=state, ended_at=at, sentence=f"{done} of {of} steps are done.")


def _rungs(requests: Mapping[str, Request], ladder: Request) -> list[Request]:
    return [requests[request_id] for request_id in ladder.rungs]


def _left(rung: Request, at: datetime) -> Request:
    return replace(rung, state=RequestState.STOPPED, ended_at=at, sentence=NOT_BEGUN)
