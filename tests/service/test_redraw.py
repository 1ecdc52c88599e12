"""A message of ours is drawn anew where it stands, in the dress that Slack takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.errors import SlackError
from bot.ports import Message
from bot.service.redraw import Redrawn, redraw
from tests.fakes.slack_in_memory import FakeMessenger

MESSAGE = Message({"channel": "C1", "text": "new", "blocks": [{}]}, lambda: {"channel": "C1", "text": "new, plain"})


class Choosy(FakeMessenger):
    """A Slack that refuses messages with blocks, each time with the same error."""

    refuses = "invalid_blocks"

    async def update(self, message: Mapping[str, Any]) -> None:
        """Refuse what has blocks."""
        if "blocks" in message:
            raise SlackError(self.refuses, "chat.update")
        await super().update(message)


async def _drawn(slack: FakeMessenger) -> tuple[Redrawn, str]:
    posted = await slack.post({"channel": "C1", "text": "old"})
    redrawn = await redraw(slack, MESSAGE, posted.channel, posted.ts, "case")
    return redrawn, slack.messages[0]["text"]


async def test_it_shows_the_new_text() -> None:
    """Where it stood, with its blocks."""
    assert await _drawn(FakeMessenger()) == (Redrawn.RICH, "new")


async def test_refused_blocks_leave_the_plain_text() -> None:
    """Said to the caller, so that nobody decides on what was not shown."""
    assert await _drawn(Choosy()) == (Redrawn.PLAIN, "new, plain")


async def test_a_deleted_message_is_gone_and_no_error() -> None:
    """Nothing stands at that ts."""
    assert await redraw(FakeMessenger(), MESSAGE, "C1", "1.0", "case") is Redrawn.GONE


async def test_any_other_refusal_is_an_error() -> None:
    """The caller tries again later."""
    slack = Choosy()
    slack.refuses = "channel_not_found"
    with pytest.raises(SlackError, match="channel_not_found"):
        await _drawn(slack)
