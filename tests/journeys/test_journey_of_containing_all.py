"""Containing all of it on the page: one form, one press, step by step on the card, and each step's own way back."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bot.sandbox.hands import Hands, case_of, until
from bot.sandbox.slack import seed as people
from bot.sandbox.world import World
from tests.journeys.conftest import PATIENCE_MS, Alert, Sit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

REASON = "Nobody on the platform team knows this CA."
STEPS = ("Disable Trust Anchor", "Disable Profiles That Reach Roles", "Revoke Role Sessions", "Quarantine Caller")
WAYS_BACK = {
    "enable_trust_anchor": "Enable Trust Anchor",
    "enable_profile": "Enable Profiles Again",
    "lift_session_revocation": "Lift Session Revocation",
    "release_actor": "Release Caller",
}
REASON_BACK = "It was a drill."


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def alert() -> AsyncIterator[Alert]:
    """An attack that entered a role once, after the guide has found out which."""
    async with World(slack_rate_scale=0, aws_rate_scale=0) as world:
        await world.start_bot()
        attack = await world.attack(role_arn=world.account.open_role, sessions=1)
        await world.deliver(attack)
        hands = Hands(world.slack, people.AVA)
        card = await until("a card", lambda: next(iter(hands.cards()), None))
        alert = Alert(world, attack, case_of(card))
        await alert.logged("round:finished")
        yield alert


async def test_all_is_contained_step_by_step_and_each_step_taken_back(alert: Alert, sit: Sit) -> None:
    """Ava reads every step in the form and sends it once; AWS shows all four, in order, with her name on each call."""
    ava, ben = await sit(alert, "ava"), await sit(alert, "ben", width=390)
    await ava.press("contain_all")
    form = ava.page.get_by_role("dialog").filter(has=ava.page.get_by_label("Why?"))
    for number, step in enumerate(STEPS, 1):
        await expect(form).to_contain_text(f"{number}. {step}", timeout=PATIENCE_MS)
    await ava.fill_in(REASON)
    await ben.sees("Contain All: 4 of 4 done")
    assert await ben.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert alert.enabled is False
    thread = await ava.thread()
    await expect(thread).to_contain_text("All 4 steps of Contain All are done.", timeout=PATIENCE_MS)
    names = [one["operation"] for one in alert.world.control.effects()]
    first = [names.index(one) for one in ("DisableTrustAnchor", "DisableProfile", "PutRolePolicy", "UpdateAccessKey")]
    assert first == sorted(first)
    for number, (control, title) in enumerate(WAYS_BACK.items(), 1):
        await Hands(alert.world.slack, people.AVA).press(alert.case_id, control)
        await ava.fill_in(REASON_BACK)
        await expect(thread).to_contain_text(f"{title}: done", timeout=PATIENCE_MS)
        assert len(await alert.who_did("action:requested")) == number + 1
    await alert.aws_shows(enabled=True)
