"""Posting to Slack: once, judged by our own limits first, and never sent again by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError
from bot.ports import Picture, Posted
from bot.slack.block_limits import message_problems
from bot.slack.files import upload
from bot.slack.text import defang, literal
from bot.slack.web_errors import slack_errors

_PAGE = 200
_MOST_PAGES = 5
_MOST_ALTERNATIVE = 1000


class SlackMessenger:
    """Slack's Web API as the runner uses it.

    Args:
        poster: a client whose ``retry_handlers`` are empty, so that a lost answer is never answered by a second post.
        reader: a client that may retry, for calls that only read.

    Raises:
        ValueError: ``poster`` would send calls again by itself.
    """

    def __init__(self, poster: AsyncWebClient, reader: AsyncWebClient) -> None:
        if poster.retry_handlers:
            raise ValueError("the posting client must have no retry handlers")
        self._poster = poster
        self._reader = reader
        self._bot_id: str | None = None

    async def post(self, message: Mapping[str, Any]) -> Posted:
        """Post once.

        Raises:
            SlackError: refused by our limits or by Slack: nothing was posted.
            SlackUnclear: it may have been posted.
        """
        _check(message, "chat.postMessage")
        with slack_errors("chat.postMessage"):
            answer = await self._poster.chat_postMessage(**dict(message))
        return Posted(str(answer["channel"]), str(answer["ts"]))

    async def update(self, message: Mapping[str, Any]) -> None:
        """Replace a message. Raises as :meth:`post`."""
        _check(message, "chat.update", update=True)
        fields = {name: value for name, value in message.items() if not name.startswith("unfurl_")}
        with slack_errors("chat.update"):
            await self._poster.chat_update(**fields, parse="none")

    async def tell(self, message: Mapping[str, Any]) -> None:
        """Show something to one person. Raises as :meth:`post`."""
        _check(message, "chat.postEphemeral", ephemeral=True)
        with slack_errors("chat.postEphemeral"):
            await self._poster.chat_postEphemeral(**dict(message))

    async def attach(self, channel: str, thread_ts: str, picture: Picture) -> None:
        """Upload a picture and show it in a thread; needs the scope ``files:write``. Raises as :meth:`post`.

        See: https://docs.slack.dev/messaging/working-with-files
        """
        alternative = literal(defang(picture.alternative), _MOST_ALTERNATIVE)
        with slack_errors("files.getUploadURLExternal"):
            place = await self._poster.files_getUploadURLExternal(
                filename=picture.file_name, length=len(picture.png), alt_txt=alternative
            )
        await upload(str(place["upload_url"]), picture.png)
        with slack_errors("files.completeUploadExternal"):
            await self._poster.files_completeUploadExternal(
                files=[{"id": str(place["file_id"]), "title": picture.title}], channel_id=channel, thread_ts=thread_ts
            )

    async def look_for(
        self, channel: str, event_type: str, key: str, since: datetime, thread_ts: str | None
    ) -> Posted | None:
        """Find our own message by its metadata, at most 1,000 messages back.

        Any app of the workspace may write the same metadata, so a message of another app is not ours.

        See: https://docs.slack.dev/reference/methods/conversations.history
        """
        bot_id, cursor = await self._own_bot_id(), ""
        for _ in range(_MOST_PAGES):
            answer = await self._history(channel, since, thread_ts, cursor)
            for message in answer.get("messages") or []:
                if _is_ours(message, event_type, key) and message.get("bot_id", bot_id) == bot_id:
                    return Posted(channel, str(message["ts"]))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
        return None

    async def _own_bot_id(self) -> str:
        if self._bot_id is None:
            with slack_errors("auth.test"):
                self._bot_id = str((await self._reader.auth_test()).get("bot_id"))
        return self._bot_id

    async def _history(self, channel: str, since: datetime, thread_ts: str | None, cursor: str) -> Mapping[str, Any]:
        fields: dict[str, Any] = {
            "channel": channel,
            "include_all_metadata": True,
            "limit": _PAGE,
            # A minute earlier: Slack's clock and ours differ.
            "oldest": f"{since.timestamp() - 60:.6f}",
            "cursor": cursor or None,
        }
        if thread_ts:
            with slack_errors("conversations.replies"):
                answer = await self._reader.conversations_replies(ts=thread_ts, **fields)
        else:
            with slack_errors("conversations.history"):
                answer = await self._reader.conversations_history(**fields)
        return answer.data if isinstance(answer.data, dict) else {}


def _is_ours(message: Mapping[str, Any], event_type: str, key: str) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == event_type and payload.get("key") == key


def _check(message: Mapping[str, Any], method: str, *, update: bool = False, ephemeral: bool = False) -> None:
    """Refuse what Slack would refuse, before it is sent."""
    problems = message_problems(message, update=update, ephemeral=ephemeral)
    if problems:
        details = tuple(f"{problem.message} [json-pointer:{problem.pointer}]" for problem in problems[:5])
        raise SlackError("invalid_blocks", method, details)
