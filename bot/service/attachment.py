"""Files for Slack: what they are, and who sends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file for a channel or a thread."""

    file_name: str
    title: str
    body: bytes


class SendFiles(Protocol):
    """Sends files to Slack."""

    async def __call__(self, channel: str, thread_ts: str | None, files: Sequence[Attachment], comment: str) -> None:
        """Show files in one message with a comment (finished mrkdwn), in a thread unless ``thread_ts`` is None.

        Raises as :meth:`bot.ports.Messenger.post`.
        """
        ...
