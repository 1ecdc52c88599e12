"""Clicks and forms on a real bot: what has an effect, what is refused, what the person hears, and what is logged."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sandbox.hands import controls_of, until
from bot.sandbox.slack import seed as people
from bot.slack.button_value import Reference, parse_reference
from tests.slack.bot_on_loopback import LoopbackBot, a_click, a_submission

REASON = "Nobody knows this CA."
ACK_SECONDS = 3.0


def ops_today() -> str:
    """The stream of what belongs to no case."""
    return f"OPS-{datetime.now(UTC):%Y-%m-%d}"


def metadata(reference: Reference, digest: str = "", **changes: str) -> str:
    """What a form of ours carries."""
    return json.dumps({"ref": reference.text(), "digest": digest, "channel": people.ALERTS_CHANNEL, **changes})


def reasoned(reason: str = REASON) -> dict[str, Any]:
    """The state of a form with a reason."""
    return {"values": {"reason": {"reason": {"type": "plain_text_input", "value": reason}}}}


async def click(
    bot: LoopbackBot,
    control: str,
    reference: Reference,
    user: str = people.AVA,
    changes: Mapping[str, object] | None = None,
) -> int:
    """Press a button that carries a reference, as Slack would send it; returns the status."""
    action = {"action_id": control, "block_id": reference.block_id("controls"), "value": reference.text()}
    return (await bot.send_payload(a_click({**action, **(changes or {})}, user=user, n=time.monotonic_ns())))[0]


async def pending(bot: LoopbackBot, action: str = "delete_trust_anchor") -> Reference:
    """A case with a request that waits for approval, as its approve button carries it."""
    case_id = await bot.alert()
    carla = bot.hands(people.CARLA)
    await carla.press(case_id, action)
    assert (await carla.fill_in(REASON))[1] == "closed"
    await bot.aws_was_read(case_id)
    return parse_reference(await until("the button", lambda: approve_value(bot, case_id), 5))


def approve_value(bot: LoopbackBot, case_id: str) -> str:
    """What Approve carries on the card; empty while there is none."""
    controls = controls_of(bot.hands(people.BEN).card(case_id))
    return next((one["value"] for _, one in controls if one["action_id"] == "approve_request"), "")


async def kinds(bot: LoopbackBot, case_id: str, kind: str) -> int:
    """How many entries of a kind the log has."""
    return sum(1 for one in await bot.log(case_id) if one["kind"] == kind)


FORGED: list[Mapping[str, object]] = [
    {"value": ""},
    {"value": None},
    {"value": "acknowledge"},
    {"value": "AW-0000000000"},
    {"value": "AW-0000000000:1"},
    {"value": "AW-0000000000:1:R1:R2", "block_id": "AW-1:1:x"},
    {"value": "aw-xg0yqnkdze:1"},
    {"block_id": ""},
    {"block_id": "controls"},
    {"block_id": "AW-0000000000:1:controls"},
    {"value": "{}" * 400},
    {"value": "\x00"},
    {"value": "\ud800"},
]


@pytest.mark.parametrize("changes", FORGED)
async def test_forged_values_do_nothing(bot: LoopbackBot, changes: Mapping[str, object]) -> None:
    """A value that we never wrote, or one that its block contradicts: told in private, logged, no effect."""
    case_id = await bot.alert()
    assert await click(bot, "acknowledge", Reference(case_id, 1), changes=changes) == 200
    assert "not one that Anchorwatch drew" in await bot.note()
    assert [one["reason"] for one in await bot.refusals(ops_today())] == ["forged"]
    assert await kinds(bot, case_id, "case:acknowledged") == 0


@pytest.mark.parametrize("case_id", ["AW-0000000000", "OPS-2026-11-22"])
async def test_a_case_that_is_not_there(bot: LoopbackBot, case_id: str) -> None:
    """A button of a case that the log does not know."""
    assert await click(bot, "acknowledge", Reference(case_id, 1)) == 200
    assert "no case that Anchorwatch knows" in await bot.note()
    assert [one["reason"] for one in await bot.refusals(ops_today())] == ["unknown_case"]


@pytest.mark.parametrize("control", ["acknowledge", "mark_false_positive", "disable_trust_anchor"])
@pytest.mark.parametrize("away", [-1, 1, 999_999_990])
async def test_buttons_of_another_revision_are_dead(bot: LoopbackBot, control: str, away: int) -> None:
    """A button of an earlier state (or of one that never was) says so and does nothing."""
    case_id = await bot.alert()
    revision = (await bot.case(case_id)).revision
    assert await click(bot, control, Reference(case_id, max(revision + away, 0))) == 200
    assert "earlier state" in await bot.note()
    assert [one["reason"] for one in await bot.refusals(case_id)] == ["old_card"]
    assert bot.slack.workspace.stack(people.AVA) == []


async def test_a_request_of_another_case_is_no_request_of_this(bot: LoopbackBot) -> None:
    """Request ids count within a case: another case's approve button approves nothing here."""
    theirs = await pending(bot)
    mine = await bot.alert(eventID="another", requestParameters={"name": "other"}, responseElements=None)
    revision = (await bot.case(mine)).revision
    assert await click(bot, "approve_request", Reference(mine, revision, theirs.request_id), people.BEN) == 200
    assert "no request of this case" in await bot.note(people.BEN)
    assert await kinds(bot, theirs.case_id, "approval:given") == 0


async def test_who_asked_may_not_approve(bot: LoopbackBot) -> None:
    """The requester's own yes is refused in private, and logged."""
    reference = await pending(bot)
    assert await click(bot, "approve_request", reference, people.CARLA) == 200
    assert "someone else must decide" in await bot.note(people.CARLA)
    assert [one["reason"] for one in await bot.refusals(reference.case_id)] == ["own_request"]


@pytest.mark.parametrize("user", [people.DMITRI, people.EVE, people.BOT_USER_ID, "U000NOBODY", "USLACKBOT"])
@pytest.mark.parametrize("control", ["acknowledge", "disable_trust_anchor", "list_linked_profiles"])
async def test_outsiders_do_nothing(bot: LoopbackBot, user: str, control: str) -> None:
    """Outsiders, people who left, bots and ids that nobody has are refused, whatever they press."""
    case_id = await bot.alert()
    before = len(await bot.log(case_id))
    assert await click(bot, control, Reference(case_id, 1), user) == 200
    (refused,) = await bot.refusals(case_id)
    assert (refused["by"], refused["reason"]) == (f"slack:{user}", "not_a_responder")
    assert {one["kind"] for one in (await bot.log(case_id))[before:]} <= {"attempt:refused", "attempt:told"}


async def test_someone_who_left_since_is_refused(bot: LoopbackBot) -> None:
    """Who was switched off in Slack is out after the next look, with words that say why."""
    case_id = await bot.alert()
    bot.slack.workspace.deactivate(people.AVA)
    await bot.bot.directory.refresh()
    assert await click(bot, "acknowledge", Reference(case_id, 1)) == 200
    assert [one["reason"] for one in await bot.refusals(case_id)] == ["not_a_responder"]


async def test_a_group_that_slack_does_not_tell_lets_nobody_in(bot: LoopbackBot) -> None:
    """While a group can't be resolved its members are refused, and hear that this is why."""
    case_id = await bot.alert()
    bot.slack.faults.add({"method": "usergroups.users.list", "error": "fatal_error", "times": 9})
    await bot.bot.directory.refresh()
    assert await click(bot, "acknowledge", Reference(case_id, 1)) == 200
    assert "Slack can't tell who is in" in await bot.note()
    assert [one["reason"] for one in await bot.refusals(case_id)] == ["membership_unknown"]


async def test_fifty_clicks_at_once_have_one_effect(bot: LoopbackBot) -> None:
    """A storm on one button: one acknowledgement, 49 logged refusals, every click answered with 200."""
    case_id = await bot.alert()
    statuses = await asyncio.gather(*(click(bot, "acknowledge", Reference(case_id, 1)) for _ in range(50)))
    assert statuses == [200] * 50
    assert await kinds(bot, case_id, "case:acknowledged") == 1
    assert [one["reason"] for one in await bot.refusals(case_id)] == ["not_in_this_state"] * 49


async def test_two_people_at_once_have_one_effect(bot: LoopbackBot) -> None:
    """Of two who acknowledge in the same moment one has it, and the other reads who."""
    case_id = await bot.alert()
    await asyncio.gather(*(click(bot, "acknowledge", Reference(case_id, 1), one) for one in (people.AVA, people.CARLA)))
    case = await bot.case(case_id)
    (refused,) = await bot.refusals(case_id)
    loser = people.CARLA if case.acknowledged_by == people.AVA else people.AVA
    assert refused["by"] == f"slack:{loser}"
    assert await bot.note(loser) == f"<@{case.acknowledged_by}> has acknowledged this already."


async def test_one_approval_counts_once(bot: LoopbackBot) -> None:
    """An approver who clicks twenty times at once has approved once."""
    reference = await pending(bot)
    await asyncio.gather(*(click(bot, "approve_request", reference, people.BEN) for _ in range(20)))
    assert await kinds(bot, reference.case_id, "approval:given") == 1
    assert len(await bot.refusals(reference.case_id)) == 19


async def test_a_menu_and_a_button_are_the_same_control(bot: LoopbackBot) -> None:
    """An option of the menu does what a button with its id does: it opens the same form."""
    case_id = await bot.alert()
    ava, reference = bot.hands(), Reference(case_id, 1)
    await ava.press(case_id, "mark_false_positive")
    (from_menu,) = bot.slack.workspace.stack(people.AVA)
    trigger = bot.slack.triggers.new_trigger(people.AVA)
    action = {"action_id": "mark_false_positive", "block_id": reference.block_id("x"), "value": reference.text()}
    await bot.send_payload(a_click(action, trigger_id=trigger))
    from_button = bot.slack.workspace.stack(people.AVA)[-1]
    same = ("callback_id", "title", "private_metadata")
    assert [from_button.content[name] for name in same] == [from_menu.content[name] for name in same]


@pytest.mark.parametrize("option", [None, [], "x", {}, {"value": None}, {"value": "drop_all_tables"}])
async def test_a_menu_without_a_known_option(bot: LoopbackBot, option: object) -> None:
    """A choice that is none is an unknown action."""
    case_id = await bot.alert()
    changes = {"type": "overflow", "selected_option": option, "value": None}
    assert await click(bot, "more", Reference(case_id, 1), changes=changes) == 200
    assert [one["reason"] for one in await bot.refusals(ops_today())] == ["unknown_action"]


async def submit(bot: LoopbackBot, view: Mapping[str, object], user: str = people.AVA) -> dict[str, Any]:
    """Send a form as Slack would; returns the answer."""
    status, text = await bot.send_payload(a_submission(view, user=user))
    assert status == 200
    answer: dict[str, Any] = json.loads(text or "{}")
    return answer


@pytest.mark.parametrize(
    "carried",
    ["", "{}", "[]", "null", "AW-0000000000:1", '{"ref": 5}', '{"ref": "x", "digest": "", "channel": ""}', "[" * 3_000],
)
async def test_a_form_with_foreign_metadata(bot: LoopbackBot, carried: str) -> None:
    """What a form carries and we did not write names no case: refused in the form, logged."""
    view = {"callback_id": "mark_false_positive", "private_metadata": carried, "state": reasoned()}
    assert "not one that Anchorwatch drew" in (await submit(bot, view))["errors"]["reason"]
    assert [one["reason"] for one in await bot.refusals(ops_today())] == ["forged"]


@pytest.mark.parametrize("state", [None, {}, {"values": None}, {"values": {"reason": []}}, reasoned(" \n\t ")])
async def test_a_form_without_a_reason(bot: LoopbackBot, state: object) -> None:
    """A form whose reason is missing, blank or of another shape closes nothing."""
    case_id = await bot.alert()
    view = {"callback_id": "mark_false_positive", "private_metadata": metadata(Reference(case_id, 1)), "state": state}
    answer = await submit(bot, view)
    assert answer["response_action"] in ("errors", "update")
    assert "Say in a few words" in json.dumps(answer)
    assert [one["reason"] for one in await bot.refusals(case_id)] == ["reason_missing"]


async def test_a_form_of_an_earlier_plan(bot: LoopbackBot) -> None:
    """A plan that is not the one of now asks for nothing: what was shown is what is asked for."""
    case_id = await bot.alert()
    view = {
        "callback_id": "delete_trust_anchor",
        "private_metadata": metadata(Reference(case_id, 1), "0" * 64),
        "state": reasoned(),
    }
    assert "has changed since this opened" in (await submit(bot, view))["errors"]["reason"]
    assert await kinds(bot, case_id, "action:requested") == 0


async def test_an_outsiders_form_names_who_may(bot: LoopbackBot) -> None:
    """A refusal that mentions people takes the form's place, because under an input nobody's name would show."""
    case_id = await bot.alert()
    view = {
        "callback_id": "mark_false_positive",
        "private_metadata": metadata(Reference(case_id, 1)),
        "state": reasoned(),
    }
    answer = await submit(bot, view, people.DMITRI)
    assert answer["response_action"] == "update"
    assert f"<!subteam^{people.ONCALL_GROUP}>" in answer["view"]["blocks"][0]["text"]["text"]
    assert [one["reason"] for one in await bot.refusals(case_id)] == ["not_a_responder"]


@pytest.mark.parametrize(
    "fault",
    [
        {"error": "expired_trigger_id"},
        {"error": "invalid_arguments"},
        {"status": 500},
        {"status": 429, "retry_after": 30},
        {"cut_before": True},
        {"cut_after": True},
        {"delay_seconds": 10.0},
    ],
    ids=str,
)
async def test_a_form_that_slack_does_not_open(bot: LoopbackBot, fault: dict[str, object]) -> None:
    """The click is answered within three seconds, and the person hears that the form did not open."""
    case_id = await bot.alert()
    bot.slack.faults.add({"method": "views.open", **fault})
    delivery = await bot.hands().press(case_id, "mark_false_positive")
    assert delivery.state == "acked"
    assert (delivery.elapsed_ms or 0) < ACK_SECONDS * 1000
    assert "did not open the form" in await bot.note()
    assert len(await bot.refusals(case_id)) == 1
