"""How a payload reaches the bot over HTTP: signed, form-encoded, with 3 seconds to answer.

See: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.slack.records import DeliveryState, Json

ACK_DEADLINE_SECONDS = 3.0
USER_AGENT = "Slackbot 1.0 (+https://api.slack.com/robots)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the bot took one payload.

    Attributes:
        state: `acked`, `missed` or `failed`.
        status: The HTTP status, or what went wrong in words.
        body: The decoded body of the acknowledgement, or None when it was empty.
    """

    state: DeliveryState
    status: int | str
    body: Any = None


class Transport(Protocol):
    """One way to the bot."""

    async def send(self, payload: Json, *, accepts_body: bool) -> Outcome:
        """Send a payload once and wait at most 3 seconds; interactivity is never sent again."""
        ...


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Return `X-Slack-Signature` for a raw body."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(secret: str, timestamp: str, body: bytes) -> dict[str, str]:
    """Return all headers that Slack sends with a form-encoded body."""
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": USER_AGENT,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(secret, timestamp, body),
    }


class HttpTransport:
    """Posts to the bot's request URL.

    Args:
        signing_secret: The secret that the bot checks signatures with.
        request_url: Returns where to post to, or None while there is no such place.
    """

    def __init__(self, signing_secret: str, request_url: Callable[[], str | None]) -> None:
        self._secret = signing_secret
        self._request_url = request_url
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections to the bot."""
        if self._session is not None:
            await self._session.close()

    async def send(self, payload: Json, *, accepts_body: bool) -> Outcome:  # noqa: ARG002 - HTTP always may.
        """Post the payload once; see `Transport`."""
        url = self._request_url()
        if url is None:
            return Outcome("failed", "no request URL is set")
        body = urlencode({"payload": json.dumps(payload)}).encode()
        headers = signed_headers(self._secret, str(int(time.time())), body)
        if self._session is None:
            self._session = aiohttp.ClientSession()
        try:
            async with (
                asyncio.timeout(ACK_DEADLINE_SECONDS),
                self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                raw = await answer.read()
                return _outcome(answer.status, raw)
        except TimeoutError:
            return Outcome("missed", "no answer in 3 seconds")
        except aiohttp.ClientError as error:
            return Outcome("failed", f"connection failed: {type(error).__name__}")


def _outcome(status: int, raw: bytes) -> Outcome:
    text = raw.decode(errors="replace").strip()
    body: Any = None
    if text:
        try:
            body = json.loads(text)
        except json.JSONDecodeError:
            body = text
    return Outcome("acked" if 200 <= status < 300 else "failed", status, body)  # noqa: PLR2004 - 2xx.
