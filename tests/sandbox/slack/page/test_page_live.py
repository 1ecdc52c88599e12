"""The page follows the server without taking anything away from the reader."""

import copy
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Json = dict[str, Any]
Open = Callable[..., Awaitable[Page]]
CARD = "1731832801.000200"


def add(stage: Any, ts: str, text: str, **more: Any) -> None:
    """Adds a message of the app to the state."""
    tokens = [{"t": "text", "text": text}]
    message = {**copy.deepcopy(stage.state["messages"][5]), "ephemeral_for": None, "ts": ts, "text": text}
    stage.state["messages"].append({**message, "text_tokens": tokens, **more})


async def test_a_new_message_appears_with_a_toast_of_its_text_alone(person: Open, stage: Any) -> None:
    """The notification holds the fallback text and nothing of the blocks."""
    page = await person()
    toast = page.get_by_role("status")
    await expect(toast).to_be_empty()
    blocks = [{"type": "section", "text": {"type": "plain_text", "text": "Only in the blocks"}}]
    add(stage, "1731835000.000100", "Approval needed for K7", blocks=blocks)
    await stage.publish()
    await expect(page.get_by_role("article").filter(has_text="Only in the blocks")).to_be_visible()
    await expect(toast).to_have_text("Approval needed for K7")


async def test_toasts_are_for_news_only(person: Open, stage: Any) -> None:
    """An edit, one's own message and a reply that mentions nobody make no toast; a reply that mentions one does."""
    page = await person()
    stage.message(CARD)["text_tokens"] = [{"t": "text", "text": "edited"}]
    add(stage, "1731835000.000100", "my own words", user="UAVA")
    add(stage, "1731835000.000200", "quiet reply", thread_ts=CARD)
    loud = [{"t": "user", "id": "UAVA", "name": "Ava Lindqvist"}, {"t": "text", "text": ", please look"}]
    add(stage, "1731835000.000300", "x", thread_ts=CARD, text_tokens=loud)
    await stage.publish()
    await expect(page.get_by_role("status")).to_have_text("@Ava Lindqvist, please look")


async def test_focus_stays_on_the_button_when_its_card_changes(person: Open, stage: Any) -> None:
    """A redrawn card gives the focus to the control with the same action id, although block ids changed."""
    page = await person()
    await page.get_by_role("button", name="Acknowledge").focus()
    stage.message(CARD)["blocks"][6]["block_id"] = "K7:2:actions"
    await stage.publish()
    button = page.locator("[data-block-id='K7:2:actions'][data-action-id=acknowledge]")
    await expect(button).to_be_focused()


async def test_an_open_menu_survives_and_follows_the_new_card(person: Open, stage: Any) -> None:
    """A menu stays open over an update with its focus, and picks from the new version."""
    page = await person()
    await page.get_by_role("button", name="More actions").click()
    await page.keyboard.press("ArrowDown")
    stage.message(CARD)["blocks"][1]["block_id"] = "K7:2:status"
    await stage.publish()
    item = page.locator("[data-block-id='K7:2:status']").get_by_text("List linked profiles")
    await expect(item).to_be_visible()
    await expect(page.get_by_role("menuitem", name="List linked profiles")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu")).to_have_count(0)
    assert stage.calls[0][1]["block_id"] == "K7:2:status"


async def test_an_open_menu_goes_with_its_control(person: Open, stage: Any) -> None:
    """When the update takes the menu's control away, the menu goes too."""
    page = await person()
    await page.get_by_role("button", name="More actions").click()
    del stage.message(CARD)["blocks"][1]["accessory"]
    await stage.publish()
    await expect(page.get_by_role("button", name="More actions")).to_have_count(0)
    await expect(page.get_by_role("menu")).to_have_count(0)


async def test_scroll_stays_where_the_reader_is(person: Open, stage: Any) -> None:
    """New messages follow at the end of the list, and leave a reader alone who looks at older ones."""
    page = await person(viewport={"width": 1280, "height": 500})
    list_ = page.locator("#messages")
    gap = "n => Math.round(n.scrollHeight - n.scrollTop - n.clientHeight)"
    assert await list_.evaluate(gap) == 0
    add(stage, "1731835000.000100", "first")
    await stage.publish()
    await expect(list_.get_by_text("first", exact=True)).to_be_in_viewport()
    await list_.evaluate("n => { n.scrollTop = 30 }")
    add(stage, "1731835000.000200", "second")
    await stage.publish()
    await expect(list_.get_by_text("second", exact=True)).to_be_attached()
    assert await list_.evaluate("n => n.scrollTop") == 30


async def test_unchanged_messages_keep_their_nodes(person: Open, stage: Any) -> None:
    """An update of one message does not touch the others."""
    page = await person()
    await page.get_by_role("article").first.evaluate("n => { n.marked = true }")
    stage.message(CARD)["blocks"][0]["text"]["text"] = "Changed"
    await stage.publish()
    await expect(page.get_by_role("heading", name="Changed")).to_be_visible()
    assert await page.get_by_role("article").first.evaluate("n => n.marked") is True


async def test_a_deleted_message_goes(person: Open, stage: Any) -> None:
    """A message that left the state leaves the page, and an open thread of it closes."""
    page = await person()
    await page.get_by_role("button", name="3 replies").click()
    stage.state["messages"] = [one for one in stage.state["messages"] if CARD not in (one["ts"], one["thread_ts"])]
    await stage.publish()
    await expect(page.get_by_role("complementary", name="Thread")).to_be_hidden()
    await expect(page.get_by_role("heading", name="Trust anchor created")).to_have_count(0)
