"""Buttons, menus, selects and what shows while the app answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Open = Callable[..., Awaitable[Page]]
CARD = "1731832801.000200"
PLACE = {"user": "UAVA", "channel": "CALERTS", "ts": CARD}
LATE = "The app did not answer within 3 seconds"


def delivery(state: str, **more: Any) -> dict[str, Any]:
    """A delivery of the card's Acknowledge button."""
    row = {"id": "D1", "kind": "block_actions", "action_id": "acknowledge", "block_id": "K7:1:actions"}
    return {**row, **PLACE, "state": state, "ms": None, "status": None, **more}


async def test_a_button_sends_its_ids_and_value(person: Open, stage: Any) -> None:
    """A click posts who, where, which control and its value, and nothing else."""
    page = await person()
    await page.get_by_role("button", name="Acknowledge").click()
    await expect(page.get_by_role("button", name="Acknowledge")).to_be_enabled()
    body = {**PLACE, "block_id": "K7:1:actions", "action_id": "acknowledge", "value": "K7:1"}
    assert stage.calls == [("click", body)]


async def test_every_control_carries_its_ids(person: Open) -> None:
    """Each control of the card has data-action-id and data-block-id, as tests and screen scripts need."""
    page = await person()
    found = await page.locator("article [data-action-id]").evaluate_all(
        "nodes => nodes.map(n => [n.dataset.blockId, n.dataset.actionId])"
    )
    assert found == [
        ["K7:1:status", "more"],
        ["K7:1:actions", "acknowledge"],
        ["K7:1:actions", "disable_trust_anchor"],
        ["K7:1:actions", "open_console"],
    ]


async def test_an_overflow_menu_works_by_keyboard(person: Open, stage: Any) -> None:
    """Arrow keys move, Esc closes and gives focus back, Enter picks and sends the option."""
    page = await person()
    trigger = page.get_by_role("button", name="More actions")
    await trigger.focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_role("menuitem", name="Mark as false positive")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(trigger).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("End")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(trigger).to_be_enabled()
    option = stage.message(CARD)["blocks"][1]["accessory"]["options"][1]
    assert stage.calls == [
        ("click", {**PLACE, "block_id": "K7:1:status", "action_id": "more", "selected_option": option})
    ]


async def test_a_confirm_dialog_stands_before_the_action(person: Open, stage: Any) -> None:
    """Keep and Esc send nothing; Disable sends the click."""
    page = await person()
    button = page.get_by_role("button", name="Disable Trust Anchor…")
    dialog = page.get_by_role("alertdialog", name="Disable this trust anchor?")
    await button.click()
    await expect(dialog).to_contain_text("Workloads that use build-fleet-anchor")
    await dialog.get_by_role("button", name="Keep").click()
    await button.click()
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert stage.calls == []
    await button.click()
    await dialog.get_by_role("button", name="Disable").click()
    await expect(button).to_be_enabled()
    assert [(what, body["action_id"]) for what, body in stage.calls] == [("click", "disable_trust_anchor")]


async def test_a_select_in_a_message_sends_the_chosen_option(person: Open, stage: Any) -> None:
    """Choosing from a static_select posts its option."""
    page = await person()
    await page.get_by_role("button", name="3 replies").click()
    await page.get_by_role("combobox", name="Period").select_option("7 days")
    await expect(page.get_by_role("combobox", name="Period")).to_be_enabled()
    chosen = {"text": {"type": "plain_text", "text": "7 days"}, "value": "7"}
    body = {"user": "UAVA", "channel": "CALERTS", "ts": "1731833900.000500", "block_id": "sel", "action_id": "period"}
    assert stage.calls == [("click", {**body, "selected_option": chosen})]


async def test_a_button_spins_until_its_delivery_is_acked(person: Open, stage: Any) -> None:
    """From the click until the ack the button is busy and a second press sends nothing."""

    async def take(_body: dict[str, Any]) -> dict[str, Any]:
        stage.state["deliveries"] = [delivery("waiting")]
        await stage.publish()
        return {"delivery": "D1"}

    stage.answers["click"] = take
    page = await person()
    button = page.get_by_role("button", name="Acknowledge")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await button.dispatch_event("click")
    stage.state["deliveries"] = [delivery("acked", ms=41.2)]
    await stage.publish()
    await expect(button).not_to_have_attribute("aria-busy", "true")
    await expect(page.get_by_text("Last click answered in 41 ms")).to_be_visible()
    assert len(stage.calls) == 1


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (delivery("missed"), LATE),
        (delivery("failed", status=500), "The app answered with status 500"),
        (delivery("failed", status="connection refused"), "The app could not be reached: connection refused"),
    ],
)
async def test_a_click_without_an_ack_is_marked(person: Open, stage: Any, row: dict[str, Any], words: str) -> None:
    """A missed or failed delivery puts a warning at its block, which goes with the next ack."""
    stage.state["deliveries"] = [row]
    page = await person()
    warning = page.locator("article[data-ts='1731832801.000200']").get_by_role("alert")
    await expect(warning).to_have_text(words)
    stage.state["deliveries"] = [row, delivery("acked", ms=3.0)]
    await stage.publish()
    await expect(warning).to_have_count(0)


async def test_other_peoples_misses_are_not_mine(person: Open, stage: Any) -> None:
    """A delivery that Ben caused neither spins nor warns on Ava's page."""
    stage.state["deliveries"] = [delivery("missed", user="UBEN")]
    page = await person()
    await expect(page.get_by_role("button", name="Acknowledge")).to_be_visible()
    await expect(page.get_by_text(LATE)).to_have_count(0)


async def test_a_slow_server_shows_the_spinner_at_once(person: Open, stage: Any) -> None:
    """The button is busy before the server has even taken the click."""
    go = asyncio.Event()

    async def slow(_body: dict[str, Any]) -> dict[str, Any]:
        await go.wait()
        return {"delivery": "D1"}

    stage.answers["click"] = slow
    page = await person()
    button = page.get_by_role("button", name="Acknowledge")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    go.set()
    await expect(button).not_to_have_attribute("aria-busy", "true")
