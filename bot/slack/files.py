"""Files in Slack: uploaded and shown in one message, never sent again by themselves.

See: https://docs.slack.dev/messaging/working-with-files
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError
from bot.service.attachment import Attachment
from bot.slack.web_errors import slack_errors

_LONGEST_UPLOAD_SECONDS = 20.0


class SlackFiles:
    """Sends files; needs the scope ``files:write``.

    Args:
        poster: a client that never sends a call again by itself.
    """

    def __init__(self, poster: AsyncWebClient) -> None:
        self._poster = poster

    async def __call__(self, channel: str, thread_ts: str | None, files: Sequence[Attachment], comment: str) -> None:
        """Show files in one message with a comment, in a thread unless ``thread_ts`` is None.

        Raises:
            SlackError: Slack refused; nothing is shown.
            SlackUnclear: it may be shown.
        """
        uploaded: list[dict[str, str | None]] = [{"id": await self._uploaded(one), "title": one.title} for one in files]
        with slack_errors("files.completeUploadExternal"):
            await self._poster.files_completeUploadExternal(
                files=uploaded, channel_id=channel, initial_comment=comment, thread_ts=thread_ts
            )

    async def _uploaded(self, file: Attachment) -> str:
        with slack_errors("files.getUploadURLExternal"):
            place = await self._poster.files_getUploadURLExternal(filename=file.file_name, length=len(file.body))
        await upload(str(place["upload_url"]), file.body)
        return str(place["file_id"])


async def upload(url: str, body: bytes) -> None:
    """Send a file's bytes to where Slack wants them.

    Raises:
        SlackError: Slack did not take them.
        SlackUnclear: no answer came.
    """
    timeout = aiohttp.ClientTimeout(total=_LONGEST_UPLOAD_SECONDS)
    with slack_errors("upload"):
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=True) as session,
            session.post(url, data=body) as answer,
        ):
            status = answer.status
    if status != HTTPStatus.OK:
        raise SlackError(f"status_{status}", "upload")
