"""People, the page, the real bot as a process, and AWS: the whole way, with clicks over HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.aws.clients import connect
from bot.sandbox.slack import seed as people
from bot.sandbox.world import World
from tests.journeys.conftest import PATIENCE_MS, Sit, raise_alert

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

REASON = "Nobody on the platform team knows this CA."
AVA, BEN = f"slack:{people.AVA}", f"slack:{people.BEN}"


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def world() -> AsyncIterator[World]:
    """A world with a running bot; each journey brings an attack of its own."""
    async with World(slack_rate_scale=0, aws_rate_scale=0) as running:
        await running.start_bot()
        yield running


async def test_two_people_delete_the_trust_anchor(world: World, sit: Sit) -> None:
    """Ava takes the alert and asks, Ben reads the plan and says yes: AWS has it no more, the log says who and why."""
    alert = await raise_alert(world)
    ava, ben = await sit(alert, "ava"), await sit(alert, "ben")
    await ben.sees(alert.attack.trust_anchor_id)
    await ava.press("acknowledge")
    await ben.sees("Acknowledged by")
    await alert.logged("round:finished")
    await ava.press("delete_trust_anchor")
    await ava.fill_in(REASON)
    await ben.sees("Approval pending")
    await ben.sees(REASON)
    assert alert.enabled is True
    await ben.press("approve_request")
    await expect(ben.page.get_by_role("alertdialog")).to_contain_text("DeleteTrustAnchor")
    assert alert.enabled is True
    await ben.confirm()
    await alert.aws_shows(None)
    await ava.sees("Contained:")
    await ben.sees("Deleted")
    assert (await alert.who_did("action:requested"), await alert.who_did("approval:given")) == ([AVA], [BEN])
    assert [one["reason"] for one in await alert.log() if one["kind"] == "action:requested"] == [REASON]
    assert len(world.control.effects("rolesanywhere", "DeleteTrustAnchor")) == 1
    await expect(await ava.thread()).to_contain_text("Delete Trust Anchor: done", timeout=PATIENCE_MS)


async def test_what_moved_is_shown_and_asked_for_again(world: World, sit: Sit) -> None:
    """Between plan and yes somebody renames the anchor: nothing runs, both widths show it, one click asks anew."""
    alert = await raise_alert(world)
    ava, ben = await sit(alert, "ava", width=390), await sit(alert, "ben")
    await ava.press("acknowledge")
    await ava.sees("Acknowledged")
    await alert.logged("round:finished")
    await ava.press("delete_trust_anchor")
    await ava.fill_in(REASON)
    await expect(ben.card.locator('[data-action-id="approve_request"]')).to_be_visible(timeout=PATIENCE_MS)
    anywhere = connect("rolesanywhere", world.aws.endpoint_url)
    rename = partial(anywhere.update_trust_anchor, trustAnchorId=alert.attack.trust_anchor_id, name="renamed-since")
    await asyncio.to_thread(rename)
    await ben.press("approve_request")
    await ben.confirm()
    for seat in (ava, ben):
        await seat.sees("What moved")
        await seat.sees("is now renamed-since")
    assert alert.enabled is True
    await ava.press("ask_again")
    dialog = ava.page.get_by_role("dialog")
    await expect(dialog.get_by_label("Why?")).to_have_value(REASON)
    await expect(dialog).to_contain_text("renamed-since")
    assert await ava.page.evaluate("document.documentElement.scrollWidth") <= 390
    await ava.fill_in(REASON)
    await expect(ben.card.locator('[data-action-id="approve_request"]')).to_be_visible(timeout=PATIENCE_MS)
    await ben.press("approve_request")
    await ben.confirm()
    await alert.aws_shows(None)
    assert await alert.who_did("approval:given") == [BEN, BEN]
    digests = [one["digest"] for one in await alert.log() if one["kind"] == "approval:given"]
    assert len(set(digests)) == len(digests)


async def test_a_false_positive_is_closed_and_opened_again(world: World, sit: Sit) -> None:
    """With a reason the case closes and nothing happens in AWS; it can be opened again."""
    alert = await raise_alert(world)
    ava = await sit(alert, "ava")
    await ava.choose("False Positive")
    await ava.fill_in("It is ours: the ticket says so.")
    await ava.sees("It is ours: the ticket says so.")
    await expect(ava.card.locator('[data-action-id="acknowledge"]')).to_have_count(0)
    await ava.press("reopen")
    await expect(ava.card.locator('[data-action-id="acknowledge"]')).to_be_visible(timeout=PATIENCE_MS)
    assert alert.enabled is True
    assert (await alert.who_did("case:marked_false_positive"), await alert.who_did("case:reopened")) == ([AVA], [AVA])


async def test_an_outsider_is_told_in_private(world: World, sit: Sit) -> None:
    """Dmitri may not: he reads why and who may, Ava does not see his note, and AWS is as it was."""
    alert = await raise_alert(world)
    dmitri, ava = await sit(alert, "dmitri"), await sit(alert, "ava")
    await dmitri.press("disable_trust_anchor")
    note = dmitri.page.locator("article.ephemeral").last
    await expect(note).to_contain_text("You may not do this.", timeout=PATIENCE_MS)
    await expect(note).to_contain_text("@oncall")
    await expect(dmitri.page.get_by_role("dialog", name="Disable")).to_have_count(0)
    await ava.sees(alert.case_id)
    await expect(ava.page.locator("article.ephemeral")).to_have_count(0)
    assert alert.enabled is True
    assert await alert.who_did("attempt:refused") == [f"slack:{people.DMITRI}"]


async def test_a_rejected_request_runs_nothing(world: World, sit: Sit) -> None:
    """Ben says no, with a reason that Ava reads on her page; the trust anchor stays."""
    alert = await raise_alert(world)
    ava, ben = await sit(alert, "ava"), await sit(alert, "ben")
    await ava.press("acknowledge")
    await ava.sees("Acknowledged")
    await alert.logged("round:finished")
    await ava.press("delete_trust_anchor")
    await ava.fill_in(REASON)
    await ben.sees("Approval pending")
    await ben.press("reject_request")
    await ben.fill_in("Disable it first: deleting loses the evidence.")
    await expect(ava.card.locator('[data-action-id="delete_trust_anchor"]')).to_be_visible(timeout=PATIENCE_MS)
    await expect(await ava.thread()).to_contain_text("deleting loses the evidence", timeout=PATIENCE_MS)
    assert alert.enabled is True
    assert (await alert.who_did("request:rejected"), await alert.who_did("run:started")) == ([BEN], [])


async def test_disable_and_enable_on_a_phone(world: World, sit: Sit) -> None:
    """At 390 pixels one person disables alone and takes it back; nothing on the page is wider than the phone."""
    alert = await raise_alert(world)
    ava = await sit(alert, "ava", width=390)
    await ava.press("disable_trust_anchor")
    await ava.fill_in(REASON)
    await alert.aws_shows(enabled=False)
    await ava.sees("Contained:")
    assert await ava.page.evaluate("document.documentElement.scrollWidth") <= 390
    await ava.press("enable_trust_anchor")
    await ava.fill_in("The platform team found its owner.")
    await alert.aws_shows(enabled=True)
    await expect(ava.card).not_to_contain_text("Contained:", timeout=PATIENCE_MS)
    await ava.sees("Enabled")
    assert await alert.who_did("action:requested") == [AVA, AVA]


async def test_the_owners_of_the_ca_are_asked(world: World, sit: Sit) -> None:
    """Ava asks from the menu, Dmitri of the PKI team says no in the thread, and the card says who said so."""
    alert = await raise_alert(world)
    ava, dmitri = await sit(alert, "ava"), await sit(alert, "dmitri")
    await ava.choose("Ask CA Owners")
    await ava.sees("no answer yet")
    thread = await dmitri.thread()
    await thread.locator('[data-action-id="ca_is_not_ours"]').click()
    await dmitri.fill_in("Not in our inventory.")
    await ava.sees("Not in our inventory.")
    await ava.sees("Priority: high")
    await expect(thread.locator('[data-action-id="ca_is_not_ours"]')).to_have_count(0, timeout=PATIENCE_MS)
    assert await alert.who_did("owners:answered") == [f"slack:{people.DMITRI}"]


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_guide_is_read_page_by_page(world: World, sit: Sit, width: int) -> None:
    """The button opens the guide, Next leads to its last page, and texts for hardening name this trust anchor."""
    alert = await raise_alert(world)
    await alert.logged("round:finished")
    ava = await sit(alert, "ava", width=width)
    await ava.press("guide")
    dialog = ava.page.get_by_role("dialog", name="Guide")
    await expect(dialog).to_contain_text("Priority:", timeout=PATIENCE_MS)
    assert await ava.page.evaluate("document.documentElement.scrollWidth") <= width
    read = [await dialog.inner_text()]
    while await dialog.locator('[data-action-id="guide_next"]').count():
        shown = re.search(r"page \d+ of \d+", read[-1])
        assert shown is not None
        await dialog.locator('[data-action-id="guide_next"]').click()
        await expect(dialog).not_to_contain_text(shown[0], timeout=PATIENCE_MS)
        read.append(await dialog.inner_text())
    everything = "\n".join(read)
    for words in ("Does the trust anchor exist", "rolesanywhere:UpdateTrustAnchor", "API_CreateTrustAnchor"):
        assert words in everything or words in await dialog.inner_html()
    assert f"--trust-anchor-id {alert.attack.trust_anchor_id}" in everything
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_have_count(0, timeout=PATIENCE_MS)


async def test_the_thread_has_the_answers(world: World, sit: Sit) -> None:
    """After the first round one note tells what was found, step by step, and what was not checked."""
    alert = await raise_alert(world)
    ava = await sit(alert, "ava")
    await expect(ava.card.get_by_role("button", name="repl")).to_be_visible(timeout=PATIENCE_MS * 2)
    thread = await ava.thread()
    for words in ("The guide, answered", "The report", "Who made the call", "Not checked"):
        await expect(thread).to_contain_text(words, timeout=PATIENCE_MS)
