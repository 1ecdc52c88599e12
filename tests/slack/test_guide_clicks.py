"""Clicks on the guide, over HTTP to the real bot: it opens, its pages turn, and it is not for everybody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox.hands import texts, until
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import OpenView
from tests.slack.bot_on_loopback import LoopbackBot, a_click


@pytest_asyncio.fixture
async def bot(tmp_path: Path) -> AsyncIterator[LoopbackBot]:
    """A bot with the look-alike and without AWS."""
    async with LoopbackBot(tmp_path) as running:
        yield running


def top(bot: LoopbackBot, user_id: str = people.AVA) -> OpenView:
    """The modal that a person has open."""
    return bot.slack.workspace.stack(user_id)[-1]


async def turn(bot: LoopbackBot, control: str, user_id: str = people.AVA) -> None:
    """Press a button of the open modal, and wait until another page stands there."""
    view = top(bot, user_id)
    block = next(
        one["block_id"]
        for one in view.content["blocks"]
        if one["type"] == "actions" and control in [each["action_id"] for each in one["elements"]]
    )
    before = view.hash
    delivery = bot.slack.interactions.click_view(user_id, view.view_id, block, control)
    await bot.slack.interactions.wait(delivery)
    assert delivery.state == "acked"
    await until("another page", lambda: top(bot, user_id).hash != before, 5)


async def test_the_guide_opens_and_its_pages_turn(bot: LoopbackBot) -> None:
    """Overview, hardening with this trust anchor, references, and back: one modal, nothing in the log."""
    case_id = await bot.alert()
    before = [one["kind"] for one in await bot.log(case_id)]
    await bot.hands().press(case_id, "guide")
    assert "Priority: medium." in texts(top(bot).content["blocks"])
    await turn(bot, "guide_hardening")
    assert "Let only named people change trust anchors" in texts(top(bot).content["blocks"])
    await turn(bot, "guide_next")
    await turn(bot, "guide_about")
    assert "API_CreateTrustAnchor.html" in texts(top(bot).content["blocks"])
    await turn(bot, "guide_back")
    assert top(bot).content["title"]["text"] == "Guide: tasks"
    assert len(bot.slack.workspace.stack(people.AVA)) == 1
    assert [one["kind"] for one in await bot.log(case_id)] == before


async def test_approvers_may_read_and_outsiders_may_not(bot: LoopbackBot) -> None:
    """Who must decide may know why; who is neither is told so in private, and no modal opens."""
    case_id = await bot.alert()
    await bot.hands(people.BEN).press(case_id, "guide")
    assert top(bot, people.BEN).content["title"]["text"] == "Guide: overview"
    await bot.hands(people.DMITRI).press(case_id, "guide")
    assert "You may not do this." in await bot.note(people.DMITRI)
    assert bot.slack.workspace.stack(people.DMITRI) == []


async def test_who_may_no_longer_read_is_told_where_the_card_stands(bot: LoopbackBot) -> None:
    """A page is turned by the rule of now; the modal knows its channel."""
    case_id = await bot.alert()
    await bot.hands().press(case_id, "guide")
    view = top(bot)
    bot.slack.workspace.deactivate(people.AVA)
    await bot.bot.directory.refresh()
    action = {"action_id": "guide_about", "block_id": f"{case_id}:1:parts", "value": f"{case_id}:1:about"}
    shown = {"id": view.view_id, "private_metadata": view.content["private_metadata"]}
    assert (await bot.send_payload(a_click(action, channel=None, view=shown)))[0] == 200
    (refused,) = await bot.refusals(case_id)
    assert (refused["reason"], refused["channel"]) == ("not_a_responder", people.ALERTS_CHANNEL)


@pytest.mark.parametrize("page", ["", "about", "nonsense", "answers999", "R1"])
async def test_a_page_of_an_earlier_card_opens_all_the_same(bot: LoopbackBot, page: str) -> None:
    """It only reads, so that an old revision does no harm, and a page that is not there is the overview."""
    case_id = await bot.alert()
    reference = f"{case_id}:999"
    value = f"{reference}:{page}" if page else reference
    trigger = bot.slack.triggers.new_trigger(people.AVA)
    action = {"action_id": "guide", "block_id": f"{reference}:controls", "value": value}
    assert (await bot.send_payload(a_click(action, trigger_id=trigger)))[0] == 200
    assert top(bot).content["title"]["text"].startswith("Guide: ")
    assert await bot.refusals(case_id) == []


async def test_a_modal_that_is_closed_meanwhile_does_no_harm(bot: LoopbackBot) -> None:
    """Slack does not find it any more; the click is acknowledged and nothing breaks."""
    case_id = await bot.alert()
    action = {"action_id": "guide_next", "block_id": f"{case_id}:1:turning", "value": f"{case_id}:1:about"}
    status, _ = await bot.send_payload(a_click(action, view={"id": "V000GONE", "private_metadata": "{}"}))
    assert status == 200
    assert bot.slack.workspace.stack(people.AVA) == []


async def test_there_is_nothing_to_stop(bot: LoopbackBot) -> None:
    """Whoever presses Stop when no round runs is told so."""
    case_id = await bot.alert()
    action = {"action_id": "stop_looking", "block_id": f"{case_id}:1:controls", "value": f"{case_id}:1"}
    assert (await bot.send_payload(a_click(action)))[0] == 200
    assert "not looking now" in await bot.note()
