"""The whole product on this machine, and people in front of the page in browsers of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from bot.adapters.sqlite_log import SqliteLog
from bot.sandbox.aws.attack import Attack
from bot.sandbox.hands import Hands, case_of, until
from bot.sandbox.slack import seed as people
from bot.sandbox.world import World

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]
PATIENCE_MS = 10_000


@dataclass(frozen=True, slots=True)
class Alert:
    """One attack and the case that came of it."""

    world: World
    attack: Attack
    case_id: str

    @property
    def enabled(self) -> bool | None:
        """Whether AWS has the trust anchor enabled; None when AWS has it no more."""
        return self.world.trust_anchors().get(self.attack.trust_anchor_arn)

    async def aws_shows(self, enabled: bool | None) -> None:  # noqa: FBT001 - What AWS shows is the value.
        """Wait until AWS shows the trust anchor as enabled, as disabled, or not at all."""
        await until(f"a trust anchor that is {enabled}", lambda: self.enabled is enabled or None, 10)

    async def log(self) -> list[dict[str, Any]]:
        """The case's log: kind, by and data."""
        log = SqliteLog.open(self.world.folder / "cases.db", read_only=True)
        try:
            return [{"kind": one.kind, "by": one.by, **one.data} for one in await log.read(self.case_id)]
        finally:
            await log.close()

    async def logged(self, kind: str) -> None:
        """Wait until the log has an entry of a kind."""
        async with asyncio.timeout(30):
            while not await self.who_did(kind):  # noqa: ASYNC110 - Another process writes it.
                await asyncio.sleep(0.1)

    async def who_did(self, kind: str) -> list[str]:
        """By whom the entries of a kind are, in order."""
        return [one["by"] for one in await self.log() if one["kind"] == kind]


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in front of the page.

    Attributes:
        page: their page, in a browser context of its own.
        alert: the alert that they look at.
    """

    page: Page
    alert: Alert

    @property
    def card(self) -> Locator:
        """The alert's card."""
        # Other cards may name the case too: only its own ends with it.
        return self.page.locator("#messages article").filter(has_text=f"{self.alert.case_id} · ")

    async def sees(self, words: str) -> None:
        """Wait until the card says something."""
        await expect(self.card).to_contain_text(words, timeout=PATIENCE_MS)

    async def press(self, control: str) -> None:
        """Press a button of the card."""
        await self.card.locator(f'[data-action-id="{control}"]').click()

    async def choose(self, option: str) -> None:
        """Choose an option of one of the card's menus by a part of its name; what one has no room for is in another."""
        item = self.page.get_by_role("menuitem", name=option)
        menus = self.card.get_by_role("button", name="More actions")
        # Listing them waits for none, and the page may still be loading.
        await menus.first.wait_for()
        for menu in await menus.all():
            await menu.click()
            await self.page.get_by_role("menuitem").first.wait_for()
            if await item.count():
                break
            await self.page.keyboard.press("Escape")
        await item.click()

    async def fill_in(self, reason: str) -> None:
        """Write a reason into the form that opened and send it."""
        dialog = self.page.get_by_role("dialog").filter(has=self.page.get_by_label("Why?"))
        await dialog.get_by_label("Why?").fill(reason)
        await dialog.locator("button[type=submit]").click()
        await expect(dialog).to_have_count(0, timeout=PATIENCE_MS)

    async def confirm(self) -> None:
        """Say yes in the dialog that asks once more."""
        await self.page.get_by_role("alertdialog").get_by_role("button").last.click()

    async def thread(self) -> Locator:
        """Open the case's thread."""
        await self.card.get_by_role("button", name="repl").click()
        return self.page.get_by_role("complementary", name="Thread")


Sit = Callable[..., Awaitable[Seat]]


async def raise_alert(world: World) -> Alert:
    """Let an attacker make a trust anchor, and wait until its card stands and AWS was asked about it."""
    known = {case_of(card) for card in Hands(world.slack, people.AVA).cards()}
    attack = await world.attack()
    await world.deliver(attack)
    hands = Hands(world.slack, people.AVA)
    new = await until("a card", lambda: {case_of(card) for card in hands.cards()} - known, 15)
    alert = Alert(world, attack, new.pop())
    await alert.logged("anchor:observed")
    return alert


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def sit(browser: Browser) -> AsyncIterator[Sit]:
    """Seats people: each in a browser context of its own; script errors fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    async def take_seat(alert: Alert, handle: str, *, width: int = 1280) -> Seat:
        context = await browser.new_context(viewport={"width": width, "height": 900}, timezone_id="Europe/Stockholm")
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{alert.world.slack.origin}/u/{handle}")
        return Seat(page, alert)

    yield take_seat
    for context in contexts:
        await context.close()
    assert complaints == []
