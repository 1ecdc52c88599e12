"""What people read after a containment: until when sessions may live, what came back, and how the watch ended."""

from __future__ import annotations

from typing import Any

from bot.domain.alarms import Alarm, AllClearSaid
from bot.domain.all_clear import all_clear_of, is_watched, next_round
from bot.domain.case import Case
from bot.domain.session_ends import contained_since, sessions_end
from bot.ports import Message
from bot.service.watch_containment import ALARM_EVENT_TYPE, alarm_key
from bot.slack.text import date, defang, fallback, marked, shown, time_of_day

_SENTENCE = 600
_SHORT = 300


def after_lines(case: Case) -> list[str]:
    """What the card says of it; empty for a case that is not contained."""
    lines = []
    if case.aftermath.alarms:
        newest = case.aftermath.alarms[-1]
        lines.append(f":rotating_light: *Came back*, {date(newest.at)}: {_said(newest.sentence, _SHORT)}")
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
        return "It came back: read below and in the thread, then revoke sessions or disable more."
    said = all_clear_of(case)
    if said is not None and said.clear:
        return "Harden: the guide has texts for it. Then write the closing note."
    if said is None and is_watched(case):
        return "Revoke sessions, or wait until they are over. Then harden: the guide has texts for it."
    return None


def all_clear_words(said: AllClearSaid, *, most: int = _SENTENCE) -> str:
    """How the watch ended, in a line or two."""
    over = f"no session of this trust anchor can be alive since {date(said.over_at)}"
    looks = "one look" if said.looks == 1 else f"{said.looks} looks"
    when = f"{looks} after the first rounds, the last {date(said.last_look)}"
    unseen = f" Not checked: {_said(' '.join(said.not_checked), most)}" if said.not_checked else ""
    if said.clear:
        return f"*All clear:* {over}. Nothing was seen in {when}.{unseen}"
    over = f"*The sessions must be over* since {date(said.over_at)}, but this is no all-clear."
    return f"{over} {_said(said.why, most)} Anchorwatch took {when}."


class AlarmMessage:
    """Draws alarms.

    Args:
        channel: where cards stand.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel

    def draw(self, case: Case, alarm: Alarm) -> Message:
        """The alarm in the case's thread, shown in the channel too."""
        text = f":rotating_light: *Came back.* {_said(alarm.sentence, _SENTENCE)}"
        envelope: dict[str, Any] = {
            "channel": case.card.channel or self._channel,
            "thread_ts": case.card.ts,
            "reply_broadcast": True,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": ALARM_EVENT_TYPE, "event_payload": {"key": alarm_key(case, alarm)}},
        }
        section = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}
        return Message({**envelope, "blocks": [section]}, lambda: envelope)


def _looks(case: Case) -> str:
    due = next_round(case)
    return f"Anchorwatch keeps looking until then, next at {time_of_day(due[1])}." if due is not None else ""


def _said(sentence: str, limit: int) -> str:
    return marked(shown(defang(sentence), limit), sentence)
