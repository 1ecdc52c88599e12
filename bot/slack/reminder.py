"""The reminder in the thread: what still waits, and for whom."""

from __future__ import annotations

from bot.domain.approval_words import lacking_words
from bot.domain.case import Case, Request
from bot.domain.reminders import Unanswered
from bot.ports import Message
from bot.service.remind import REMINDER_EVENT_TYPE, reminder_key
from bot.slack.controls import Controls
from bot.slack.text import date, fallback, mention_user, shown


class Reminder:
    """Writes reminders.

    Args:
        channel: where cards stand.
        controls: knows what people call the actions.
    """

    def __init__(self, channel: str, controls: Controls) -> None:
        self._channel = channel
        self._controls = controls

    def draw(self, case: Case, request: Request, number: int, waiting: Unanswered) -> Message:
        """The reminder of this number. It mentions those whom it asks, and nobody else."""
        text = "\n".join(self._lines(request, waiting))
        envelope = {
            "channel": case.card.channel or self._channel,
            "thread_ts": case.card.ts,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {
                "event_type": REMINDER_EVENT_TYPE,
                "event_payload": {"key": reminder_key(case, request, number)},
            },
        }
        section = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}
        return Message({**envelope, "blocks": [section]}, lambda: envelope)

    def _lines(self, request: Request, waiting: Unanswered) -> list[str]:
        title = self._controls.title(request.action_id)
        lacking = lacking_words(request.missing, mention=False)
        lines = [
            f"*{title}* waits for {lacking}. Nothing runs until then. The request expires {date(request.deadline)}."
        ]
        if waiting.pinged:
            asked = " ".join(map(mention_user, waiting.pinged))
            lines.append(f"{asked}: read the plan on the card, then approve or reject it.")
        rest = _rest(waiting)
        if rest:
            lines.append(rest)
        if waiting.lost:
            lists = ", ".join(shown(name, 60) for name in waiting.lost)
            lines.append(f"Slack can't tell who is in {lists}, so nobody in there can approve just now.")
        if waiting == Unanswered():
            rule = f"Rule {shown(request.terms.rule, 60)} leaves" if request.terms.rule else "There is"
            lines.append(f"{rule} nobody else who could approve it.")
        return lines


def _rest(waiting: Unanswered) -> str:
    """Who else has not answered, by number."""
    parts = []
    if waiting.more:
        parts.append(f"{waiting.more} more" if waiting.pinged else str(waiting.more))
    if waiting.silent:
        parts.append(f"{waiting.silent} who {'is' if waiting.silent == 1 else 'are'} never pinged")
    first = "Also not" if waiting.pinged else "Not"
    return f"{first} answered yet: {', and '.join(parts)}." if parts else ""
