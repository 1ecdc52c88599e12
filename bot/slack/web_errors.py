"""Slack's and aiohttp's errors, translated into ours in one place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear

_RATE_LIMITED_STATUS = 429
_SERVER_ERROR_STATUS = 500
_LONGEST_WAIT_SECONDS = 120.0
_USUAL_WAIT_SECONDS = 1.0
# Slack answers these when it broke down in the middle: the message may be there.
_UNCLEAR_CODES = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})


@contextmanager
def slack_errors(method: str) -> Iterator[None]:
    """Translate what a Web API call raises.

    Raises:
        SlackRateLimited: Slack wants us to wait.
        SlackUnclear: no answer, or one that leaves open whether it was done.
        SlackError: Slack refused.
    """
    try:
        yield
    except SlackApiError as error:
        raise _translated(error, method) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SlackUnclear(type(error).__name__, method) from error
    except SlackClientError as error:
        raise SlackUnclear(type(error).__name__, method) from error


def _translated(error: SlackApiError, method: str) -> SlackError:
    response = error.response
    status = getattr(response, "status_code", 200)
    if status == _RATE_LIMITED_STATUS:
        return SlackRateLimited(method, _retry_after_seconds(getattr(response, "headers", {})))
    data = getattr(response, "data", response)
    code = str(data.get("error", "unknown")) if isinstance(data, Mapping) else "unreadable_answer"
    if status >= _SERVER_ERROR_STATUS or code in _UNCLEAR_CODES or not isinstance(data, Mapping):
        return SlackUnclear(code, method)
    return SlackError(code, method, _details(data))


def _retry_after_seconds(headers: Mapping[str, Any]) -> float:
    found = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        seconds = float(found[0] if isinstance(found, list | tuple) else found)
    except (IndexError, TypeError, ValueError):
        return _USUAL_WAIT_SECONDS
    return _USUAL_WAIT_SECONDS if math.isnan(seconds) else min(max(seconds, 0.5), _LONGEST_WAIT_SECONDS)


def _details(data: Mapping[str, Any]) -> tuple[str, ...]:
    metadata = data.get("response_metadata")
    messages = metadata.get("messages", []) if isinstance(metadata, Mapping) else []
    return tuple(str(message)[:200] for message in messages[:5])
