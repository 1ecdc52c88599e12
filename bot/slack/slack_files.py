"""Reads a file that somebody put into a form, from Slack and from nowhere else.

Its address comes with the form. Our token goes along, so only Slack's own host is asked, and no redirect is followed.

See: https://docs.slack.dev/reference/objects/file-object
See: https://docs.slack.dev/reference/block-kit/block-elements/file-input-element
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import aiohttp

from bot.domain.errors import BadInput

SCOPE = "files:read"
"""Without it Slack shows no file to the bot, and opens no form that asks for one."""

# Slack waits three seconds for the answer to a form, and the plan has to be drawn too.
_LONGEST_SECONDS = 1.5
_SLACKS = {"slack.com": "files.slack.com", "slack-gov.com": "files.slack-gov.com"}


class SlackFiles:
    """Reads files.

    Args:
        session: of its own, without cookies.
        token: the bot's.
        api_url: of Slack's Web API; it says which host has the files.
    """

    def __init__(self, session: aiohttp.ClientSession, token: str, api_url: str) -> None:
        self._session = session
        self._token = token
        self._api = urlsplit(api_url)

    async def read(self, file: Mapping[str, Any], most_bytes: int) -> bytes:
        """The content of a file as the form names it.

        Raises:
            BadInput: it is too large, or can't be had; the message is for people.
        """
        size = file.get("size")
        if isinstance(size, int) and size > most_bytes:
            raise _bad(f"The file has {size:,} bytes; at most {most_bytes:,} can be taken.")
        url = str(file.get("url_private") or "")
        if not self._is_slacks(url):
            raise _bad("Slack named no address of its own for this file. Choose it again.")
        try:
            return await self._get(url, most_bytes)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            raise _bad("Slack did not hand over the file in time. Send the form again.") from None

    def _is_slacks(self, url: str) -> bool:
        try:
            asked = urlsplit(url)
            return _origin(asked) == self._files_origin()
        except ValueError:
            return False

    def _files_origin(self) -> tuple[str, str, int | None]:
        """Where files are: Slack's file host, and for any other API its own host and port."""
        host = _SLACKS.get(self._api.hostname or "")
        return ("https", host, None) if host else _origin(self._api)

    async def _get(self, url: str, most_bytes: int) -> bytes:
        headers = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=_LONGEST_SECONDS)
        async with self._session.get(url, headers=headers, timeout=timeout, allow_redirects=False) as answer:
            # Slack leads who may not see a file to a page where one signs in.
            if answer.status != 200 or answer.content_type == "text/html":  # noqa: PLR2004 - The status is the value.
                raise _bad(f"Slack did not hand over the file ({answer.status}). The app needs the scope {SCOPE}.")
            data = bytearray()
            async for piece in answer.content.iter_chunked(65_536):
                data += piece
                if len(data) > most_bytes:
                    raise _bad(f"The file has more than the {most_bytes:,} bytes that can be taken.")
            return bytes(data)


def _origin(url: SplitResult) -> tuple[str, str, int | None]:
    if url.username or url.password:
        raise ValueError("an address of Slack's names no user")
    return url.scheme, url.hostname or "", url.port


def _bad(sentence: str) -> BadInput:
    return BadInput("file_not_read", sentence, "file")
