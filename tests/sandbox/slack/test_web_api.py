"""Tokens, scopes, argument merging, and the methods about people and channels."""

import json

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import seed
from bot.sandbox.slack.server import SlackLookAlike
from tests.sandbox.slack.conftest import refusal_of, web_client


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("auth.test", seed.APP_TOKEN, "not_allowed_token_type"),
        ("apps.connections.open", seed.BOT_TOKEN, "not_allowed_token_type"),
        ("users.conversations", seed.BOT_TOKEN, "unknown_method"),
    ],
)
async def test_a_token_that_does_not_fit_is_refused(
    slack: SlackLookAlike, session: aiohttp.ClientSession, method: str, token: str, error: str
) -> None:
    """Each wrong token and each unknown method gets Slack's own error code."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with session.post(slack.api_url + method, headers=headers) as answer:
        assert (await answer.json())["error"] == error


async def test_a_missing_scope_names_itself(session: aiohttp.ClientSession) -> None:
    """A token without the scope is told which one it needs and which it has."""
    slack = SlackLookAlike(rate_scale=0, scopes=("users:read",))
    await slack.start()
    try:
        client = web_client(slack, session)
        answer = await refusal_of(client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="x"))
    finally:
        await slack.stop()
    assert (answer["error"], answer["needed"], answer["provided"]) == ("missing_scope", "chat:write", "users:read")


async def test_arguments_come_as_query_form_or_json(slack: SlackLookAlike, session: aiohttp.ClientSession) -> None:
    """The same post works as JSON, as a form with JSON text in it, and with the token in the body."""
    url = slack.api_url + "chat.postMessage"
    blocks = [{"type": "divider"}]
    form = {"token": seed.BOT_TOKEN, "text": "x", "blocks": json.dumps(blocks)}
    async with session.post(url, params={"channel": seed.ALERTS_CHANNEL}, data=form) as answer:
        posted = await answer.json()
    assert posted["message"]["blocks"][0]["type"] == "divider"
    headers = {"Authorization": f"Bearer {seed.BOT_TOKEN}", "Content-Type": "application/json"}
    async with session.post(url, data=b"{", headers=headers) as answer:
        assert (await answer.json())["error"] == "invalid_json"
    assert seed.BOT_TOKEN not in json.dumps(slack.workspace.calls)


async def test_who_is_there(client: AsyncWebClient) -> None:
    """auth.test, users, groups, team and bot agree with the seed."""
    assert (await client.auth_test())["user_id"] == seed.BOT_USER_ID
    assert (await client.users_info(user=seed.EVE))["user"]["deleted"] is True
    assert (await refusal_of(client.users_info(user="U0NOBODY00")))["error"] == "user_not_found"
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    assert {g["handle"]: g["users"] for g in groups}["approvers"] == [seed.BEN, seed.CARLA]
    assert (await client.usergroups_users_list(usergroup=seed.ONCALL_GROUP))["users"] == [seed.AVA, seed.CARLA]
    missing = client.usergroups_users_list(usergroup="S0NOTHING00")
    assert (await refusal_of(missing))["error"] == "no_such_subteam"
    assert (await client.team_info())["team"]["id"] == seed.TEAM_ID
    assert (await client.bots_info(bot=seed.BOT_ID))["bot"]["app_id"] == seed.APP_ID


async def test_listings_come_in_pages(client: AsyncWebClient) -> None:
    """A cursor leads through all people exactly once."""
    seen: list[str] = []
    cursor = ""
    while True:
        page = await client.users_list(limit=2, cursor=cursor)
        seen += [member["id"] for member in page["members"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == len(seed.PEOPLE) + 1
    assert (await refusal_of(client.users_list(cursor="???")))["error"] == "invalid_cursor"


async def test_channels_and_their_history(client: AsyncWebClient) -> None:
    """Info, members, list and a history cut by `oldest` answer as Slack's."""
    assert (await client.conversations_info(channel=seed.OPS_CHANNEL))["channel"]["name"] == "anchorwatch-ops"
    assert seed.DMITRI in (await client.conversations_members(channel=seed.OPS_CHANNEL))["members"]
    assert [c["id"] for c in (await client.conversations_list())["channels"]] == [
        seed.ALERTS_CHANNEL,
        seed.OPS_CHANNEL,
    ]
    stamps = [(await client.chat_postMessage(channel=seed.OPS_CHANNEL, text=str(n)))["ts"] for n in range(3)]
    later = await client.conversations_history(channel=seed.OPS_CHANNEL, oldest=stamps[0])
    assert [m["text"] for m in later["messages"]] == ["2", "1"]
    first = await client.conversations_history(channel=seed.OPS_CHANNEL, limit=1)
    assert first["has_more"] is True
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(channel=seed.OPS_CHANNEL, limit=1, cursor=cursor)
    assert second["messages"][0]["text"] == "1"
    for users, error in ((seed.EVE, "user_disabled"), ("U0NOBODY00", "user_not_found")):
        assert (await refusal_of(client.conversations_open(users=users)))["error"] == error
