"""Channels of incidents against the look-alike, with its limits and errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import Channel
from bot.sandbox.slack.server import SlackLookAlike
from bot.slack.incident_channels import SlackIncidentChannels

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
async def slack() -> AsyncIterator[SlackLookAlike]:
    """A look-alike."""
    running = SlackLookAlike(rate_scale=0)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def channels(slack: SlackLookAlike) -> AsyncIterator[SlackIncidentChannels]:
    """What makes channels."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session)
        client.retry_handlers.clear()
        yield SlackIncidentChannels(client, client, people.BOT_USER_ID)


@pytest.mark.parametrize("private", [True, False])
async def test_a_channel_is_made_with_its_topic(
    slack: SlackLookAlike,
    channels: SlackIncidentChannels,
    private: bool,  # noqa: FBT001 - The value.
) -> None:
    """Private or public; the topic is cut to what Slack takes."""
    channel = await channels.create("inc-1", private=private)
    await channels.set_topic(channel, "x" * 300)
    made = slack.workspace.channels[channel]
    assert (made.name, made.private, len(made.topic)) == ("inc-1", private, 250)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("aws-alerts", "name_taken"),
        ("Inc", "invalid_name"),
        ("inc.1", "invalid_name"),
        ("---", "invalid_name_specials"),
        ("x" * 81, "invalid_name_maxlength"),
    ],
)
async def test_the_look_alike_refuses_what_slack_refuses(
    channels: SlackIncidentChannels, name: str, error: str
) -> None:
    """So that a wrong name is seen before a real incident."""
    with pytest.raises(SlackError, match=error):
        await channels.create(name, private=True)


async def test_our_own_channel_is_found_by_name(slack: SlackLookAlike, channels: SlackIncidentChannels) -> None:
    """Only one that we made, and not one of an earlier time."""
    made = await channels.create("inc-1", private=True)
    assert await channels.find_own("inc-1", LONG_AGO) == made
    assert await channels.find_own("inc-1", datetime.now(UTC) + timedelta(hours=1)) is None
    slack.workspace.channels["C0EVIL"] = Channel("C0EVIL", "inc-2", [people.BOT_USER_ID], 0, creator=people.AVA)
    assert await channels.find_own("inc-2", LONG_AGO) is None
    assert await channels.find_own("inc-3", LONG_AGO) is None


async def test_people_and_groups_are_invited(slack: SlackLookAlike, channels: SlackIncidentChannels) -> None:
    """Each once; who left is named and keeps nobody out; who is there already is no trouble."""
    channel = await channels.create("inc-1", private=True)
    invited = await channels.invite(channel, (people.AVA, people.ONCALL_GROUP, people.EVE, "S0UNKNOWN"))
    assert sorted(slack.workspace.channels[channel].members) == sorted((people.AVA, people.CARLA, people.BOT_USER_ID))
    assert invited.count == 2
    assert invited.notes == (
        "Slack does not tell who is in <!subteam^S0UNKNOWN>: no_such_subteam.",
        f"<@{people.EVE}> could not be invited: user_not_found.",
    )
    again = await channels.invite(channel, (people.AVA, people.CARLA))
    assert (again.count, again.notes) == (2, ())


async def test_one_whom_slack_refuses_keeps_nobody_out(slack: SlackLookAlike, channels: SlackIncidentChannels) -> None:
    """Where Slack refuses all of them at once, each is invited alone."""
    channel = await channels.create("inc-1", private=True)
    slack.faults.add({"method": "conversations.invite", "error": "user_is_restricted"})
    invited = await channels.invite(channel, (people.AVA, people.BEN))
    assert (invited.count, invited.notes) == (2, ())


async def test_a_setting_of_the_workspace_is_an_error(slack: SlackLookAlike, channels: SlackIncidentChannels) -> None:
    """It is told as Slack tells it."""
    slack.faults.add({"method": "conversations.create", "error": "restricted_action"})
    with pytest.raises(SlackError, match="restricted_action"):
        await channels.create("inc-1", private=True)


async def test_a_private_channel_is_told_to_its_members_only(slack: SlackLookAlike) -> None:
    """The look-alike lists none that the bot is not in."""
    slack.workspace.channels["C0SECRET"] = Channel("C0SECRET", "secret", [people.AVA], 0, private=True)
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session)
        answer = await client.conversations_list(types="public_channel,private_channel")
    assert "secret" not in [one["name"] for one in answer["channels"]]
