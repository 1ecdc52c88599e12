"""Somebody alone in the night breaks the glass on a narrow screen; the next morning somebody else reviews it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.sandbox.slack import seed as people
from bot.sandbox.world import World
from tests.journeys.conftest import PATIENCE_MS, Seat, Sit, raise_alert

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

RULES = f"""
[break_glass]
people = ["{people.ONCALL_GROUP}"]
[[rule]]
name = "two people for everything"
approvals = 1
approvers = ["{people.APPROVERS_GROUP}"]
"""
WHY = "The CA is in use and nobody answers the phone."
WORDS = "Right: the sessions were real."


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def world() -> AsyncIterator[World]:
    """A world whose rules want two people for everything, and let those on call break the glass."""
    quiet = {"ANCHORWATCH_INVESTIGATE": "off"}
    async with World(slack_rate_scale=0, aws_rate_scale=0, approvals=RULES, settings=quiet) as running:
        await running.start_bot()
        yield running


async def next_morning(world: World) -> None:
    """Start the bot anew in a house where work begins a few seconds from now."""
    now = datetime.now(UTC)
    # Far from midnight, and later than nine: that is when the first reminder would come otherwise.
    hours = 10 if now.hour < 12 else -2
    begins = (now + timedelta(seconds=2)).astimezone(timezone(timedelta(hours=hours)))
    await world.stop_bot()
    house = world.folder / "house.toml"
    every_day = '["mon", "tue", "wed", "thu", "fri", "sat", "sun"]'
    zone = f"Etc/GMT{-hours:+d}"
    when = f'from = "{begins:%H:%M:%S}"\nto = "23:59"\n'
    known = house.read_text().partition("[hours]")[0]
    house.write_text(f'{known}\n[hours]\ntime_zone = "{zone}"\ndays = {every_day}\n{when}')
    await world.start_bot()


async def break_on_the_card(ava: Seat) -> None:
    """Ask first, then break the glass on the request that waits."""
    await ava.press("disable_trust_anchor")
    await ava.fill_in("Nobody knows this CA.")
    await ava.sees("can break the glass and run it alone")
    await ava.press("break_glass")
    form = ava.page.get_by_role("dialog", name="Break the glass")
    await expect(form).to_contain_text("rolesanywhere:DisableTrustAnchor")
    await expect(form).to_contain_text("it runs at once and does not wait for 1 more yes")
    await send(form, WHY)


async def break_at_asking(ava: Seat) -> None:
    """Tick the box in the form in which one asks."""
    await ava.press("disable_trust_anchor")
    form = ava.page.get_by_role("dialog").filter(has=ava.page.get_by_label("Why?"))
    await form.get_by_label("Break the glass: run it now, without the yes of others").check()
    await send(form, WHY)


async def send(form: Locator, words: str) -> None:
    """Write the reason and send the form."""
    await form.locator("textarea").fill(words)
    await form.locator("button[type=submit]").click()
    await expect(form).to_have_count(0, timeout=PATIENCE_MS)


@pytest.mark.parametrize("at_asking", [False, True])
async def test_one_breaks_the_glass_and_another_reviews_it_in_the_morning(
    world: World,
    sit: Sit,
    at_asking: bool,  # noqa: FBT001 - pytest passes it by name.
) -> None:
    """It runs, everybody is told, and in the morning Ava can't end the reminder, but Ben's review does."""
    alert = await raise_alert(world)
    ava, ben = await sit(alert, "ava", width=390), await sit(alert, "ben", width=390)
    await (break_at_asking if at_asking else break_on_the_card)(ava)
    await alert.aws_shows(enabled=False)
    await ben.sees("Contained:")
    await ben.sees("who broke the glass")
    await ben.sees("Nobody has reviewed it yet.")
    thread = await ben.thread()
    told = thread.locator("article").filter(has_text="broke the glass for")
    await expect(told).to_contain_text(WHY, timeout=PATIENCE_MS)
    await expect(told).to_contain_text("@approvers")
    assert await alert.who_did("glass:broken") == [f"slack:{people.AVA}"]
    assert await alert.who_did("approval:given") == []

    await next_morning(world)
    thread = await ava.thread()
    reminder = thread.locator("article").filter(has_text="still to be reviewed")
    await reminder.locator('[data-action-id="review_glass"]').click(timeout=PATIENCE_MS)
    note = ava.page.locator("article.ephemeral").filter(has_text="You had a part in this")
    await note.wait_for(state="attached")
    thread = ben.page.get_by_role("complementary", name="Thread")
    await thread.locator('[data-action-id="review_glass"]').click(timeout=PATIENCE_MS)
    form = ben.page.get_by_role("dialog", name="Review broken glass")
    await expect(form).to_contain_text(WHY)
    await form.get_by_label("It was right").check()
    await send(form, WORDS)
    await ben.sees(f"it was right. {WORDS}")
    await expect(thread).to_contain_text("Nothing is open any more in this case.", timeout=PATIENCE_MS)
    assert await alert.who_did("glass:reviewed") == [f"slack:{people.BEN}"]
