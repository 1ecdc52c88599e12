"""Which rungs of a ladder a case needs now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.case import Case, RequestState
from bot.domain.case_evidence import evidence_of, known_state
from bot.domain.ladder import Ladder
from bot.domain.response_action import ResponseAction


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rungs that a case needs now, in their order, and in words those that it does not."""

    actions: tuple[ResponseAction, ...]
    left_out: tuple[str, ...]


def choose(ladder: Ladder, case: Case) -> Chosen:
    """Take the rungs that are still to be done.

    From the first of them on all are taken that can be, also those that were done before: sessions that were revoked
    while the trust anchor was still open are not all of them. A trust anchor that somebody else has disabled is
    disabled again: what is known of it may be old, and whoever disabled it can enable it.
    """
    state, evidence = known_state(case), evidence_of(case)
    taken: list[ResponseAction] = []
    left_out = []
    for action in ladder.actions:
        if not action.possible(evidence):
            left_out.append(f"{action.title}: nothing is known yet that it could act on.")
        elif not action.offered(state) and state.get("exists") == "no":
            left_out.append(f"{action.title}: not needed, as far as AWS has shown the trust anchor.")
        elif not taken and stands(case, action):
            left_out.append(f"{action.title}: done in this case already.")
        else:
            taken.append(action)
    return Chosen(tuple(taken), tuple(left_out))


def stands(case: Case, action: ResponseAction) -> bool:
    """Whether this case has done the action and not taken it back since."""
    done, back = _done_at(case, action.id), _done_at(case, action.undo)
    backs = [back, case.aftermath.open_at if action.on_anchor else None]
    return done is not None and all(one is None or one < done for one in backs)


def _done_at(case: Case, action_id: str | None) -> datetime | None:
    done = (one for one in case.requests.values() if one.action_id == action_id and one.state is RequestState.DONE)
    return max((one.ended_at for one in done if one.ended_at is not None), default=None)


def is_offered(ladder: Ladder, case: Case) -> bool:
    """Whether its control makes sense: for one rung alone there is that rung's own control."""
    rungs = len(choose(ladder, case).actions)
    return rungs > 1 or (rungs == 1 and goes_on(ladder, case))


def goes_on(ladder: Ladder, case: Case) -> bool:
    """Whether it was begun last and has not come to its end, so that asking again goes on from there."""
    last = case.last_containment
    if last is None or last.action_id != ladder.id or last.is_open:
        return False
    ended = [case.requests[request_id].state for request_id in last.rungs]
    return RequestState.DONE in ended and any(state is not RequestState.DONE for state in ended)
