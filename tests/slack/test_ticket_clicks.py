"""Naming a change ticket on a real bot over HTTP: the form, the refusal under it, the card, the thread, the log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.hands import NotSeen, texts, until
from bot.sandbox.slack import seed as people
from bot.slack.block_limits import view_problems
from tests.slack.bot_on_loopback import LoopbackBot
from tests.slack.test_clicks import kinds

ADD = "add_change_ticket"
AVAS = {"userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/ava.lindqvist", "userName": "ava"}}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[LoopbackBot]:
    """A bot that knows what tickets look like."""
    house = tmp_path / "house.toml"
    house.write_text("[tickets]\npattern = 'CHG[0-9]{6,}'\n")
    async with LoopbackBot(tmp_path, {"ANCHORWATCH_HOUSE": str(house)}) as running:
        yield running


def options(bot: LoopbackBot, case_id: str) -> list[str]:
    """What the card's menus call the control."""
    found = [
        option
        for block in bot.hands().card(case_id).blocks
        for element in (*block.get("elements", []), block.get("accessory") or {})
        for option in element.get("options", [])
    ]
    return [one["text"]["text"] for one in found if one["value"] == ADD]


async def test_a_ticket_is_asked_for_and_corrected(bot: LoopbackBot) -> None:
    """Refused under the field, then kept, shown with name and limits, and corrected by another."""
    case_id = await bot.alert()
    assert options(bot, case_id) == ["Add Change Ticket…"]
    ava = bot.hands()
    await ava.press(case_id, ADD)
    (view,) = bot.slack.workspace.stack(people.AVA)
    assert "CHG[0-9]{6,}" in str(view.content["blocks"])
    assert view_problems(view.content) == []
    _, result = await ava.fill_in("the usual")
    assert result != "closed"
    assert await kinds(bot, case_id, "ticket:given") == 0
    assert (await ava.fill_in("CHG0044021"))[1] == "closed"
    await until("the card", lambda: "CHG0044021" in texts(ava.card(case_id).blocks) or None, 5)
    card = texts(ava.card(case_id).blocks)
    assert f"*Change ticket:* CHG0044021, named by <@{people.AVA}>, " in card
    assert card.count("Anchorwatch can't look it up") == 1
    assert options(bot, case_id) == ["Correct Change Ticket…"]
    carla = bot.hands(people.CARLA)
    await carla.press(case_id, ADD)
    assert "It takes the place of CHG0044021." in str(bot.slack.workspace.stack(people.CARLA)[0].content)
    assert (await carla.fill_in("https://changes.example.com/CHG0044022"))[1] == "closed"
    told = f"<@{people.CARLA}> names the change ticket `CHG0044022`. Anchorwatch can't look it up."
    await until("the note", lambda: told in ava.thread(case_id) or None, 5)
    given = [one for one in await bot.log(case_id) if one["kind"] == "ticket:given"]
    assert [(one["by"], one["ticket"], one["may_be_actor"]) for one in given] == [
        (f"slack:{people.AVA}", "CHG0044021", False),
        (f"slack:{people.CARLA}", "CHG0044022", False),
    ]


async def test_who_has_the_callers_name_may_not(bot: LoopbackBot) -> None:
    """Slack tells the bot what Ava is called, and the event who called: she reads in private why no form opens."""
    case_id = await bot.alert(**AVAS)
    await bot.hands().press(case_id, ADD)
    assert "which is yours too" in await bot.note(people.AVA)
    assert bot.slack.workspace.stack(people.AVA) == []


async def test_others_may_not(bot: LoopbackBot) -> None:
    """An approver who is no responder reads in private who may; no form opens."""
    case_id = await bot.alert()
    await bot.hands(people.BEN).press(case_id, ADD)
    assert "You may not do this." in await bot.note(people.BEN)
    assert bot.slack.workspace.stack(people.BEN) == []


async def test_a_closed_case_asks_for_none(bot: LoopbackBot) -> None:
    """The control is away."""
    case_id = await bot.alert()
    ava = bot.hands()
    await ava.press(case_id, "mark_false_positive")
    await ava.fill_in("Ours.")
    await until("the card", lambda: "False positive" in texts(ava.card(case_id).blocks) or None, 5)
    with pytest.raises(NotSeen):
        await ava.press(case_id, ADD)
