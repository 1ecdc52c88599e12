"""Modals: inputs, values, errors, the stack, and what was typed."""

import asyncio
import copy
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Json = dict[str, Any]
Open = Callable[..., Awaitable[Page]]


def answering(stage: Any, result: str, change: Callable[[], None] = lambda: None) -> None:
    """Makes the next submits answer `result` after `change` was done to the state."""

    async def answer(_body: Json) -> Json:
        change()
        return {"delivery": "D9", "result": result}

    stage.answers["submit"] = answer


async def opened(person: Open, stage: Any, view: Json) -> tuple[Page, Locator]:
    """The page with this modal open, and the modal."""
    stage.state["views"] = [view]
    page = await person()
    dialog = page.get_by_role("dialog", name="Delete trust anchor")
    await expect(dialog).to_be_visible()
    return page, dialog


async def fill(dialog: Locator) -> None:
    """Fills what is required."""
    await dialog.get_by_label("Name of the anchor").fill("build-fleet-anchor")
    await dialog.get_by_label("Reason").fill("two\nlines")
    await dialog.get_by_label("Urgency").select_option("Today")


async def test_a_modal_sends_all_its_values(person: Open, stage: Any, canned_view: Json) -> None:
    """Submit posts the state of every input in Slack's shape; the modal goes when the state says so."""
    page, dialog = await opened(person, stage, canned_view)
    await expect(dialog.get_by_label("Name of the anchor")).to_be_focused()
    await fill(dialog)
    await dialog.get_by_role("radio", name="The lead").check()
    await dialog.get_by_role("checkbox", name="Owner told").check()
    answering(stage, "closed", stage.state["views"].clear)
    await dialog.get_by_role("button", name="Request Deletion").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    [(what, body)] = stage.calls
    assert (what, body["user"], body["view_id"]) == ("submit", "UAVA", "V1")
    values = body["values"]
    assert values["name"]["v"] == {"type": "plain_text_input", "value": "build-fleet-anchor"}
    assert values["reason"]["v"] == {"type": "plain_text_input", "value": "two\nlines"}
    assert values["urgency"]["v"]["selected_option"]["value"] == "today"
    assert values["who"]["v"]["selected_option"]["value"] == "lead"
    assert "tokens" not in values["who"]["v"]["selected_option"]["text"]
    assert [option["value"] for option in values["checks"]["v"]["selected_options"]] == ["owner"]


async def test_required_and_short_inputs_are_stopped_on_the_page(person: Open, stage: Any, canned_view: Json) -> None:
    """Slack's own checks name each wrong input and send nothing; focus goes to the first."""
    _page, dialog = await opened(person, stage, canned_view)
    await dialog.get_by_label("Name of the anchor").fill("abc")
    await dialog.get_by_role("button", name="Request Deletion").click()
    await expect(dialog.get_by_text("Please write at least 4 characters.")).to_be_visible()
    await expect(dialog.get_by_text("Please complete this required field.")).to_have_count(2)
    await expect(dialog.get_by_label("Name of the anchor")).to_be_focused()
    await expect(dialog.get_by_label("Reason")).to_have_attribute("aria-invalid", "true")
    assert stage.calls == []


async def test_errors_of_the_app_stand_at_their_input(person: Open, stage: Any, canned_view: Json) -> None:
    """A refused submit keeps what was typed, shows the app's words and goes with the next answer."""
    _page, dialog = await opened(person, stage, canned_view)
    await fill(dialog)
    answering(stage, "errors", lambda: canned_view["errors"].update(name="That is not the anchor's name."))
    await dialog.get_by_role("button", name="Request Deletion").click()
    name = dialog.get_by_label("Name of the anchor")
    await expect(name).to_have_accessible_description(
        "Type build-fleet-anchor to confirm. That is not the anchor's name."
    )
    await expect(name).to_be_focused()
    await expect(name).to_have_value("build-fleet-anchor")
    canned_view["errors"].clear()
    await stage.publish()
    await expect(dialog.get_by_text("That is not the anchor's name.")).to_have_count(0)
    await expect(name).to_have_accessible_description("Type build-fleet-anchor to confirm.")


async def test_an_updated_view_keeps_what_was_typed(person: Open, stage: Any, canned_view: Json) -> None:
    """Inputs with the same block and action id keep value, focus and caret when the app updates the view."""
    page, dialog = await opened(person, stage, canned_view)
    await fill(dialog)
    reason = dialog.get_by_label("Reason")
    await reason.focus()
    await page.keyboard.press("Control+Home")
    canned_view["view"]["blocks"][1]["text"]["tokens"] = [{"t": "text", "text": "Two profiles use it."}]
    canned_view["hash"] = "h2"
    await stage.publish()
    await expect(dialog.get_by_text("Two profiles use it.")).to_be_visible()
    await expect(reason).to_be_focused()
    await page.keyboard.type("X")
    await expect(reason).to_have_value("Xtwo\nlines")
    await expect(dialog.get_by_label("Urgency")).to_have_value("1")


async def test_a_pushed_view_covers_the_first_and_gives_it_back(person: Open, stage: Any, canned_view: Json) -> None:
    """Only the top of the stack shows; closing it posts its id and brings the lower view with its typed text."""
    page, dialog = await opened(person, stage, canned_view)
    await dialog.get_by_label("Reason").fill("kept")
    await dialog.get_by_role("button", name="Reject Request…").click()
    pushed = copy.deepcopy(canned_view)
    pushed |= {"id": "V2"}
    pushed["view"]["title"] = {"type": "plain_text", "text": "Reject request"}
    stage.state["views"] = [canned_view, pushed]
    await stage.publish()
    upper = page.get_by_role("dialog", name="Reject request")
    await expect(upper).to_be_visible()
    await expect(dialog).to_be_hidden()

    async def pop(_body: Json) -> Json:
        stage.state["views"] = [canned_view]
        return {}

    stage.answers["close"] = pop
    await page.keyboard.press("Escape")
    await expect(upper).to_have_count(0)
    await expect(dialog.get_by_label("Reason")).to_have_value("kept")
    assert [what for what, _body in stage.calls] == ["click_view", "close"]
    click = stage.calls[0][1]
    assert (click["view_id"], click["action_id"], click["value"]) == ("V1", "reject_request", "K7:1")
    assert click["values"]["reason"]["v"]["value"] == "kept"
    assert stage.calls[1][1] == {"user": "UAVA", "view_id": "V2"}


async def test_a_missed_submit_says_so_and_keeps_the_modal(person: Open, stage: Any, canned_view: Json) -> None:
    """Without an answer in 3 s the button stops spinning and the reader learns why."""
    go = asyncio.Event()

    async def late(_body: Json) -> Json:
        await go.wait()
        return {"delivery": "D9", "result": "missed"}

    stage.answers["submit"] = late
    _page, dialog = await opened(person, stage, canned_view)
    await fill(dialog)
    submit = dialog.get_by_role("button", name="Request Deletion")
    await submit.click()
    await expect(submit).to_have_attribute("aria-busy", "true")
    go.set()
    await expect(dialog.get_by_text("The app did not answer within 3 seconds")).to_be_visible()
    await expect(submit).not_to_have_attribute("aria-busy", "true")
    await expect(dialog.get_by_label("Reason")).to_have_value("two\nlines")


async def test_enter_in_a_line_submits_and_dismiss_closes(person: Open, stage: Any, canned_view: Json) -> None:
    """The modal works without a mouse, and its corner button closes it."""
    page, dialog = await opened(person, stage, canned_view)
    await fill(dialog)
    await dialog.get_by_label("Name of the anchor").press("Enter")
    await dialog.get_by_role("button", name="Dismiss").click()
    stage.state["views"] = []
    await stage.publish()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert [what for what, _body in stage.calls] == ["submit", "close"]


async def test_a_day_is_chosen_and_sent(person: Open, stage: Any, canned_view: Json) -> None:
    """A date picker shows the day that the view gives, wants one where it must, and sends what was chosen."""
    view = copy.deepcopy(canned_view)
    element = {"type": "datepicker", "action_id": "d", "initial_date": "2027-02-20"}
    label = {"type": "plain_text", "text": "Until which day?"}
    view["view"]["blocks"] = [{"type": "input", "block_id": "ends", "label": label, "element": element}]
    _, dialog = await opened(person, stage, view)
    day = dialog.get_by_label("Until which day?")
    await expect(day).to_have_value("2027-02-20")
    await day.fill("")
    await dialog.locator("button[type=submit]").click()
    await expect(dialog).to_contain_text("Please complete this required field.")
    await day.fill("2027-03-01")
    answering(stage, "closed", stage.state["views"].clear)
    await dialog.locator("button[type=submit]").click()
    await expect(dialog).to_have_count(0)
    assert stage.calls[-1][1]["values"]["ends"]["d"] == {"type": "datepicker", "selected_date": "2027-03-01"}
