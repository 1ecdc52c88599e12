"""Faults: what goes wrong between the bot and Slack, and what is stored all the same."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import seed
from bot.sandbox.slack.server import SlackLookAlike
from tests.sandbox.slack.conftest import refusal_of


async def fault(slack: SlackLookAlike, session: aiohttp.ClientSession, **wish: Any) -> int:
    """Queue a fault for chat.postMessage and return the HTTP status."""
    wish = {"method": "chat.postMessage", **wish}
    async with session.post(slack.page_url + "_sandbox/faults", json=wish) as answer:
        return answer.status


async def post(client: AsyncWebClient) -> Any:
    """Post one message through Slack's client."""
    return await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="x")


async def test_an_error_hits_as_many_calls_as_asked(
    slack: SlackLookAlike, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """Two calls fail with the wanted code, and the third goes through."""
    await fault(slack, session, error="internal_error", times=2)
    assert (await refusal_of(post(client)))["error"] == "internal_error"
    assert (await refusal_of(post(client)))["error"] == "internal_error"
    assert (await post(client))["ok"] is True


async def test_a_status_comes_with_retry_after(
    slack: SlackLookAlike, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """A wanted 429 carries the wanted Retry-After."""
    await fault(slack, session, status=429, retry_after=7)
    with pytest.raises(SlackApiError) as refused:
        await post(client)
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize(("cut", "stored"), [("cut_before", 0), ("cut_after", 1)])
async def test_a_cut_connection_tells_nothing_about_what_was_stored(
    slack: SlackLookAlike, session: aiohttp.ClientSession, client: AsyncWebClient, cut: str, stored: int
) -> None:
    """The client sees the same lost connection, whether the message was stored or not."""
    await fault(slack, session, **{cut: True})
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(client)
    assert len(slack.workspace.messages) == stored


async def test_a_late_store_appears_after_the_connection_was_lost(
    slack: SlackLookAlike, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """The connection breaks at once and the message turns up later."""
    await fault(slack, session, store_late_seconds=0.2)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(client)
    assert slack.workspace.messages == {}
    await asyncio.sleep(0.4)
    assert len(slack.workspace.messages) == 1


async def test_a_delay_holds_the_answer_back(
    slack: SlackLookAlike, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """A delayed call is done all the same."""
    await fault(slack, session, delay_seconds=0.2)
    started = time.monotonic()
    assert (await post(client))["ok"] is True
    assert time.monotonic() - started >= 0.2


async def test_an_unknown_field_is_refused(slack: SlackLookAlike, session: aiohttp.ClientSession) -> None:
    """A misspelt fault says so instead of doing nothing."""
    assert await fault(slack, session, eror="x") == 400


async def test_people_leave(slack: SlackLookAlike, session: aiohttp.ClientSession, client: AsyncWebClient) -> None:
    """Someone who leaves a group, or is deactivated, is gone from the next answer."""
    hooks = slack.page_url + "_sandbox/"
    await (await session.post(hooks + "leave_group", json={"user": seed.BEN, "group": seed.APPROVERS_GROUP})).release()
    assert (await client.usergroups_users_list(usergroup=seed.APPROVERS_GROUP))["users"] == [seed.CARLA]
    await (await session.post(hooks + "deactivate", json={"user": seed.CARLA})).release()
    assert (await client.usergroups_users_list(usergroup=seed.APPROVERS_GROUP))["users"] == []
    assert (await client.users_info(user=seed.CARLA))["user"]["deleted"] is True
