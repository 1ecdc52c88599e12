"""Every rung of the ladder on the page: its form is read, it runs, and its way back restores what AWS shows."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import pytest_asyncio
from cryptography import x509
from playwright.async_api import Locator, expect

from bot.domain.ladder import Askable, Ladder
from bot.domain.managed_denials import premade_document
from bot.domain.plan import Risk
from bot.registry import load_handlers
from bot.sandbox.hands import Hands, case_of, controls_of, until
from bot.sandbox.slack import seed as people
from bot.sandbox.world import World
from tests.journeys.conftest import PATIENCE_MS, Alert, Seat, Sit
from tests.journeys.shown_by_aws import (
    Look,
    all_of_it,
    anchors_of_the_ca,
    lists_of_revoked,
    make_key,
    make_policy,
    open_profiles,
    the_anchor,
    the_inventory,
    the_key,
    the_made_key,
    the_policy,
    the_session,
)
from tests.revocation_lists import revocation_list

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ASKABLE = load_handlers().askable
WHY, WHY_BACK = "Nobody on the platform team knows this CA.", "It was a drill."
SENTENCES = ("Stops", "Does not stop", "Who would notice")

Fields = Callable[[Alert], Mapping[str, str]]


_FILE = "Or the list as a file"


def the_list(alert: Alert) -> Mapping[str, str]:
    """A list that the CA signed, with a certificate of its own on it."""
    certificate = x509.load_pem_x509_certificate(alert.attack.ca.issue("runner-9").encode())
    serial, now = f"{certificate.serial_number:x}", datetime.now(UTC).replace(microsecond=0)
    pem = revocation_list(serial, key=alert.attack.ca.key, issued_at=now)
    return {_FILE: pem, "Serial numbers that must be on it": serial}


def the_owner(alert: Alert) -> Mapping[str, str]:
    """Who answers for the CA; account, Region and day stand in the form already."""
    del alert
    return {"Who answers for this CA?": "The build team"}


@dataclass(frozen=True)
class Way:
    """A rung and its way back.

    Attributes:
        there: what is asked for.
        back: what takes it back, in the order in which it is pressed.
        look: what AWS shows of it.
        shut: what that is once the rung has run.
        fields: what the form of each wants beside the reason, by its id.
    """

    there: str
    back: tuple[str, ...]
    look: Look
    shut: object
    fields: Mapping[str, Fields] = field(default_factory=dict)


ALL_BACK = ("enable_trust_anchor", "enable_profile", "lift_session_revocation", "release_actor", "reactivate_made_keys")
WAYS = (
    Way("disable_trust_anchor", ("enable_trust_anchor",), the_anchor, shut=False),
    Way("disable_profile", ("enable_profile",), open_profiles, shut=set()),
    Way("revoke_role_sessions", ("lift_session_revocation",), the_session, shut=False),
    Way("revoke_known_sessions", ("lift_session_revocation",), the_session, shut=False),
    Way("quarantine_actor", ("release_actor",), the_key, shut="Inactive"),
    Way("deactivate_made_keys", ("reactivate_made_keys",), the_made_key, shut=["Inactive"]),
    Way("contain_all", ALL_BACK, all_of_it, shut=(False, set(), False, "Inactive", ["Inactive"])),
    Way("import_crl", ("remove_crl",), lists_of_revoked, shut=[True], fields={"import_crl": the_list}),
    Way(
        "add_to_inventory",
        ("remove_from_inventory",),
        the_inventory,
        shut=["The build team"],
        fields={"add_to_inventory": the_owner},
    ),
    # It comes last, because the copy is another trust anchor, with a case of its own.
    Way("delete_trust_anchor", ("restore_trust_anchor",), anchors_of_the_ca, shut=[]),
)
READS = tuple(one.id for one in ASKABLE.values() if one.risk is Risk.READ)


@dataclass(frozen=True)
class Desk:
    """Ava, who asks, and Ben, who says yes where the form wants another person."""

    ava: Seat
    ben: Seat

    async def press(self, control: str) -> None:
        """Press a control of the card, wherever it stands: a button, or an option of one of the menus."""
        alert = self.ava.alert
        hands = Hands(alert.world.slack, people.AVA)

        def holder() -> str | None:
            for _, element in controls_of(hands.card(alert.case_id)):
                if control in (element["action_id"], *(one["value"] for one in element.get("options", []))):
                    return str(element["action_id"])
            return None

        held_by = await until(f"the control {control}", holder, 10)
        await self.ava.press(held_by)
        if held_by != control:
            await self.ava.page.locator(f'[role=menuitem][data-value="{control}"]').click()

    async def run(self, action: Askable, why: str, fields: Mapping[str, str]) -> str:
        """Ask for an action with its form, let Ben agree where that is needed, and wait until AWS was read back.

        Returns the form as it was read before it was sent.
        """
        ended = len(await self.outcomes())
        await self.press(action.id)
        form = self.ava.page.get_by_role("dialog").filter(has=self.ava.page.get_by_label("Why?"))
        await form.get_by_label("Why?").fill(why)
        for label, value in fields.items():
            if label == _FILE:
                file = {"name": "list.pem", "mimeType": "application/x-pem-file", "buffer": value.encode()}
                await form.get_by_label(label).set_input_files(file)  # type: ignore[arg-type]
                await expect(form.get_by_role("status").filter(has_text="list.pem")).to_be_visible()
                continue
            await form.get_by_label(label).fill(value)
        if fields:
            await form.get_by_role("button", name="Show Plan").click()
        await expect(form).to_contain_text("Way back:", timeout=PATIENCE_MS)
        read = await form.inner_text()
        if await _sent(form):
            await self.ben.press("approve_request")
            await self.ben.confirm()
        runs = len(action.rungs) if isinstance(action, Ladder) else 1
        await self.until_ended(ended + runs)
        assert (await self.outcomes())[ended:] == ["done"] * runs
        return read

    async def until_ended(self, runs: int) -> None:
        """Wait until so many runs of the case have ended."""
        async with asyncio.timeout(20):
            while len(await self.outcomes()) < runs:  # noqa: ASYNC110 - Another process writes them.
                await asyncio.sleep(0.05)

    async def outcomes(self) -> list[str]:
        """How all runs of the case ended, in their order."""
        return [one["outcome"] for one in await self.ava.alert.log() if one["kind"] == "run:finished"]


async def _sent(form: Locator) -> bool:
    """Send a form; whether it asked somebody else for a yes."""
    submit = form.locator("button[type=submit]")
    asks = await submit.inner_text() == "Ask for Approval"
    await submit.click()
    await expect(form).to_have_count(0, timeout=PATIENCE_MS)
    return asks


def tells(form: str, action: Askable) -> None:
    """Hold a form to its duty: what each rung stops and does not, who notices, its way back or why there is none."""
    rungs = action.actions if isinstance(action, Ladder) else (action,)
    for name in SENTENCES:
        assert len(re.findall(rf"^{name}: \w", form, re.MULTILINE)) == len(rungs), (action.id, name)
    backs = [ASKABLE[one.undo].title + "." if one.undo else f"None. {one.no_undo_because}" for one in rungs]
    told = re.findall("^Way back: (.+)", form, re.MULTILINE)
    assert [one for one, back in zip(told, backs, strict=True) if not one.startswith(back)] == [], action.id


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def alert() -> AsyncIterator[Alert]:
    """An attack that entered a role once and left a key behind, after the guide has found out which."""
    # The guide of an idle machine is done before CloudTrail usually delivers.
    async with World(slack_rate_scale=0, aws_rate_scale=0, delivery_delay=timedelta(0)) as world:
        await world.start_bot()
        attack = await world.attack(role_arn=world.account.open_role, sessions=1)
        await asyncio.to_thread(make_key, world, attack)
        await world.deliver(attack)
        hands = Hands(world.slack, people.AVA)
        card = await until("a card", lambda: next(iter(hands.cards()), None))
        alert = Alert(world, attack, case_of(card))
        await alert.logged("round:finished")
        yield alert


@pytest.mark.parametrize("action_id", READS)
async def test_what_only_reads_has_nothing_to_take_back(alert: Alert, sit: Sit, action_id: str) -> None:
    """One press, no form: the thread tells what was found and that nothing was changed, and AWS says so too."""
    desk, world = Desk(await sit(alert, "ava", width=390), await sit(alert, "ben")), alert.world
    ended, changed = len(await desk.outcomes()), len(world.control.effects())
    await desk.press(action_id)
    await desk.until_ended(ended + 1)
    assert (await desk.outcomes())[ended:] == ["done"]
    assert len(world.control.effects()) == changed
    note = re.compile(rf"{ASKABLE[action_id].title}, asked by .* Nothing was changed\.")
    await expect(await desk.ben.thread()).to_contain_text(note, timeout=PATIENCE_MS)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.there)
async def test_a_rung_and_its_way_back(alert: Alert, sit: Sit, way: Way) -> None:
    """Ava reads what the rung does and how it is taken back, AWS shows it done, and then as it was before."""
    desk = Desk(await sit(alert, "ava", width=390), await sit(alert, "ben"))
    if way.there == "import_crl":
        await ours(desk.ava, await sit(alert, "dmitri"))
    await there_and_back(desk, way, alert)
    assert await desk.ava.page.evaluate("document.documentElement.scrollWidth") <= 390


async def there_and_back(desk: Desk, way: Way, alert: Alert) -> None:
    """Run a rung and then what takes it back, with AWS looked at before, between and after."""
    before, action = await way.look(alert), ASKABLE[way.there]
    form = await desk.run(action, WHY, _fields(way, way.there, alert))
    tells(form, action)
    assert await way.look(alert) == way.shut != before
    for back in way.back:
        undo = ASKABLE[back]
        tells(await desk.run(undo, WHY_BACK, _fields(way, back, alert)), undo)
    assert await way.look(alert) == before


async def test_a_managed_policy_and_its_way_back(alert: Alert, sit: Sit) -> None:
    """The bot is started again with the setting: the same rung writes into that policy, and nothing inline."""
    world = alert.world
    made = await asyncio.to_thread(make_policy, alert, "anchorwatch-revoke", json.dumps(premade_document()))
    await world.stop_bot()
    await world.start_bot(ANCHORWATCH_REVOKE_POLICY="anchorwatch-revoke")
    desk, (way,) = Desk(await sit(alert, "ava", width=390), await sit(alert, "ben")), WAYS[2:3]
    look = partial(the_policy, arn=made)
    assert await look(alert) == (premade_document(), 0)
    await there_and_back(desk, way, alert)
    assert await look(alert) == (premade_document(), 0)
    changed = [one["operation"] for one in world.control.effects("iam")][-4:]
    assert changed[0] != changed[-1] == "DetachRolePolicy"
    assert {"AttachRolePolicy", "CreatePolicyVersion"} <= set(changed)
    assert await desk.ava.page.evaluate("document.documentElement.scrollWidth") <= 390


def _fields(way: Way, action_id: str, alert: Alert) -> Mapping[str, str]:
    return way.fields[action_id](alert) if action_id in way.fields else {}


async def ours(ava: Seat, dmitri: Seat) -> None:
    """Ava asks the CA's owners, and Dmitri says that it is theirs."""
    await ava.choose("Ask CA Owners")
    await ava.sees("no answer yet")
    thread = await dmitri.thread()
    await thread.locator('[data-action-id="ca_is_ours"]').click()
    await dmitri.fill_in("It is in our list.")
    await ava.sees("It is in our list.")


async def test_no_rung_lacks_a_journey() -> None:
    """Whatever the registry has is pressed here, and what is pressed as a way back is the one that the rung names."""
    assert {one for way in WAYS for one in (way.there, *way.back)} | set(READS) == set(ASKABLE)
    for way in WAYS:
        action = ASKABLE[way.there]
        undos = [one.undo for one in (action.actions if isinstance(action, Ladder) else (action,)) if one.undo]
        assert undos in ([], list(way.back)), way.there
