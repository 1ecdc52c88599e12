"""What comes after a containment, on the page: until when sessions may live, the closing note, and its open points."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.slack import seed as people
from bot.sandbox.world import World
from tests.journeys.conftest import PATIENCE_MS, Sit, raise_alert

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def world() -> AsyncIterator[World]:
    """A world with a running bot that asks nothing by itself: this is about what people do."""
    async with World(slack_rate_scale=0, aws_rate_scale=0) as running:
        await running.start_bot(ANCHORWATCH_INVESTIGATE="off")
        yield running


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_closing_note_is_written_and_its_points_are_ended(world: World, sit: Sit, width: int) -> None:
    """Ava disables and writes the note; the thread has it with its points, and Ben presses Done and Close All."""
    alert = await raise_alert(world)
    ava, ben = await sit(alert, "ava", width=width), await sit(alert, "ben", width=width)
    await ava.press("disable_trust_anchor")
    await ava.fill_in("Nobody knows this CA.")
    await ava.sees("Contained:")
    await ava.sees("Sessions may live until")
    await ava.choose("Write Closing Note")
    form = ava.page.get_by_role("dialog", name="Closing note")
    await expect(form.get_by_label("What stays open")).to_have_value(re.compile("it is only disabled"))
    await form.get_by_label("Cause").fill("A leaked access key.")
    await form.get_by_label("What stays open").fill("Pin the roles.\nRotate the key.")
    await form.locator("button[type=submit]").click()
    await ava.sees("2 points stay open")
    thread = await ben.thread()
    await expect(thread).to_contain_text("A leaked access key.", timeout=PATIENCE_MS)
    points = thread.locator("article").filter(has_text="still open in this case")
    await points.locator('[data-action-id="end_followup"]').first.click()
    await ben.sees("1 point stays open")
    await points.locator('[data-action-id="end_followups"]').click()
    await ben.confirm()
    await ben.sees("nothing stays open")
    assert await alert.who_did("followup:ended") == [f"slack:{people.BEN}"] * 2
    assert await alert.who_did("closing_note:written") == [f"slack:{people.AVA}"]


@pytest.mark.parametrize("width", [1280, 390])
async def test_what_came_back_is_acknowledged_by_somebody(world: World, sit: Sit, width: int) -> None:
    """The caller of a contained case makes another trust anchor: Ben acknowledges it, and all see that he has it."""
    alert = await raise_alert(world)
    ava, ben = await sit(alert, "ava", width=width), await sit(alert, "ben", width=width)
    await ava.press("disable_trust_anchor")
    await ava.fill_in("Nobody knows this CA.")
    await ava.sees("Contained:")
    await raise_alert(world)
    await ben.sees("Nobody has acknowledged it yet.")
    thread = await ben.thread()
    message = thread.locator("article").filter(has_text="Came back after the containment").last
    await message.locator('[data-action-id="acknowledge_alarm"]').click()
    await expect(message).to_contain_text("Acknowledged by", timeout=PATIENCE_MS)
    await expect(message.locator('[data-action-id="acknowledge_alarm"]')).to_have_count(0)
    await ava.sees("Acknowledged by @Ben")
    await expect(ava.card.locator('[data-action-id="acknowledge_alarm"]')).to_have_count(0)
    assert await alert.who_did("alarm:acknowledged") == [f"slack:{people.BEN}"]
