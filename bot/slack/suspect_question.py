"""The message in the thread that asks whoever has the caller's name whether it was them, and the card's line of it."""

from __future__ import annotations

from typing import Any

from bot.domain.case import Case
from bot.domain.suspicion import Suspect
from bot.ports import Message
from bot.service.ask_suspects import SUSPECTS_EVENT_TYPE, suspects_key
from bot.slack.button_value import Reference
from bot.slack.text import code, date, fallback, mention_user

WAS_ME = "it_was_me"
WAS_NOT_ME = "it_was_not_me"
_WHAT = {"CreateTrustAnchor": "made", "UpdateTrustAnchor": "changed", "EnableTrustAnchor": "enabled"}
_RULE = "Whatever the answer, somebody else decides: who is asked here may not close this case or approve a deletion."

Block = dict[str, Any]


class SuspectQuestion:
    """Draws it.

    Args:
        channel: where cards stand.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel

    def draw(self, case: Case) -> Message:
        """See :class:`bot.service.ask_suspects.SuspectPresenter`."""
        known = case.suspicion
        reference = Reference(case.case_id, known.asked_seq)
        lines = [_question(case), *(f"• {_one(one)}" for one in known.people)]
        text = "\n".join(lines)
        envelope = {
            "channel": case.card.channel or self._channel,
            "thread_ts": case.card.ts,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": SUSPECTS_EVENT_TYPE, "event_payload": {"key": suspects_key(case)}},
        }
        blocks: list[Block] = [{"type": "section", "text": _mrkdwn(text), "expand": True}]
        if any(one.was_me is None for one in known.people):
            elements = [_button(WAS_ME, "It Was Me", reference), _button(WAS_NOT_ME, "It Was Not Me", reference)]
            blocks.append({"type": "actions", "block_id": reference.block_id("suspects"), "elements": elements})
        blocks.append({"type": "context", "elements": [_mrkdwn(_RULE)]})
        return Message({**envelope, "blocks": blocks}, lambda: envelope)


def suspect_lines(case: Case) -> list[str]:
    """What the card says of them; empty while nobody has the caller's name."""
    return [f"*Was it them?* {_one(one)}" for one in case.suspicion.people]


def suspect_note(who: str, *, was_me: bool) -> str:
    """The thread's line about an answer."""
    if was_me:
        return f"{who} says that it was them. That is the suspect's own word: somebody else must still look and decide."
    return f"{who} says that it was *not* them. Then somebody else uses their name or their session: disable first."


def _question(case: Case) -> str:
    what = _WHAT.get(case.detection.event_name, "touched")
    account, region = code(case.target.account or "unknown", 40), code(case.target.region or "unknown", 40)
    return f"*Was it you?* A trust anchor was {what} in account {account}, {region}, by a caller with your name."


def _one(one: Suspect) -> str:
    who = f"{mention_user(one.user_id)} (the call came under {one.by} like theirs)"
    if one.was_me is None or one.said_at is None:
        return f"{who} is asked; no answer yet."
    words = "it was them" if one.was_me else "it was *not* them"
    return f"{who} says that {words}, {date(one.said_at)}. The suspect's own word."


def _button(action_id: str, title: str, reference: Reference) -> Block:
    text = {"type": "plain_text", "text": title}
    return {"type": "button", "action_id": action_id, "text": text, "value": reference.text()}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
