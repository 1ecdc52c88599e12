"""Takes the pictures of the README from the real thing: the bot, the look-alike's page, the AWS stand-in.

Run it with `make screenshots`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bot.sandbox.hands import Hands, case_of, texts, until
from bot.sandbox.slack import seed as people
from bot.sandbox.world import World

FOLDER = Path(__file__).parent.parent / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REASON = "Nobody on the platform team knows this CA."
# Time for the note of the last click to arrive in the thread.
SETTLE_SECONDS = 2.0


async def main() -> None:
    """Play the alert up to the approval and take a picture of each stage."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with World(aws_rate_scale=0, slack_rate_scale=0) as world, async_playwright() as playwright:
        await world.start_bot()
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        await world.deliver(await world.attack(role_arn=world.account.open_role, sessions=1))
        ava, ben, carla = (Hands(world.slack, one) for one in (people.AVA, people.BEN, people.CARLA))
        case_id = case_of(await until("a card", lambda: next(iter(ava.cards()), None)))
        # The card is redrawn with each answer before, and nothing is deleted before the guide's first round is over.
        await until("the first answers", lambda: "Looks again" in texts(carla.card(case_id).blocks) or None, 60)
        await asyncio.sleep(SETTLE_SECONDS)
        await _picture(browser, world, "ava", "card-new", 1280)
        await _picture(browser, world, "ava", "card-new-phone", 390)
        await ava.press(case_id, "acknowledge")
        # Buttons of the card before the acknowledgement are dead.
        await until("the acknowledgement", lambda: "Acknowledged" in texts(carla.card(case_id).blocks))
        await carla.press(case_id, "delete_trust_anchor")
        await carla.fill_in(REASON)
        await asyncio.sleep(SETTLE_SECONDS)
        await _picture(browser, world, "ben", "card-pending", 1280)
        await ben.press(case_id, "approve_request")
        await asyncio.sleep(SETTLE_SECONDS)
        await _picture(browser, world, "ben", "card-contained", 1280)
        await browser.close()


async def _picture(browser: Browser, world: World, handle: str, name: str, width: int) -> None:
    """Save what a person sees of the card, without the sidebar."""
    page = await browser.new_page(viewport={"width": width, "height": 1600})
    await page.goto(f"{world.slack.page_url}u/{handle}")
    card = page.locator("#messages").get_by_role("article").first
    await card.wait_for()
    await card.screenshot(path=FOLDER / f"{name}.png")
    await page.close()


if __name__ == "__main__":
    asyncio.run(main())
