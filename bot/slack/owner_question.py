"""The message in the thread that asks the CA's owners, and what becomes of it when they have answered."""

from __future__ import annotations

from typing import Any

from bot.domain.ca_facts import Certificate
from bot.domain.case import Case
from bot.domain.ownership import OwnersQuestion, OwnersSaid
from bot.ports import Message
from bot.service.show_question import QUESTION_EVENT_TYPE, question_key
from bot.slack.button_value import Reference
from bot.slack.controls import NOT_OURS, OURS
from bot.slack.text import code, date, defang, fallback, literal, marked, mention_group, mention_user, shown

_MOST_CERTIFICATES = 5
_NAME = 200
_REASON = 500

Block = dict[str, Any]


class OwnerQuestion:
    """Draws the message.

    Args:
        channel: where cards stand.
    """

    def __init__(self, channel: str) -> None:
        self._channel = channel

    def draw(self, case: Case, question: OwnersQuestion) -> Message:
        """The message as it is now: with buttons until somebody has answered."""
        text = _asks(case, question)
        envelope = {
            "channel": case.card.channel or self._channel,
            "thread_ts": case.card.ts,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": QUESTION_EVENT_TYPE, "event_payload": {"key": question_key(case, question)}},
        }
        reference = Reference(case.case_id, question.seq)
        blocks = [_section(text), _certificates(case, question)]
        blocks.append(_section(answer_words(question.said)) if question.said else _buttons(reference))
        return Message({**envelope, "blocks": blocks}, lambda: envelope)


def answer_words(said: OwnersSaid) -> str:
    """What was said, by whom, when and why, in one line."""
    words = "it *is theirs*" if said.ours else "it is *not theirs*"
    reason = marked(shown(said.reason, _REASON), said.reason)
    return f"{mention_user(said.user_id)} says that {words}, {date(said.at)}: {reason}"


def owners_lines(case: Case) -> list[str]:
    """What the card says of the question; empty when nobody has asked."""
    question = case.ownership.question
    if question is None:
        return []
    asked = f"asked by {mention_user(question.by)}, {date(question.at)}"
    if question.dropped:
        return [f"*CA owners:* {asked}, but Slack did not take the question ({code(question.dropped, 60)})."]
    if question.said is None:
        return [f"*CA owners:* {mention_group(question.group)} {asked}; no answer yet, see the thread."]
    return [f"*CA owners:* {answer_words(question.said)}"]


def _asks(case: Case, question: OwnersQuestion) -> str:
    account = code(case.target.account or "unknown", 40)
    region = code(case.target.region or "unknown", 40)
    return (
        f"{mention_group(question.group)}: is this CA yours? {mention_user(question.by)} asks, because a trust anchor "
        f"in account {account}, {region} lets its holder in. Compare the keys: anybody can choose the names."
    )


def _certificates(case: Case, question: OwnersQuestion) -> Block:
    """The certificates as preformatted text: no parser of Slack's reads what an attacker wrote there."""
    asked = [one for one in case.ca.certificates if one.spki_sha256 in question.keys]
    texts = [_certificate(one) for one in asked[:_MOST_CERTIFICATES]]
    if len(asked) > _MOST_CERTIFICATES:
        texts.append(f"and {len(asked) - _MOST_CERTIFICATES} more certificates, in the audit log")
    left = "The CA of this case has changed since this was asked."
    element = {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "\n\n".join(texts) or left}]}
    return {"type": "rich_text", "elements": [element]}


def _certificate(one: Certificate) -> str:
    return "\n".join(
        (
            f"Subject      {_written(one.subject)}",
            f"Issuer       {'the same' if one.issuer == one.subject else _written(one.issuer)}",
            f"SHA-256      {one.sha256}",
            f"Key SHA-256  {one.spki_sha256}",
        )
    )


def _written(text: str) -> str:
    return marked(literal(defang(text), _NAME), text)


def _buttons(reference: Reference) -> Block:
    titles = {OURS: "It Is Ours…", NOT_OURS: "Not Ours…"}
    buttons = [
        {"type": "button", "action_id": one, "text": {"type": "plain_text", "text": title}, "value": reference.text()}
        for one, title in titles.items()
    ]
    return {"type": "actions", "block_id": reference.block_id("owners"), "elements": buttons}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, "expand": True}
