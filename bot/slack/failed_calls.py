"""The message that counts the failed attempts of one caller; it rings once and is updated in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.domain.caller import CallerKind
from bot.domain.case import Case
from bot.domain.failed_calls import FailedCalls
from bot.ports import Message
from bot.service.show_case import ATTEMPTS_EVENT_TYPE
from bot.slack.card_words import utc
from bot.slack.text import code, date, defang, fallback, marked

_MOST_VALUES = 5
_NAME = 80
_CALLER = 200
# AWS writes these when it denies a call; any other error is a failure of another kind.
# See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/CommonErrors.html
_DENIALS = frozenset(
    {"AccessDenied", "AccessDeniedException", "NotAuthorized", "UnauthorizedOperation", "Client.UnauthorizedOperation"}
)


class FailedCallsMessage:
    """Draws the message.

    Args:
        ops_channel: where it goes.
    """

    def __init__(self, ops_channel: str) -> None:
        self._ops_channel = ops_channel

    def draw(self, stream: Case, calls: FailedCalls) -> Message:
        """The message as the stream is now."""
        text = "\n".join((_headline(calls), *_facts(calls))) + f" · {stream.case_id}"
        envelope = {
            "channel": stream.card.channel or self._ops_channel,
            "text": fallback(text),
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": ATTEMPTS_EVENT_TYPE, "event_payload": {"key": stream.case_id}},
        }
        mrkdwn = {"type": "mrkdwn", "text": text, "verbatim": True}
        section: dict[str, Any] = {"type": "section", "text": mrkdwn, "expand": True}
        return Message({**envelope, "blocks": [section]}, lambda: envelope)


def _headline(calls: FailedCalls) -> str:
    attempts = "1 attempt" if calls.count == 1 else f"{calls.count} attempts"
    was = "was" if calls.count == 1 else "were"
    became = f"{was} refused" if set(calls.errors) <= _DENIALS else "failed"
    account = code(calls.first.account or "unknown", _NAME)
    return (
        f"*{attempts}* by {_caller(calls)} in account {account} {became} ({_listed(calls.errors)}): "
        "nothing was created or changed."
    )


def _caller(calls: FailedCalls) -> str:
    name = marked(code(defang(calls.first.caller), _CALLER), calls.first.caller)
    words = {
        CallerKind.ARN: name,
        CallerKind.ACCESS_KEY: f"access key {name}",
        CallerKind.PRINCIPAL: f"principal {name}",
        CallerKind.UNKNOWN: "somebody whom the events do not name",
    }
    return words[calls.first.caller_kind]


def _facts(calls: FailedCalls) -> list[str]:
    return [
        f"Tried: {_listed(calls.operations)}",
        _when(calls),
        f"Regions: {_listed(calls.regions)} · From: {_listed(calls.addresses, defang)}",
    ]


def _when(calls: FailedCalls) -> str:
    if calls.first_at == calls.last_at:
        return f"At {_moment(calls.first_at)}"
    return f"First at {_moment(calls.first_at)}, last at {_moment(calls.last_at)}"


def _moment(at: datetime) -> str:
    return f"{date(at)} ({utc(at)})"


def _listed(values: Sequence[str], calm: Callable[[str], str] = str) -> str:
    """The first few values and how many more there are."""
    if not values:
        return "not stated"
    listed = ", ".join(code(calm(one), _NAME) for one in values[:_MOST_VALUES])
    more = len(values) - _MOST_VALUES
    return f"{listed} and {more} more" if more > 0 else listed
