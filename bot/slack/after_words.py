"""What people read after a containment: until when sessions may live, what came back, and how the watch ended."""

from __future__ import annotations

from bot.domain.alarms import AllClearSaid
from bot.domain.all_clear import all_clear_of, is_watched, next_round
from bot.domain.case import Case
from bot.domain.session_ends import contained_since, revoked_at, sessions_end
from bot.slack.alarm_message import alarm_words, who_has_it
from bot.slack.text import date, defang, marked, shown, time_of_day

_SENTENCE = 600
_SHORT = 300


def after_lines(case: Case) -> list[str]:
    """What the card says of it; empty for a case that is not contained."""
    lines = []
    if case.aftermath.alarms:
        newest = case.aftermath.alarms[-1]
        came = f":rotating_light: *Came back*, {date(newest.at)}: {alarm_words(newest, _SHORT)}"
        lines.append(f"{came} {who_has_it(newest)}".rstrip())
    said = all_clear_of(case)
    if said is not None:
        return [*lines, all_clear_words(said, most=_SHORT)]
    end = sessions_end(case)
    if end is None or not is_watched(case):
        return lines
    return [*lines, f"*Sessions may live until {date(end)}.* {_looks(case)}".rstrip()]


def after_step(case: Case) -> str | None:
    """The next step of a contained case by what came after; None where nothing special is known."""
    if case.aftermath.alarms and contained_since(case) is not None:
        first = "press Acknowledge below, then read" if case.aftermath.waiting else "read"
        return f"It came back: {first} what was seen. Revoke sessions or disable more."
    said = all_clear_of(case)
    if said is not None and said.clear:
        return "Harden: the guide has texts for it. Then write the closing note."
    if said is None and is_watched(case):
        wait = "Revoke sessions, or wait" if revoked_at(case) is None else "Wait"
        return f"{wait} until the last session is over. Then harden: the guide has texts for it."
    return None


def all_clear_words(said: AllClearSaid, *, most: int = _SENTENCE) -> str:
    """How the watch ended, in a line or two."""
    times = "once" if said.looks == 1 else f"{said.looks} times"
    looked = f"Anchorwatch looked {times}, the last time {date(said.last_look)}"
    if not said.clear:
        why = _said(said.why, most)
        return f"*This is no all-clear.* The sessions had to end by {date(said.over_at)}. {why} {looked}."
    unseen = f" Not checked: {_said(' '.join(said.not_checked), most)}" if said.not_checked else ""
    over = f"no session of this trust anchor can be alive any more: the last had to end by {date(said.over_at)}"
    return f"*All clear:* {over}. {looked}, and saw nothing.{unseen}"


def _looks(case: Case) -> str:
    due = next_round(case)
    return f"Anchorwatch keeps looking, next at {time_of_day(due[1])}." if due is not None else ""


def _said(sentence: str, limit: int) -> str:
    return marked(shown(defang(sentence), limit), sentence)
