"""Files in Slack, against the look-alike: one message with all of them, and every way in which it fails."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.server import SlackLookAlike
from bot.service.attachment import Attachment
from bot.slack.files import SlackFiles

TABLE = Attachment("roles.csv", "Roles (table)", b"a,b\r\n")
JSON = Attachment("roles.json", "Roles (JSON)", b"{}")
COMPLETE = "files.completeUploadExternal"


@pytest.fixture
async def slack() -> AsyncIterator[SlackLookAlike]:
    """A look-alike."""
    running = SlackLookAlike(rate_scale=0)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def send(slack: SlackLookAlike) -> AsyncIterator[SlackFiles]:
    """What sends files."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session)
        client.retry_handlers.clear()
        yield SlackFiles(client)


async def test_they_stand_in_one_message_with_their_comment(slack: SlackLookAlike, send: SlackFiles) -> None:
    """Byte for byte, with their titles."""
    await send(people.ALERTS_CHANNEL, None, [TABLE, JSON], "Two files.")
    (message,) = slack.workspace.messages.values()
    assert (message.text, [one["title"] for one in message.files]) == ("Two files.", ["Roles (table)", "Roles (JSON)"])
    assert [one.body for one in slack.workspace.files.values()] == [TABLE.body, JSON.body]


@pytest.mark.parametrize(
    ("method", "fault", "error"),
    [
        (COMPLETE, {"status": 429, "retry_after": 7}, SlackRateLimited),
        (COMPLETE, {"cut_after": True}, SlackUnclear),
        ("files.getUploadURLExternal", {"error": "missing_scope"}, SlackError),
    ],
)
async def test_what_slack_refuses_is_said(
    slack: SlackLookAlike, send: SlackFiles, method: str, fault: dict[str, object], error: type[SlackError]
) -> None:
    """A wait, a doubt and a no are told apart, and nothing is sent again by itself."""
    slack.faults.add({"method": method, **fault})
    with pytest.raises(SlackError) as raised:
        await send(people.ALERTS_CHANNEL, None, [TABLE], "One file.")
    assert type(raised.value) is error
    assert len([one for one in slack.workspace.calls if one["method"] == COMPLETE]) <= 1


async def test_a_table_is_never_served_as_a_page(slack: SlackLookAlike, send: SlackFiles) -> None:
    """The look-alike's page offers it as a download: an attacker's text in it runs nowhere."""
    await send(people.ALERTS_CHANNEL, None, [TABLE], "One file.")
    (stored,) = slack.workspace.files
    async with aiohttp.ClientSession() as session, session.get(f"{slack.origin}/files/{stored}") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert await answer.read() == TABLE.body
