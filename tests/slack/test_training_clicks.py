"""Sending the house's guide on a real bot over HTTP: after a benign close: message, card, thread and log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.hands import NotSeen, texts, until
from bot.sandbox.slack import seed as people
from tests.slack.bot_on_loopback import LoopbackBot

SEND = "send_training_guide"
GUIDE = "https://wiki.example.com/trust-anchors"
ROLE = "AWSReservedSSO_Admin_0123456789abcdef"
ACCOUNT = "arn:aws:iam::123456789012"


def by_identity_center(name: str) -> dict[str, Any]:
    """The caller of a session that Identity Center vouches for."""
    issuer = {"type": "Role", "arn": f"{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/{ROLE}", "userName": ROLE}
    arn = f"arn:aws:sts::123456789012:assumed-role/{ROLE}/{name}"
    return {"userIdentity": {"type": "AssumedRole", "arn": arn, "sessionContext": {"sessionIssuer": issuer}}}


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[LoopbackBot]:
    """A bot that has a guide to send."""
    house = tmp_path / "house.toml"
    house.write_text(f'[guide]\nurl = "{GUIDE}"\n')
    settings = {"ANCHORWATCH_HOUSE": str(house), "ANCHORWATCH_EMAIL_DOMAINS": people.EMAIL_DOMAIN}
    async with LoopbackBot(tmp_path, settings) as running:
        yield running


async def closed(bot: LoopbackBot, **changes: Any) -> str:
    """A case that Ava has closed as a false positive."""
    case_id = await bot.alert(**changes)
    ava = bot.hands()
    with pytest.raises(NotSeen):
        await ava.press(case_id, SEND)
    await ava.press(case_id, "mark_false_positive")
    await ava.fill_in("A test.")
    await until("the button", lambda: SEND in str(ava.card(case_id).blocks) or None, 5)
    return case_id


async def test_the_person_behind_the_caller_gets_a_message(bot: LoopbackBot) -> None:
    """Dmitri, whom Identity Center and Slack vouch for, in a direct message; the button goes away."""
    case_id = await closed(bot, **by_identity_center(f"dmitri@{people.EMAIL_DOMAIN}"))
    ava = bot.hands()
    await ava.press(case_id, SEND)
    line = f"*Training guide:* sent to <@{people.DMITRI}>. This caller never had it before."
    await until("the card", lambda: line in texts(ava.card(case_id).blocks) or None, 5)
    direct = bot.slack.workspace.direct_channel([people.DMITRI])
    (message,) = bot.slack.workspace.in_channel(direct.channel_id)
    assert f"<{GUIDE}|our guide>" in texts(message.blocks)
    assert SEND not in str(ava.card(case_id).blocks)
    (asked,) = [one for one in await bot.log(case_id) if one["kind"] == "training:asked"]
    assert asked["by"] == f"slack:{people.AVA}"
    (counted,) = [one for one in await bot.log("OPS-TRAINING") if one["kind"] == "training:counted"]
    assert (counted["caller"], counted["case_id"]) == (people.DMITRI, case_id)


async def test_a_borrowed_name_leads_to_nobody(bot: LoopbackBot) -> None:
    """An IAM user called dmitri is anybody: the thread has the guide, Dmitri hears nothing."""
    user = {"type": "IAMUser", "arn": f"{ACCOUNT}:user/dmitri", "userName": "dmitri"}
    case_id = await closed(bot, userIdentity=user)
    ava = bot.hands()
    await ava.press(case_id, SEND)
    told = "the guide was sent to nobody: the caller's name is not vouched for by Identity Center"
    await until("the thread", lambda: told in ava.thread(case_id) or None, 5)
    assert [one for one in bot.slack.workspace.channels.values() if one.kind == "im"] == []


async def test_the_page_of_tasks_says_what_became_of_it(bot: LoopbackBot) -> None:
    """Instead of a button that could only fail."""
    case_id = await closed(bot)
    ava = bot.hands()
    await ava.press(case_id, SEND)
    await until("the end", lambda: "put into the thread" in texts(ava.card(case_id).blocks) or None, 5)
    await ava.press(case_id, "guide")
    view = bot.slack.workspace.stack(people.AVA)[-1]
    block = next(one["block_id"] for one in view.content["blocks"] if "guide_tasks" in str(one))
    await bot.slack.interactions.wait(bot.slack.interactions.click_view(people.AVA, view.view_id, block, "guide_tasks"))
    page = bot.slack.workspace.stack(people.AVA)[-1].content["blocks"]
    assert "The training guide was put into the thread, to be passed on" in texts(page)
    assert SEND not in str(page)
