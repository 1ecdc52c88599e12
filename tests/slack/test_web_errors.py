"""What Slack's and the network's errors become."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.slack.web_errors import slack_errors


class Answer:
    """What slack_sdk holds of an answer."""

    def __init__(self, data: object, status: int = 200, headers: dict[str, Any] | None = None) -> None:
        self.data = data
        self.status_code = status
        self.headers = headers or {}


def api_error(answer: object) -> SlackApiError:
    """What slack_sdk raises for an answer that is no ok."""
    return SlackApiError("no", answer)  # type: ignore[no-untyped-call]  # slack_sdk leaves its types out.


def translated(error: Exception) -> SlackError:
    """What an error that a call raises becomes."""
    with pytest.raises(SlackError) as raised, slack_errors("chat.postMessage"):
        raise error
    assert raised.value.method == "chat.postMessage"
    return raised.value


def test_a_refusal_keeps_its_code_and_details() -> None:
    """Slack said no: nothing was shown, and why."""
    data = {"ok": False, "error": "invalid_blocks", "response_metadata": {"messages": ["[ERROR] x"] * 9}}
    error = translated(api_error(Answer(data)))
    assert (error.code, error.details) == ("invalid_blocks", ("[ERROR] x",) * 5)
    assert not isinstance(error, SlackUnclear)


@pytest.mark.parametrize(
    "answer",
    [
        Answer({"ok": False, "error": "fatal_error"}),
        Answer({"ok": False, "error": "internal_error"}),
        Answer({"ok": False, "error": "anything"}, 503),
        Answer("<html>Bad gateway</html>", 502),
        Answer(b"\x00", 200),
        Answer(None),
        {"ok": False, "error": "service_unavailable"},
    ],
)
def test_a_breakdown_is_a_doubt(answer: object) -> None:
    """When Slack broke down in the middle, the message may stand there."""
    assert isinstance(translated(api_error(answer)), SlackUnclear)


@pytest.mark.parametrize(
    "error", [aiohttp.ServerDisconnectedError(), TimeoutError(), ConnectionResetError(), SlackClientError()], ids=repr
)
def test_no_answer_is_a_doubt(error: Exception) -> None:
    """When no answer came, the call may have had its effect."""
    assert isinstance(translated(error), SlackUnclear)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (["12"], 12.0),
        ("0", 0.5),
        ("-3", 0.5),
        ("99999", 120.0),
        ("inf", 120.0),
        ("nan", 1.0),
        ("soon", 1.0),
        ("", 1.0),
        ([], 1.0),
        (None, 1.0),
    ],
)
def test_a_rate_limit_waits_for_a_sane_time(value: object, seconds: float) -> None:
    """Whatever the header says: at least half a second, at most two minutes."""
    error = translated(api_error(Answer({"error": "ratelimited"}, 429, {"Retry-After": value})))
    assert isinstance(error, SlackRateLimited)
    assert error.retry_after_seconds == seconds


def test_other_errors_are_not_ours() -> None:
    """A defect of our own is no error of Slack's."""
    with pytest.raises(KeyError), slack_errors("chat.postMessage"):
        raise KeyError("x")
