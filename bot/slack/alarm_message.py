"""The message about what came back, its reminders, and the button by which somebody says that they have it."""

from __future__ import annotations

from typing import Any

from bot.domain.alarms import Alarm
from bot.domain.case import Case
from bot.ports import Message
from bot.service.watch_containment import (
    ALARM_EVENT_TYPE,
    ALARM_REMINDER_EVENT_TYPE,
    alarm_key,
    alarm_reminder_key,
)
from bot.slack.button_value import Reference
from bot.slack.text import date, defang, fallback, marked, mention_user, shown

ACKNOWLEDGE_ALARM = "acknowledge_alarm"
_SENTENCE = 600
_SHORT = 300
_MOST_NAMED = 3

Block = dict[str, Any]


def alarm_words(alarm: Alarm, most: int = _SENTENCE) -> str:
    """What came back, neutralised."""
    return marked(shown(defang(alarm.sentence), most), alarm.sentence)


def who_has_it(alarm: Alarm) -> str:
    """Who acknowledged an alarm and when; that nobody did while somebody should; empty for one of an older log."""
    if alarm.acknowledged_by and alarm.acknowledged_at is not None:
        return f"Acknowledged by {mention_user(alarm.acknowledged_by)}, {date(alarm.acknowledged_at)}."
    return "*Nobody has acknowledged it yet.*" if alarm.calls else ""


def acknowledge_button(case: Case, alarm: Alarm) -> Block:
    """The button. It carries the alarm and not the case's revision: it lives on while the case moves."""
    return {
        "type": "button",
        "action_id": ACKNOWLEDGE_ALARM,
        "style": "primary",
        "text": {"type": "plain_text", "text": "Acknowledge"},
        "value": alarm_reference(case, alarm).text(),
    }


def alarm_reference(case: Case, alarm: Alarm) -> Reference:
    """What the button and the block around it carry."""
    return Reference(case.case_id, alarm.seq)


class AlarmMessage:
    """Draws alarms.

    Args:
        channel: where cards stand.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel

    def draw(self, case: Case, alarm: Alarm) -> Message:
        """The alarm in the case's thread, shown in the channel too; and who has it, once somebody has."""
        asked = _asked(case) if alarm.waits else ""
        text = f"{asked}:rotating_light: *Came back after the containment.* {alarm_words(alarm)}"
        lines = [text, *([who_has_it(alarm)] if alarm.calls else [])]
        metadata = _metadata(ALARM_EVENT_TYPE, alarm_key(case, alarm))
        return self._message(case, lines, alarm if alarm.waits else None, metadata, anew=not alarm.told)

    def remind(self, case: Case, number: int) -> Message:
        """The reminder of this number, from 1, of all alarms that nobody has; it is shown in the channel too."""
        waiting = case.aftermath.waiting
        named = [f"• {date(one.at)}: {alarm_words(one, _SHORT)}" for one in waiting[-_MOST_NAMED:]]
        more = len(waiting) - len(named)
        first = f"{_asked(case)}:rotating_light: *Came back, and nobody has acknowledged it.*"
        last = "Press Acknowledge if you look into it. This comes again until somebody does."
        lines = [first, *named, *([f"And {more} more before these."] if more > 0 else []), last]
        metadata = _metadata(ALARM_REMINDER_EVENT_TYPE, alarm_reminder_key(case, number))
        return self._message(case, lines, waiting[-1] if waiting else None, metadata, anew=True)

    def _message(
        self, case: Case, lines: list[str], button: Alarm | None, metadata: dict[str, Any], *, anew: bool
    ) -> Message:
        text = "\n".join(lines)
        envelope: dict[str, Any] = {
            "channel": case.card.channel or self._channel,
            "thread_ts": case.card.ts,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": metadata,
            **({"reply_broadcast": True} if anew else {}),
        }
        section = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}
        blocks: list[Block] = [section]
        if button is not None:
            part = alarm_reference(case, button).block_id("alarm")
            blocks.append({"type": "actions", "block_id": part, "elements": [acknowledge_button(case, button)]})
        return Message({**envelope, "blocks": blocks}, lambda: envelope)


def _asked(case: Case) -> str:
    """Those who have the case: who acknowledged it, and who asked for what contained it."""
    containment = case.requests.get(case.contained_by or "")
    people = (case.acknowledged_by, containment.by if containment is not None else None)
    named = " ".join(mention_user(one) for one in dict.fromkeys(people) if one)
    return f"{named} " if named else ""


def _metadata(event_type: str, key: str) -> dict[str, Any]:
    return {"event_type": event_type, "event_payload": {"key": key}}
