"""How the page draws messages, threads and the people."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Open = Callable[..., Awaitable[Page]]
CARD = "1731832801.000200"


def card_of(page: Page) -> Any:
    """The card in the channel's list."""
    return page.locator(f"#messages article[data-ts='{CARD}']")


async def test_a_card_shows_its_author_badge_time_and_blocks(person: Open) -> None:
    """A bot's message has name, APP badge, the time in the reader's zone, and each block in its shape."""
    card = card_of(await person())
    await expect(card.get_by_text("APP", exact=True)).to_be_visible()
    await expect(card.locator(".message-head time")).to_have_text("09:40")
    await expect(card.get_by_role("heading", name="Trust anchor created with an external CA")).to_be_visible()
    await expect(card.locator(".mention.me")).to_have_text("@Ava Lindqvist")
    await expect(card.get_by_text("@aws-oncall")).to_be_visible()
    await expect(card.locator("ol")).to_have_attribute("start", "3")
    await expect(card.locator("blockquote")).to_have_text("Quoted from the request")
    await expect(card.locator("s")).to_have_text("Third point")
    await expect(card.get_by_role("link", name="Runbook")).to_have_attribute("rel", "noopener noreferrer")


async def test_fields_stand_in_two_columns_on_a_wide_screen(person: Open) -> None:
    """Two neighbouring fields share a row at 1280 pixels."""
    card = card_of(await person())
    actor, source = card.locator(".fields > *").nth(0), card.locator(".fields > *").nth(1)
    first, second = await actor.bounding_box(), await source.bounding_box()
    assert first["y"] == second["y"]
    assert second["x"] > first["x"] + first["width"] - 1


async def test_a_container_opens_and_stays_open_when_the_card_changes(person: Open, stage: Any) -> None:
    """What a reader unfolded is not folded again by an update of the message."""
    page = await person()
    summary = card_of(page).locator("summary")
    preformatted = card_of(page).locator("details pre")
    await expect(preformatted).to_be_hidden()
    await summary.click()
    await expect(preformatted).to_contain_text("CN=Definitely Internal CA")
    stage.message(CARD)["blocks"][0]["text"]["text"] = "Changed"
    await stage.publish()
    await expect(card_of(page).get_by_role("heading")).to_have_text("Changed")
    await expect(preformatted).to_be_visible()


@pytest.mark.parametrize(
    ("zone", "locale", "shown"),
    [
        ("Europe/Stockholm", "en-GB", "Nov 17, 2024 09:40:01"),
        ("America/New_York", "en-US", "Nov 17, 2024 3:40:01 AM"),
        ("Asia/Tokyo", "en-GB", "Nov 17, 2024 17:40:01"),
    ],
)
async def test_dates_stand_in_the_readers_zone(person: Open, zone: str, locale: str, shown: str) -> None:
    """The same date token reads differently in three zones, with twelve or twenty-four hours."""
    page = await person(timezone_id=zone, locale=locale)
    await expect(card_of(page).locator(".fields time")).to_have_text(shown)


async def test_each_date_format_is_honoured(person: Open) -> None:
    """Every token of Slack's table fills in, unknown ones give the fallback, and today is called so."""
    page = await person()
    ask = """async ([epoch, format]) => {
        const { dateNode } = await import("/page/dates.js");
        return dateNode(epoch, format, "fallback").textContent; }"""
    formats = {
        "{date_num}": "2024-11-17",
        "{date}": "November 17th, 2024",
        "{date_short}": "Nov 17, 2024",
        "{date_long}": "Sunday, November 17th, 2024",
        "at {time}, UTC+1": "at 09:40, UTC+1",
        "{nonsense}": "fallback",
        "no token": "fallback",
    }
    for given, shown in formats.items():
        assert await page.evaluate(ask, [1731832801, given]) == shown
    now = int(time.time())
    assert await page.evaluate(ask, [now, "{date_pretty}"]) == "Today"
    assert await page.evaluate(ask, [now, "since {date_short_pretty}"]) == "since today"
    assert await page.evaluate(ask, [now - 200, "{ago}"]) == "3 minutes ago"
    assert await page.evaluate(ask, ["x", "{date}"]) == "fallback"


async def test_a_thread_opens_beside_the_channel_and_closes(person: Open) -> None:
    """The replies line opens the thread with root, count, replies and the edited mark; leaving it gives focus back."""
    page = await person()
    await page.get_by_role("button", name="3 replies").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread).to_have_attribute("data-thread-ts", CARD)
    await expect(thread.get_by_role("article")).to_have_count(4)
    await expect(thread.get_by_text("Looking at it now.")).to_contain_text("(edited)")
    await expect(thread.get_by_text("Listing profiles")).to_contain_text("In progress")
    await expect(thread.get_by_role("columnheader", name="Roles")).to_have_class("right")
    await expect(thread.get_by_role("img", name="A graph of calls")).to_be_visible()
    await thread.get_by_role("button", name="Leave thread").click()
    await expect(thread).to_be_hidden()
    await expect(page.get_by_role("button", name="3 replies")).to_be_focused()


async def test_only_ones_own_ephemeral_messages_show(person: Open) -> None:
    """A note for Ava is marked as private; a note for Ben is not on her page at all."""
    page = await person()
    note = page.get_by_role("article").filter(has_text="Only approvers may do this.")
    await expect(note.get_by_text("Only visible to you")).to_be_visible()
    await expect(page.get_by_text("A note for Ben alone.")).to_have_count(0)


async def test_the_sidebar_names_channels_unread_ones_and_people(person: Open) -> None:
    """A channel with unseen messages is bold and says so until it is opened; people are links, gone ones say so."""
    page = await person()
    ops = page.get_by_role("link", name="anchorwatch-ops (unread)")
    await expect(ops).to_have_css("font-weight", "800")
    await expect(page.get_by_text("You are Ava Lindqvist, responder")).to_be_visible()
    await expect(page.get_by_role("link", name="Ben Okafor")).to_have_attribute("href", "/u/ben")
    await expect(page.get_by_role("link", name="Olga Dahl")).to_contain_text("deactivated")
    await expect(page.get_by_role("link", name="Anchorwatch", exact=True)).to_have_count(0)
    await ops.click()
    await expect(page.get_by_text("Queue is back.")).to_be_visible()
    await page.get_by_role("link", name="aws-alerts").click()
    await expect(page.get_by_role("link", name="anchorwatch-ops", exact=True)).to_have_css("font-weight", "400")


async def test_the_payload_drawer_shows_the_message_as_the_app_sent_it(person: Open) -> None:
    """The drawer holds the raw JSON with metadata and without the page's own tokens; Esc closes it."""
    page = await person()
    await card_of(page).hover()
    await card_of(page).get_by_role("button", name="Show payload").click()
    drawer = page.get_by_role("dialog", name="Payload")
    await expect(drawer).to_contain_text('"event_type": "anchorwatch_card"')
    await expect(drawer).not_to_contain_text("tokens")
    await page.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()


async def test_unknown_people_get_a_plain_sentence(stage: Any, browser: Any) -> None:
    """An address with a handle that nobody has says so instead of staying empty."""
    page = await browser.new_page()
    await page.goto(f"{stage.address}/u/nobody")
    await expect(page.get_by_role("alert")).to_contain_text("Nobody here is called “nobody”")
    await page.close()


async def test_a_reply_that_was_sent_to_the_channel_stands_there_too(person: Open, stage: Any) -> None:
    """As in Slack: under a line that leads to its thread, in which it stands without that line."""
    stage.message("1731832810.000300")["broadcast"] = True
    page = await person()
    reply = page.locator("#messages article[data-ts='1731832810.000300']")
    await expect(reply).to_contain_text("replied to a thread: Trust anchor created with an external CA")
    await expect(page.locator("#messages article[data-ts='1731832820.000400']")).to_have_count(0)
    await reply.get_by_role("link", name="Trust anchor created").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("article")).to_have_count(4)
    await expect(thread.locator("article[data-ts='1731832810.000300']")).not_to_contain_text("replied to a thread")
