"""Approving a CA on a real bot over HTTP: the form, its preview, the second person, and what rings afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.domain.events import draft, slack_user
from bot.domain.identity import INVENTORY_ID
from bot.domain.ownership import OwnersAnswered, OwnersAsked
from bot.sandbox.hands import Hands, NotSeen, texts, until
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import OpenView
from bot.slack.block_limits import view_problems
from tests.records import ACCOUNT, ANCHOR_ID, REGION, body, cloudtrail_record, eventbridge
from tests.revocation_lists import revocation_list
from tests.slack.bot_on_loopback import WEBHOOK_TOKEN, LoopbackBot

ADD, REMOVE = "add_to_inventory", "remove_from_inventory"
OTHER_ID = "bbbbbbbb-6a52-4b4b-8f3b-2d1c7b1f9a10"


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[LoopbackBot]:
    """A bot that knows of no approved CA."""
    async with LoopbackBot(tmp_path) as running:
        yield running


def day(days: int) -> str:
    """A day from today."""
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


def view_of(bot: LoopbackBot, user_id: str = people.AVA) -> OpenView:
    """The modal on top."""
    return bot.slack.workspace.stack(user_id)[-1]


async def send(bot: LoopbackBot, user_id: str = people.AVA, **entered: str) -> str:
    """Send the open form as it stands, with these fields written anew; Slack's result."""
    view = view_of(bot, user_id)
    assert not view_problems(view.content)
    values: dict[str, Any] = {}
    for block in view.content["blocks"]:
        if block["type"] == "input":
            element, name = block["element"], block["element"]["action_id"]
            kind = "selected_date" if element["type"] == "datepicker" else "value"
            first = element.get("initial_date", element.get("initial_value"))
            values[block["block_id"]] = {name: {"type": element["type"], kind: entered.get(name, first)}}
    _, result = await bot.slack.interactions.submit(user_id, view.view_id, values)
    return result


async def approved(bot: LoopbackBot, **entered: str) -> str:
    """A case whose CA Ava asks to approve and Ben agrees to."""
    case_id = await bot.alert()
    await bot.hands().press(case_id, ADD)
    assert await send(bot, owner="pki team", reason="CHG1", **entered) == "updated"
    assert await send(bot) == "closed"
    await until("the request", lambda: "Add CA to Inventory" in texts(bot.hands().card(case_id).blocks) or None, 5)
    ben = Hands(bot.slack, people.BEN)
    await until("the buttons", lambda: "Approve and Run" in texts(ben.card(case_id).blocks) or None, 5)
    await ben.press(case_id, "approve_request")
    await until("the end", lambda: "Add CA to Inventory: done" in ben.thread(case_id) or None, 10)
    return case_id


async def comes_again(bot: LoopbackBot) -> None:
    """Another trust anchor with the same CA comes in."""
    message = body(eventbridge(cloudtrail_record(eventID=OTHER_ID))).replace(ANCHOR_ID.encode(), OTHER_ID.encode())
    headers = {"Authorization": f"Bearer {WEBHOOK_TOKEN}"}
    async with bot.http.post(f"{bot.url}/detections", data=message, headers=headers) as answer:
        assert answer.status == 202


async def test_two_people_approve_a_ca_and_it_rings_no_more(bot: LoopbackBot) -> None:
    """From the form to the silence: preview, request, the other's yes, the entry, the line instead of a card."""
    case_id = await approved(bot)
    (entry,) = (await bot.case(INVENTORY_ID)).inventory.entries
    assert (entry.accounts, entry.regions, entry.owner) == ((ACCOUNT,), (REGION,), "pki team")
    assert (entry.case_id, entry.approved_by) == (case_id, (people.AVA, people.BEN))
    cards = len(bot.hands().cards())
    await comes_again(bot)
    await until("the line", lambda: [one for one in _ops(bot) if "Approved CA, not rung" in one], 5)
    assert len(bot.hands().cards()) == cards
    assert any(f"<@{people.AVA}> and <@{people.BEN}> approved" in one for one in _ops(bot))


def _ops(bot: LoopbackBot) -> list[str]:
    return [texts(one.blocks) for one in bot.slack.workspace.messages.values() if one.channel == people.OPS_CHANNEL]


async def test_the_preview_names_the_past_cases(bot: LoopbackBot) -> None:
    """Before anything is asked for, the form says which cases the approval would have silenced, and which not."""
    case_id = await bot.alert()
    await bot.hands().press(case_id, ADD)
    assert "Show Plan" in str(view_of(bot).content["submit"])
    assert await send(bot, owner="pki team", reason="CHG1") == "updated"
    shown = texts(view_of(bot).content["blocks"])
    assert f"Of 1 past case with one of its keys it would have silenced 1: {case_id}." in shown
    assert "AWS still shows" not in shown
    assert view_of(bot).content["submit"]["text"] == "Ask for Approval"
    assert await send(bot, accounts="999900001111") == "updated"
    assert "Of 1 past case with one of its keys it would have silenced none." in texts(view_of(bot).content["blocks"])
    assert [one["kind"] for one in await bot.log(case_id) if one["kind"].startswith("action")] == []


@pytest.mark.parametrize(
    ("field", "written", "words"),
    [
        ("accounts", "12", "account ids of twelve digits"),
        ("regions", "mars", "Regions such as eu-west-1"),
        ("ends", day(367), "Choose a day from today"),
        ("ends", day(-2), "Choose a day from today"),
    ],
)
async def test_what_is_wrong_stands_under_its_field(bot: LoopbackBot, field: str, written: str, words: str) -> None:
    """A wrong account, Region or day is said at once, and nothing is asked for."""
    case_id = await bot.alert()
    await bot.hands().press(case_id, ADD)
    assert await send(bot, **{"owner": "pki team", "reason": "CHG1", field: written}) == "errors"
    assert words in view_of(bot).errors[f"field-{field}"]
    assert not (await bot.case(case_id)).requests


async def test_removing_makes_it_ring_again(bot: LoopbackBot) -> None:
    """One person takes the approval back with a reason, by name; the next event opens a case."""
    case_id = await approved(bot)
    await until("the control", lambda: REMOVE in str(bot.hands().card(case_id).blocks) or None, 5)
    await bot.hands().press(case_id, REMOVE)
    assert (await bot.hands().fill_in("The vendor left."))[1] == "closed"
    await until("the end", lambda: "Remove CA from Inventory: done" in bot.hands().thread(case_id) or None, 10)
    assert (await bot.case(INVENTORY_ID)).inventory.entries == ()
    await until("the line", lambda: [one for one in _ops(bot) if f"<@{people.AVA}> removed" in one], 5)
    await comes_again(bot)
    await until("a card", lambda: len(bot.hands().cards()) == 2 or None, 5)


async def claimed(bot: LoopbackBot) -> str:
    """A case whose CA its owners claim, with the form of Import CRL open."""
    case_id = await bot.alert()
    with pytest.raises(NotSeen):
        await bot.hands().press(case_id, "import_crl")
    case = await bot.case(case_id)
    keys = tuple(one.spki_sha256 for one in case.ca.certificates)
    book = bot.bot.runner._book  # noqa: SLF001 - The owners answered.
    asked = await book.decide(case_id, lambda _: [draft(OwnersAsked("S1", keys), slack_user(people.AVA))])
    said = OwnersAnswered(asked.head.seq, ours=True, reason="Ours.")
    await book.decide(case_id, lambda _: [draft(said, slack_user(people.DMITRI))])
    await until("the control", lambda: "import_crl" in str(bot.hands().card(case_id).blocks) or None, 5)
    await bot.hands().press(case_id, "import_crl")
    return case_id


async def test_a_list_is_read_before_anything_is_asked_for(tmp_path: Path) -> None:
    """For a CA that its owners claim: a stranger's list is refused under its field, the CA's own one has a plan."""
    async with LoopbackBot(tmp_path) as bot:
        case_id = await claimed(bot)
        strange = revocation_list("a1", key=ec.generate_private_key(ec.SECP256R1()))
        assert await send(bot, crl=strange, serials="a1", reason="Stolen laptop.") == "errors"
        assert "did not sign this list" in view_of(bot).errors["field-crl"]
        own = revocation_list("a1")
        assert await send(bot, crl=own, serials="b2", reason="Stolen laptop.") == "errors"
        assert "Not on the list: b2." in view_of(bot).errors["field-serials"]
        assert await send(bot, crl=own, serials="A1", reason="Stolen laptop.") == "updated"
        assert "revokes a1" in texts(view_of(bot).content["blocks"])
        assert await send(bot) == "closed"
        (request,) = (await bot.case(case_id)).requests.values()
        assert request.plan.evidence.crl is not None
        assert request.plan.capsule["crl"]["serials"] == ["a1"]
