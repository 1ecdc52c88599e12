"""How far a ladder is, in words."""

from __future__ import annotations

from collections.abc import Callable

from bot.domain.case import Case, Request, RequestState
from bot.domain.ladder_steps import NOT_BEGUN
from bot.slack.plan_words import difference_lines
from bot.slack.text import defang, mention_user, shown, time_of_day

Title = Callable[[str], str]
"""What people call an action, by its id."""

_STATES = {
    RequestState.WAITING: "waits for its turn",
    RequestState.APPROVED: "is next",
    RequestState.RUNNING: "*is running*",
    RequestState.FAILED: "*failed*",
    RequestState.UNKNOWN: "*outcome not known*",
    RequestState.STOPPED: "not run",
}


def progress_lines(case: Case, title: Title) -> list[str]:
    """How far the newest containment is, when that is a ladder that was begun; else nothing."""
    ladder = case.last_containment
    if ladder is None or not ladder.rungs:
        return []
    lines = [f"*{title(ladder.action_id)}: {done_words(case, ladder)}*"]
    lines += [_progress(number, rung, title) for number, rung in enumerate(_rungs(case, ladder), 1)]
    if ladder.stopped_by:
        lines.append(f"Stopped by {mention_user(ladder.stopped_by)}: no further step begins.")
    return lines


def _progress(number: int, rung: Request, title: Title) -> str:
    first = f"{number}. {title(rung.action_id)}: "
    if rung.state is RequestState.DONE and rung.ended_at is not None:
        return f"{first}done {time_of_day(rung.ended_at)}"
    if rung.sentence == NOT_BEGUN:
        return f"{first}not begun"
    state = _STATES.get(rung.state, rung.state.value)
    if rung.state in (RequestState.FAILED, RequestState.UNKNOWN, RequestState.STOPPED):
        sentence = f"{first}{state}. {shown(defang(rung.sentence), 300)}"
        return "\n".join([sentence, *difference_lines(rung.differences)])
    return f"{first}{state}"


def done_words(case: Case, ladder: Request) -> str:
    """How many of its rungs are done, such as "1 of 4 done"."""
    rungs = _rungs(case, ladder)
    return f"{sum(one.state is RequestState.DONE for one in rungs)} of {len(rungs)} done"


def place_words(case: Case, rung: Request) -> str:
    """Which rung of its ladder a request is, such as "2 of 4: "; empty for any other request."""
    ladder = case.requests.get(rung.ladder)
    return f"{ladder.rungs.index(rung.request_id) + 1} of {len(ladder.rungs)}: " if ladder else ""


def end_words(case: Case, rung: Request, title: Title) -> list[str]:
    """What the end of a rung means for its ladder, as a line; none while the next one has its turn."""
    ladder = case.requests.get(rung.ladder)
    if ladder is None or ladder.is_open:
        return []
    rungs, name = _rungs(case, ladder), title(ladder.action_id)
    begun = [one for one in rungs if one.sentence != NOT_BEGUN]
    if begun[-1] is not rung:
        return []
    if ladder.state is RequestState.DONE:
        return [f"All {len(rungs)} steps of *{name}* are done."]
    left = ", ".join(title(one.action_id) for one in rungs if one.sentence == NOT_BEGUN)
    not_begun = f" Not begun: {left}." if left else ""
    return [f"*{name}* ends here, {done_words(case, ladder)}.{not_begun} What is done stays done."]


def _rungs(case: Case, ladder: Request) -> list[Request]:
    return [case.requests[request_id] for request_id in ladder.rungs]
