"""What people see of a broken glass: the button, the forms, the message for all, the reminder and the card."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.case import Case, Request
from bot.domain.people import NOBODY, People
from bot.registry import load_handlers
from bot.slack.block_limits import message_problems
from bot.slack.button_value import Reference, parse_reference
from bot.slack.card import Card
from bot.slack.controls import Controls
from bot.slack.followup_list import FollowupList
from bot.slack.forms import action_form
from bot.slack.glass_form import glass_form, glass_ticked, judgement_in, review_form, with_inputs
from bot.slack.glass_message import GlassMessage
from bot.slack.notes import Notes
from bot.slack.wanted import Wanted, wanted_of
from tests.fakes.desk import HANDLERS, PEOPLE, Desk
from tests.fakes.glass_desk import MAY, break_glass, desk_with, request_of, review_glass, waiting
from tests.slack.test_forms import complaints

CONTROLS = Controls(load_handlers().askable)
APPROVERS = "<!subteam^S07APPROVER>"
HOSTILE = "<!channel> <https://evil.example|x> *bold* " + "&<>" * 300
DISABLE = HANDLERS.askable["disable_trust_anchor"]


def drawn(case: Case) -> list[dict[str, Any]]:
    """The card's blocks."""
    message = Card("C1", CONTROLS, APPROVERS).draw(case).rich
    assert not message_problems(message)
    return list(message["blocks"])


def buttons(case: Case) -> dict[str, str]:
    """What each button of the card carries."""
    elements = [one for block in drawn(case) if block["type"] == "actions" for one in block["elements"]]
    return {one["action_id"]: one["value"] for one in elements if one["type"] == "button"}


async def broken(reason: str = "It burns.", **terms: Any) -> tuple[Desk, Case, Request]:
    """A case in which U4 broke the glass of what U1 had asked for, and it ran."""
    desk = await waiting(await desk_with(**terms))
    assert (await break_glass(desk, "U4", reason=reason)).allowed
    await desk.work()
    return desk, await desk.case(), await request_of(desk)


async def test_the_button_is_there_only_where_somebody_may_press_it() -> None:
    """It carries what Approve carries; none before AWS was read, none without the list, none for a deletion."""
    desk = await desk_with()
    await desk.ask("U1", "disable_trust_anchor", read=False)
    assert "break_glass" not in buttons(await desk.case())
    await desk.read_plans()
    found = buttons(await desk.case())
    assert found["break_glass"] == found["approve_request"]
    assert parse_reference(found["break_glass"]).digest == (await request_of(desk)).digest
    assert "can break the glass and run it alone: <!subteam^S9>, <@U1>, <@U4>." in json.dumps(drawn(await desk.case()))
    final = await waiting(await desk_with(), "U1", "delete_trust_anchor")
    for without in (await waiting(await desk_with(NOBODY)), final):
        case = await without.case()
        assert "break_glass" not in buttons(case)
        assert "break the glass" not in json.dumps(drawn(case))


async def test_the_form_on_a_card_shows_the_whole_plan_and_asks_why() -> None:
    """It is fit for Slack with and without a code, and carries what the button carried."""
    desk = await waiting(await desk_with())
    case, request = await desk.case(), await request_of(desk)
    pressed = parse_reference(buttons(case)["break_glass"])
    for terms in (request.terms, replace(request.terms, one_time_code=True)):
        view = glass_form(case, replace(request, terms=terms), "Disable Trust Anchor", pressed)
        assert complaints(view) == []
        shown = json.dumps(view)
        assert all(call in shown for call in request.plan.calls)
        assert ("one_time_code" in shown) == terms.one_time_code
        assert parse_reference(json.loads(view["private_metadata"])["ref"]) == pressed


async def test_a_plan_that_is_too_long_for_one_block_is_shown_in_more() -> None:
    """Nothing of it is cut."""
    desk = await waiting(await desk_with())
    case, request = await desk.case(), await request_of(desk)
    long = replace(request.plan, stops="word " * 900 + "end of it")
    view = glass_form(case, replace(request, plan=long), "Disable Trust Anchor", Reference(case.case_id, 1))
    assert complaints(view) == []
    assert "end of it" in json.dumps(view)


@pytest.mark.parametrize("ticked", [True, False])
async def test_the_form_of_an_action_has_the_box_for_those_who_may(ticked: bool) -> None:  # noqa: FBT001
    """And for nobody else; the button says neither that it asks nor that it runs."""
    desk = await desk_with()
    case = await desk.case()
    plan = (await request_of(await waiting(await desk_with()))).plan
    for user, may in (("U1", True), ("U2", False)):
        wanted = wanted_of(desk.policy, DISABLE, case, PEOPLE[user])
        assert isinstance(wanted, Wanted)
        view = with_inputs(action_form(case, DISABLE, plan, wanted), wanted, ticked=ticked)
        assert complaints(view) == []
        assert (view["blocks"][-1]["block_id"] == "break_glass") == may
        assert view["submit"]["text"] == ("Send" if may else "Ask for Approval")
        assert ("initial_options" in json.dumps(view)) == (may and ticked)


async def test_the_form_says_why_somebody_of_the_list_cant_break_it() -> None:
    """A group that Slack can't tell; where one's own asking is enough nothing is said."""
    desk = await desk_with()
    case = await desk.case()
    plan = (await request_of(await waiting(await desk_with()))).plan
    lost = replace(PEOPLE["U2"], lost_groups=frozenset({"S9"}))
    wanted = wanted_of(desk.policy, DISABLE, case, lost)
    assert isinstance(wanted, Wanted)
    view = with_inputs(action_form(case, DISABLE, plan, wanted), wanted)
    assert complaints(view) == []
    assert "Slack can't tell who is in <!subteam^S9>, so nobody knows whether you may break the glass." in str(view)
    free = wanted_of((await desk_with(needed=0)).policy, DISABLE, case, lost)
    assert isinstance(free, Wanted)
    assert (free.glass, free.no_glass) == (False, "")


@pytest.mark.parametrize(
    ("state", "ticked"),
    [
        ({"break_glass": {"break_glass": {"selected_options": [{"value": "break_glass"}]}}}, True),
        ({"break_glass": {"break_glass": {"selected_options": []}}}, False),
        ({"break_glass": {"break_glass": {"selected_options": [{"value": "x"}, {}]}}}, False),
        ({"break_glass": {"break_glass": {"selected_options": None}}}, False),
        ({"break_glass": []}, False),
        ({}, False),
    ],
)
def test_only_a_ticked_box_is_one(state: object, ticked: bool) -> None:  # noqa: FBT001 - As above.
    """Whatever else comes back breaks nothing."""
    assert glass_ticked({"state": {"values": state}}) == ticked


def test_a_judgement_is_read_from_the_form() -> None:
    """Nothing where nothing was chosen."""
    chosen = {"judgement": {"judgement": {"selected_option": {"value": "right"}}}}
    assert judgement_in({"state": {"values": chosen}}) == {"judgement": "right"}
    assert judgement_in({"state": {"values": {"judgement": {"judgement": {}}}}}) == {}


async def test_the_message_for_all_mentions_those_whose_yes_it_did_without() -> None:
    """In the channel too; where some approvers are silent it calls the lists by name and mentions none of them."""
    _, case, request = await broken(HOSTILE)
    assert request.glass is not None
    writer = GlassMessage("C1", CONTROLS.title, APPROVERS)
    message = writer.glass(case, request, request.glass).rich
    assert message["reply_broadcast"] is True
    assert not message_problems(message)
    assert "<@U4> *broke the glass* for *Disable Trust Anchor* (R1)" in message["blocks"][0]["text"]["text"]
    assert f"It does not wait for 2 more yes from {APPROVERS}" in message["blocks"][0]["text"]["text"]
    assert "<!channel>" not in json.dumps(message)
    named = People((), ("S5",), "on call")
    _, case, request = await broken(approvers=named, silent=People(("U9",), (), "leads"))
    assert request.glass is not None
    text = writer.glass(case, request, request.glass).rich["blocks"][0]["text"]["text"]
    assert "from on call, leads" in text
    assert "S5" not in text
    assert "U9" not in text


async def test_the_reminder_has_review_and_no_way_around_it() -> None:
    """No Done, no Close All; once it is reviewed the words stand there."""
    desk, _, _ = await broken(HOSTILE)
    desk.clock.time = datetime(2026, 11, 23, 9, 0, 1, tzinfo=UTC)
    await desk.work()
    case = await desk.case()
    reminders = FollowupList("C1", CONTROLS.title, APPROVERS)
    message = reminders.draw(case, 1, anew=True).rich
    assert not message_problems(message)
    assert "<!channel>" not in json.dumps(message)
    pressed = [one["accessory"] for one in message["blocks"] if "accessory" in one]
    assert [(one["action_id"], parse_reference(one["value"]).request_id) for one in pressed] == [("review_glass", "R1")]
    assert "end_followups" not in json.dumps(message)
    assert "each working morning until every broken glass is reviewed" in json.dumps(message)
    assert (await review_glass(desk, "U2", right=False, reason=HOSTILE)).allowed
    after = json.dumps(reminders.draw(await desk.case(), 1, anew=False).rich)
    assert "it was *not right*" in after
    assert "action_id" not in after
    assert "<!channel>" not in after


async def test_card_and_thread_say_who_broke_it_and_who_reviewed_it() -> None:
    """What a person wrote is neutralised there too."""
    desk, case, _ = await broken(HOSTILE)
    card = json.dumps(drawn(case))
    assert "*Glass broken* by <@U4> for Disable Trust Anchor (R1)" in card
    assert "Nobody has reviewed it yet." in card
    assert "asked by <@U1>, glass broken by <@U4>" in card
    assert complaints(review_form(case, await request_of(desk), "Disable Trust Anchor")) == []
    await review_glass(desk, "U2", reason=HOSTILE)
    case = await desk.case()
    card = json.dumps(drawn(case))
    assert "Reviewed by <@U2>" in card
    notes = Notes("C1", "C2", CONTROLS, APPROVERS)
    told = notes.note(case, desk.kinds("glass:reviewed")).rich
    assert not message_problems(told)
    assert "<@U2> reviewed the broken glass of *Disable Trust Anchor*: it was *right*." in json.dumps(told)
    assert "<!channel>" not in card + json.dumps(told)


async def test_what_was_broken_at_asking_does_not_say_that_it_waits() -> None:
    """The thread's line of the asking names no yes that it needs."""
    desk = await desk_with()
    await desk.ask("U1", "disable_trust_anchor", read=False, breaks_glass=True)
    case = await desk.case()
    told = json.dumps(Notes("C1", "C2", CONTROLS, APPROVERS).note(case, desk.kinds("action:requested")).rich)
    assert "<@U1> asks for *Disable Trust Anchor*" in told
    assert "It needs" not in told
    assert MAY.in_words() not in told
