"""Draw a message of ours anew where it stands."""

from __future__ import annotations

from enum import StrEnum

from bot.domain.errors import SlackError
from bot.domain.identity import CaseId
from bot.ports import Message, Messenger
from bot.service.post_once import send_or_plain


class Redrawn(StrEnum):
    """What a redrawn message is now."""

    RICH = "rich"
    PLAIN = "plain"
    """Slack refused its blocks, so it shows its plain text."""
    GONE = "gone"
    """Somebody has deleted it."""


async def redraw(
    messenger: Messenger, message: Message, channel: str | None, ts: str | None, case_id: CaseId
) -> Redrawn:
    """Make the message at ``channel`` and ``ts`` show ``message``.

    Raises:
        SlackError: it still shows what it showed.
    """
    place = {"channel": channel, "ts": ts}
    try:
        _, plain = await send_or_plain(lambda dress: messenger.update({**dress, **place}), message, case_id)
    except SlackError as error:
        if error.code != "message_not_found":
            raise
        return Redrawn.GONE
    return Redrawn.PLAIN if plain else Redrawn.RICH
