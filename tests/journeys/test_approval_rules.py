"""A rule for production, the whole way: two yes, one of them from a group, and one person who is left in peace."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from bot.sandbox.rules import PRODUCTION_RULES
from bot.sandbox.slack import seed as people
from bot.sandbox.world import World
from tests.journeys.conftest import PATIENCE_MS, Sit, raise_alert

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

REASON = "Nobody on the platform team knows this CA."
CARLA_IN_PEACE = f'approvers = ["approvers"]\nsilent = ["{people.CARLA}"]'
RULES = PRODUCTION_RULES.replace('approvers = ["approvers"]', CARLA_IN_PEACE)


async def test_production_needs_two_and_one_of_them_from_the_group(sit: Sit) -> None:
    """Ben's yes alone runs nothing; with Dmitri's it runs, and the thread never mentioned Carla or a group."""
    quiet = {"ANCHORWATCH_INVESTIGATE": "off"}
    async with World(slack_rate_scale=0, aws_rate_scale=0, approvals=RULES, settings=quiet) as world:
        await world.start_bot()
        alert = await raise_alert(world)
        ava, ben, dmitri = [await sit(alert, name) for name in ("ava", "ben", "dmitri")]
        await ava.press("acknowledge")
        await ava.sees("Acknowledged")
        await ava.press("delete_trust_anchor")
        await expect(ava.page.get_by_role("dialog")).to_contain_text("2 other people must say yes first")
        await ava.fill_in(REASON)
        await ben.sees("Needs 2 yes from approvers, pki")
        await ben.sees("at least one of them from pki. So far: none.")
        thread = await ben.thread()
        await expect(thread).to_contain_text(
            "read the plan on the card, then approve or reject it", timeout=PATIENCE_MS
        )
        await ben.press("approve_request")
        await expect(ben.page.get_by_role("alertdialog")).to_contain_text("runs after 1 more yes")
        await ben.confirm()
        await dmitri.sees("So far: @Ben Okafor.")
        assert alert.enabled is True
        await dmitri.press("approve_request")
        await expect(dmitri.page.get_by_role("alertdialog")).to_contain_text("runs at once")
        await dmitri.confirm()
        await alert.aws_shows(None)
        assert await alert.who_did("approval:given") == [f"slack:{people.BEN}", f"slack:{people.DMITRI}"]
        posted = [str(one.blocks) for one in world.slack.workspace.messages.values() if one.thread_ts]
        mentioned = set(re.findall(r"<(?:@|!subteam\^)([A-Z0-9]+)", "".join(posted)))
        assert mentioned == {people.AVA, people.BEN, people.DMITRI}
