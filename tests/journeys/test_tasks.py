"""What a person hands to Anchorwatch from the guide's page of tasks, on the page and with all real parts."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.hands import until
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import StoredFile
from bot.sandbox.world import World
from tests.journeys.conftest import PATIENCE_MS, Seat, Sit, raise_alert

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def world() -> AsyncIterator[World]:
    """A world with a running bot that asks nothing by itself: this is about what people do."""
    async with World(slack_rate_scale=0, aws_rate_scale=0) as running:
        await running.start_bot(ANCHORWATCH_INVESTIGATE="off")
        yield running


async def open_tasks(seat: Seat) -> None:
    """Open the guide at its page of tasks."""
    await seat.press("guide")
    await seat.page.get_by_role("dialog").locator('[data-action-id="guide_tasks"]').click()
    await expect(seat.page.get_by_role("dialog", name="Guide: tasks")).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize("width", [1280, 390])
async def test_all_roles_come_into_the_thread_as_a_file(world: World, sit: Sit, width: int) -> None:
    """One press; the thread says how many roles and what is open, and the table has them."""
    alert = await raise_alert(world)
    ava = await sit(alert, "ava", width=width)
    await open_tasks(ava)
    files = world.slack.workspace.files
    before = set(files)
    await ava.page.get_by_role("dialog").locator('[data-action-id="report_all_roles"]').click()
    await alert.logged("role_audit:sent")
    await ava.page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    thread = await ava.thread()
    await expect(thread).to_contain_text("Roles that trust IAM Roles Anywhere", timeout=PATIENCE_MS)
    await expect(thread.get_by_role("link", name="Roles that trust Roles Anywhere (table)")).to_be_visible()

    def table() -> StoredFile | None:
        return next((one for key, one in files.items() if key not in before and one.name.endswith(".csv")), None)

    stored = await until("the table", table, 5)
    rows = list(csv.DictReader(io.StringIO(stored.body.decode("utf-8-sig"), newline="")))
    opened = {row["role arn"]: row for row in rows if row["verdict"] == "usable"}
    assert world.account.open_role in opened
    assert opened[world.account.open_role]["enabled profiles"]


@pytest.mark.parametrize("width", [1280, 390])
async def test_an_incident_is_started_and_has_its_channel(world: World, sit: Sit, width: int) -> None:
    """From the card's menu; the responder finds the channel with what happened and the case log."""
    alert = await raise_alert(world)
    ava = await sit(alert, "ava", width=width)
    await ava.choose("Start Incident")
    await ava.fill_in("The vendor does not know this CA.")
    await ava.sees("case log attached")
    (channel,) = [one for one in world.slack.workspace.channels.values() if alert.case_id.lower() in one.name]
    await ava.page.goto(f"{world.slack.origin}/u/ava#/{channel.channel_id}")
    messages = ava.page.locator("#messages")
    await expect(messages).to_contain_text("The vendor does not know this CA.", timeout=PATIENCE_MS)
    await expect(messages.get_by_role("link", name=f"Case log of {alert.case_id}")).to_be_visible()
    assert await alert.who_did("incident:started") == [f"slack:{people.AVA}"]
