"""The message with the house's own guide, and what card, thread and the page of tasks say of it."""

from __future__ import annotations

from typing import Any

from bot.domain.case import Case
from bot.domain.training import TrainingNotSent, TrainingSent
from bot.ports import Message
from bot.service.send_training import TRAINING_EVENT_TYPE
from bot.slack.guide_texts import link
from bot.slack.text import code, date, defang, fallback, marked, mention_user, shown

_SHORT = 60
_WHY = 300
_ARN = 200


class TrainingMessages:
    """Writes them.

    Args:
        channel: where cards stand.
        guide_url: the house's own guide; None means that there is none, and then nothing is ever sent.
    """

    def __init__(self, channel: str, guide_url: str | None) -> None:
        self._channel = channel
        self._guide_url = guide_url or ""

    def to_person(self, case: Case, user_id: str) -> Message:
        """The message for whoever did it."""
        detection, asked_by = case.detection, mention_user(case.tasks.training.asked_by)
        place = f"{code(detection.account or 'unknown', _SHORT)}, {code(detection.region or 'unknown', _SHORT)}"
        text = (
            f"{mention_user(user_id)}, you made or changed a trust anchor with an external CA in the AWS account "
            f"{place} ({date(detection.happened_at)}). It was fine. Whoever holds that CA's key can get credentials of "
            f"the account, so please read how we do it: {self._link()}.\n"
            f"{asked_by} asked for this message. Case {case.case_id}."
        )
        return _message(case, user_id, None, text)

    def to_thread(self, case: Case, why: str) -> Message:
        """The message in the thread."""
        detection = case.detection
        caller = detection.actor.arn or detection.actor.name or "unknown"
        text = (
            f"{mention_user(case.tasks.training.asked_by)}, the guide was sent to nobody: {_said(why, _WHY)}. "
            f"Please pass it on to whoever is behind {marked(code(defang(caller), _ARN), caller)}: {self._link()}."
        )
        return _message(case, case.card.channel or self._channel, case.card.ts, text)

    def _link(self) -> str:
        return link("our guide", self._guide_url)


def training_lines(case: Case) -> list[str]:
    """The card's line about it; none before it was sent."""
    known = case.tasks.training
    if not isinstance(known.ended, TrainingSent) or known.ended_at is None:
        return []
    asked = f"Asked for by {mention_user(known.asked_by)}, {date(known.ended_at)}."
    return [f"*Training guide:* {_sent(known.ended)}. {asked}"]


def training_note(event: TrainingSent | TrainingNotSent) -> str:
    """The thread's line."""
    if isinstance(event, TrainingSent):
        return f"The training guide was {_sent(event)}."
    doubt = "It may have been sent all the same, so it is not sent again." if event.maybe else "Nothing was sent."
    return f"*The training guide was not sent.* {_said(event.why, _WHY)} {doubt}"


def _sent(event: TrainingSent) -> str:
    where = f"sent to {mention_user(event.to)}" if event.to else "put into the thread, to be passed on"
    before = {0: "This caller never had it before", 1: "This caller had it once before"}
    return f"{where}. {before.get(event.earlier, f'This caller had it {event.earlier} times before')}"


def _message(case: Case, channel: str, thread_ts: str | None, text: str) -> Message:
    envelope: dict[str, Any] = {
        "channel": channel,
        **({"thread_ts": thread_ts} if thread_ts else {}),
        "text": fallback(text),
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": {"event_type": TRAINING_EVENT_TYPE, "event_payload": {"key": case.case_id}},
    }
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    return Message({**envelope, "blocks": [section]}, lambda: envelope)


def _said(text: str, limit: int) -> str:
    return marked(shown(defang(text), limit), text)
