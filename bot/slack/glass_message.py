"""The message that tells everybody who broke the glass and why: in the thread, and shown in the channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.domain.approval_words import from_words, lacking_words
from bot.domain.case import Case, Request
from bot.domain.glass import Glass
from bot.domain.plan import plan_name
from bot.ports import Message
from bot.service.tell_glass import GLASS_EVENT_TYPE, glass_post_key
from bot.slack.glass_words import glass_words
from bot.slack.text import code, fallback


class GlassMessage:
    """Draws it.

    Args:
        channel: where cards stand.
        title: what people call an action, by its id.
        approvers_in_words: who may say yes where a rule names nobody.
    """

    def __init__(self, channel: str, title: Callable[[str], str], approvers_in_words: str) -> None:
        self._channel = channel
        self._title = title
        self._approvers = approvers_in_words

    def glass(self, case: Case, request: Request, glass: Glass) -> Message:
        """See :class:`bot.service.tell_glass.GlassPresenter`."""
        text = "\n".join(self._lines(request, glass))
        envelope: dict[str, Any] = {
            "channel": case.card.channel or self._channel,
            "thread_ts": case.card.ts,
            "reply_broadcast": True,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": GLASS_EVENT_TYPE, "event_payload": {"key": glass_post_key(case, request)}},
        }
        section = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}
        return Message({**envelope, "blocks": [section]}, lambda: envelope)

    def _lines(self, request: Request, glass: Glass) -> list[str]:
        lacking = lacking_words(request.missing, mention=False)
        steps = ", ".join(rung.title for rung in request.plan.rungs)
        return [
            f":rotating_light: {glass_words(request, glass, self._title(request.action_id))}",
            *([f"*Steps:* {steps}"] if steps else []),
            (
                f"It does not wait for {lacking}{from_words(request.terms, self._approvers)}: plan "
                f"{code(plan_name(request.digest), 12)} runs if AWS still shows what it says. It can be undone."
            ),
            "One of them who had no part in it is asked to review it, each working morning until it is done.",
        ]
