"""Slack with patience: what it refuses one post for, counts for all posts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.ports import Messenger, Picture, Posted

T = TypeVar("T")

_Key = tuple[str, str]


@dataclass(slots=True)
class _Limit:
    """Until when Slack wants no call; once it has said so, calls go one at a time, so that one meets the next no."""

    until: float
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class PatientMessenger:
    """A ``Messenger`` that makes no call before Slack's Retry-After is over, whichever case was told to wait.

    Args:
        messenger: Slack.

    Attributes:
        refusal: Slack's error for the newest post when it refused it for good, such as ``channel_not_found``; None
            when the newest post went through.
    """

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger
        self._limits: dict[_Key, _Limit] = {}
        self.refusal: str | None = None

    async def post(self, message: Mapping[str, Any]) -> Posted:
        """Post once. Raises as :meth:`bot.ports.Messenger.post`."""
        try:
            posted = await self._heed("chat.postMessage", message, self._messenger.post)
        except (SlackRateLimited, SlackUnclear):
            raise
        except SlackError as error:
            self.refusal = error.code
            raise
        self.refusal = None
        return posted

    async def update(self, message: Mapping[str, Any]) -> None:
        """Replace a message. Raises as :meth:`bot.ports.Messenger.post`."""
        await self._heed("chat.update", message, self._messenger.update)

    async def tell(self, message: Mapping[str, Any]) -> None:
        """Show something to one person. Raises as :meth:`bot.ports.Messenger.post`."""
        await self._heed("chat.postEphemeral", message, self._messenger.tell)

    async def attach(self, channel: str, thread_ts: str, picture: Picture) -> None:
        """Show a picture in a thread. Raises as :meth:`bot.ports.Messenger.post`."""

        async def send(_message: Mapping[str, Any]) -> None:
            await self._messenger.attach(channel, thread_ts, picture)

        await self._heed("files.completeUploadExternal", {"channel": channel}, send)

    async def look_for(
        self, channel: str, event_type: str, key: str, since: datetime, thread_ts: str | None
    ) -> Posted | None:
        """Find our own message by its metadata. See :meth:`bot.ports.Messenger.look_for`."""
        return await self._messenger.look_for(channel, event_type, key, since, thread_ts)

    async def _heed(
        self, method: str, message: Mapping[str, Any], send: Callable[[Mapping[str, Any]], Awaitable[T]]
    ) -> T:
        # Slack limits posts by channel: a flood of notices in one must not hold up the cards in the other.
        # See: https://docs.slack.dev/apis/web-api/rate-limits
        key = (method, str(message.get("channel", "")))
        limit = self._limits.get(key)
        if limit is None:
            return await self._send(key, message, send)
        async with limit.turn:
            rest_seconds = limit.until - time.monotonic()
            if rest_seconds > 0:
                raise SlackRateLimited(method, rest_seconds)
            return await self._send(key, message, send)

    async def _send(
        self, key: _Key, message: Mapping[str, Any], send: Callable[[Mapping[str, Any]], Awaitable[T]]
    ) -> T:
        try:
            return await send(message)
        except SlackRateLimited as error:
            until = time.monotonic() + error.retry_after_seconds
            limit = self._limits.setdefault(key, _Limit(until))
            limit.until = max(limit.until, until)
            raise
