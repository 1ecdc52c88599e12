"""An incident on a real bot over HTTP: the form, the channel with its people and files, the page, card, thread, log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.hands import texts, until
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import Channel
from bot.slack.block_limits import view_problems
from tests.adapters.test_pager import Service, service
from tests.slack.bot_on_loopback import LoopbackBot

__all__ = ["service"]
START = "start_incident"


@pytest.fixture
async def bot(tmp_path: Path, service: Service) -> AsyncIterator[LoopbackBot]:
    """A bot that can page."""
    settings = {"ANCHORWATCH_PAGE_URL": service.url, "ANCHORWATCH_PAGE_ROUTING_KEY": "key"}
    async with LoopbackBot(tmp_path, settings) as running:
        yield running


def incident_channels(bot: LoopbackBot) -> list[Channel]:
    """The channels that the bot made."""
    return [one for one in bot.slack.workspace.channels.values() if one.name.startswith("inc-")]


async def test_one_form_does_all_of_it(bot: LoopbackBot, service: Service) -> None:
    """A private channel with the responders, a brief, the case log; a page; links both ways; all of it once."""
    case_id = await bot.alert()
    ava = bot.hands()
    await ava.press(case_id, START)
    (view,) = bot.slack.workspace.stack(people.AVA)
    assert view_problems(view.content) == []
    assert "pages the people on call" in texts(view.content["blocks"])
    assert (await ava.fill_in("The vendor does not know this CA."))[1] == "closed"
    await until("the card", lambda: "people on call paged" in texts(ava.card(case_id).blocks) or None, 5)
    await until("the evidence", lambda: "case log attached" in texts(ava.card(case_id).blocks) or None, 5)
    (channel,) = incident_channels(bot)
    assert (channel.private, channel.name.endswith(case_id.lower())) == (True, True)
    assert {people.AVA, people.CARLA} <= set(channel.members)
    brief, evidence = bot.slack.workspace.in_channel(channel.channel_id)
    card = ava.card(case_id)
    assert f"/archives/{card.channel}/p{card.ts.replace('.', '')}|the card>" in texts(brief.blocks)
    assert "The vendor does not know this CA." in texts(brief.blocks)
    assert [one["name"] for one in evidence.files] == [f"{case_id}-log.jsonl"]
    line = f"*Incident* started by <@{people.AVA}>, "
    assert line in texts(card.blocks)
    assert f"<#{channel.channel_id}>" in texts(card.blocks)
    assert [one["dedup_key"] for one in service.bodies] == [case_id]
    told = f"<@{people.AVA}> started an incident: The vendor does not know this CA."
    await until("the thread", lambda: told in ava.thread(case_id) or None, 5)
    (started,) = [one for one in await bot.log(case_id) if one["kind"] == "incident:started"]
    assert started["by"] == f"slack:{people.AVA}"


async def test_a_second_click_shows_the_incident(bot: LoopbackBot) -> None:
    """Another responder reads who started it and where; there is nothing to send."""
    case_id = await bot.alert()
    ava = bot.hands()
    await ava.press(case_id, START)
    await ava.fill_in("It is real.")
    await until("the end", lambda: "case log attached" in texts(ava.card(case_id).blocks) or None, 5)
    await bot.hands(people.CARLA).press(case_id, START)
    (view,) = bot.slack.workspace.stack(people.CARLA)
    assert f"started by <@{people.AVA}>" in texts(view.content["blocks"])
    assert "submit" not in view.content
    assert len(incident_channels(bot)) == 1


async def test_what_failed_is_shown_and_tried_again(bot: LoopbackBot, service: Service) -> None:
    """The workspace forbids channels: the card says so, the page goes out, and Try Again makes the channel."""
    case_id = await bot.alert()
    bot.slack.faults.add({"method": "conversations.create", "error": "restricted_action"})
    ava = bot.hands()
    await ava.press(case_id, START)
    await ava.fill_in("It is real.")
    await until("the card", lambda: "no channel could be made" in texts(ava.card(case_id).blocks) or None, 5)
    await until("the page", lambda: service.bodies or None, 5)
    await until("its outcome", lambda: "people on call paged" in texts(ava.card(case_id).blocks) or None, 5)
    await ava.press(case_id, START)
    view = bot.slack.workspace.stack(people.AVA)[-1]
    assert "restricted_action" in texts(view.content["blocks"])
    assert view.content["submit"]["text"] == "Try Again"
    await ava.fill_in("")
    await until("the evidence", lambda: "case log attached" in texts(ava.card(case_id).blocks) or None, 5)
    assert len(service.bodies) == 1


async def test_from_the_guides_page_the_form_takes_its_place(bot: LoopbackBot) -> None:
    """One modal, not two."""
    case_id = await bot.alert()
    ava, interactions = bot.hands(), bot.slack.interactions
    await ava.press(case_id, "guide")
    for control in ("guide_tasks", START):
        view = bot.slack.workspace.stack(people.AVA)[-1]
        block = next(one["block_id"] for one in view.content["blocks"] if f"'{control}'" in str(one))
        await interactions.wait(interactions.click_view(people.AVA, view.view_id, block, control))
    (view,) = bot.slack.workspace.stack(people.AVA)
    assert view.content["callback_id"] == START
    assert (await ava.fill_in("It is real."))[1] == "closed"
    await until("the card", lambda: "*Incident* started by" in texts(ava.card(case_id).blocks) or None, 5)
