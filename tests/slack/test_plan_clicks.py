"""Clicks on a plan, over HTTP to the real bot: read to its end before a yes, and asked for again when it stopped."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from bot.domain.audit import Draft
from bot.domain.events import ActionRequested, RunStopped, draft, slack_user
from bot.domain.plan import Difference, Plan, Risk, plan_name
from bot.sandbox.hands import controls_of, texts, until
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.records import OpenView
from bot.service.known_state import known_plan
from tests.slack.bot_on_loopback import LoopbackBot, a_click
from tests.slack.card_states import ACTIONS

DELETE = "delete_trust_anchor"
REASON = "Nobody knows this CA."


@pytest_asyncio.fixture
async def bot(tmp_path: Path) -> AsyncIterator[LoopbackBot]:
    """A bot with the look-alike and without AWS."""
    async with LoopbackBot(tmp_path) as running:
        yield running


async def long_plan(bot: LoopbackBot, case_id: str) -> Plan:
    """A plan that no card has room for."""
    case = await bot.case(case_id)
    drawn = await known_plan(ACTIONS[DELETE], case, bot.bot.runner._clock.now())  # noqa: SLF001
    calls = tuple(f"iam:PutRolePolicy RoleName=team-{number:03d}-deploys-the-harbour" for number in range(300))
    return replace(drawn, calls=calls)


async def asked(bot: LoopbackBot, *more: Draft) -> str:
    """A case in which Carla asked for the long plan and AWS was read for it, and what happened since."""
    case_id = await bot.alert()
    plan = await long_plan(bot, case_id)
    now = bot.bot.runner._clock.now()  # noqa: SLF001
    event = ActionRequested(
        "R1",
        DELETE,
        Risk.IRREVERSIBLE,
        REASON,
        plan,
        plan.digest(),
        1,
        now + timedelta(minutes=30),
        contains=True,
        reads_first=True,
        shown_as=plan_name(plan.digest()),
    )
    await bot.append(case_id, draft(event, slack_user(people.CARLA)))
    await bot.aws_was_read(case_id)
    for one in more:
        await bot.append(case_id, one)
    return case_id


def top(bot: LoopbackBot, user_id: str = people.BEN) -> OpenView:
    """The modal that a person has open."""
    return bot.slack.workspace.stack(user_id)[-1]


def controls(bot: LoopbackBot, case_id: str) -> list[str]:
    """The ids of the card's controls."""
    return [one["action_id"] for _, one in controls_of(bot.hands().card(case_id))]


async def turn(bot: LoopbackBot, control: str, user_id: str = people.BEN) -> None:
    """Press a button of the open modal, and wait until another page stands there."""
    view = top(bot, user_id)
    (block,) = (one["block_id"] for one in view.content["blocks"] if one["type"] == "actions")
    before = view.hash
    delivery = bot.slack.interactions.click_view(user_id, view.view_id, block, control)
    await bot.slack.interactions.wait(delivery)
    await until("another page", lambda: top(bot, user_id).hash != before, 5)


async def test_a_long_plan_is_read_to_its_end_before_it_is_approved(bot: LoopbackBot) -> None:
    """Ben's yes is refused, he reads every page, each page is in the log under his name, and then it counts."""
    case_id = await asked(bot)
    await until("the card", lambda: {"show_plan", "approve_request"} <= {*controls(bot, case_id)}, 5)
    await bot.hands(people.BEN).press(case_id, "approve_request")
    assert "Show the Whole Plan" in await bot.note(people.BEN)
    await bot.hands(people.BEN).press(case_id, "show_plan")
    read, pages = [texts(top(bot).content["blocks"])], 1
    while any("plan_next" in str(block) for block in top(bot).content["blocks"]):
        await turn(bot, "plan_next")
        read.append(texts(top(bot).content["blocks"]))
        pages += 1
    plan = (await bot.case(case_id)).requests["R1"].plan
    assert [call for call in plan.calls if call not in "\n".join(read)] == []
    assert f"page {pages} of {pages}" in read[-1]
    opened = [(one["by"], one["page"], one["pages"]) for one in await bot.log(case_id) if one["kind"] == "plan:opened"]
    assert opened == [(f"slack:{people.BEN}", page, pages) for page in range(1, pages + 1)]
    await bot.hands(people.BEN).press(case_id, "approve_request")
    (given,) = (one for one in await bot.log(case_id) if one["kind"] == "approval:given")
    assert given["shown_as"] == plan_name((await bot.case(case_id)).requests["R1"].digest)


async def test_a_page_that_slack_did_not_show_was_not_read(bot: LoopbackBot) -> None:
    """Nothing is logged of it, so that it stands in the way of a yes as before."""
    case_id = await asked(bot)
    await until("the card", lambda: {"show_plan", "approve_request"} <= {*controls(bot, case_id)}, 5)
    bot.slack.faults.add({"method": "views.open", "error": "expired_trigger_id"})
    await bot.hands(people.BEN).press(case_id, "show_plan")
    assert "did not open" in await bot.note(people.BEN)
    assert [one for one in await bot.log(case_id) if one["kind"] == "plan:opened"] == []


async def test_a_page_that_could_not_be_turned_was_not_read(bot: LoopbackBot) -> None:
    """The modal still shows the page before, and the log knows of no other."""
    case_id = await asked(bot)
    await until("the card", lambda: {"show_plan", "approve_request"} <= {*controls(bot, case_id)}, 5)
    await bot.hands(people.BEN).press(case_id, "show_plan")
    bot.slack.faults.add({"method": "views.update", "error": "not_found"})
    view = top(bot)
    (block,) = (one["block_id"] for one in view.content["blocks"] if one["type"] == "actions")
    await bot.slack.interactions.wait(bot.slack.interactions.click_view(people.BEN, view.view_id, block, "plan_next"))
    assert [one["page"] for one in await bot.log(case_id) if one["kind"] == "plan:opened"] == [1]


async def test_outsiders_read_no_plan(bot: LoopbackBot) -> None:
    """They are told in private, and no modal opens; nor does one for a request that is not there."""
    case_id = await asked(bot)
    await until("the card", lambda: {"show_plan", "approve_request"} <= {*controls(bot, case_id)}, 5)
    await bot.hands(people.DMITRI).press(case_id, "show_plan")
    assert "You may not do this." in await bot.note(people.DMITRI)
    value = f"{case_id}:1:R9"
    action = {"action_id": "show_plan", "block_id": f"{case_id}:1:whole", "value": value}
    assert (await bot.send_payload(a_click(action, user=people.BEN)))[0] == 200
    assert "no request of this case" in await bot.note(people.BEN)
    assert bot.slack.workspace.stack(people.DMITRI) == bot.slack.workspace.stack(people.BEN) == []


async def test_a_stopped_request_is_asked_for_again_in_one_click(bot: LoopbackBot) -> None:
    """The card shows what moved; the form has the new plan and the reason of then, and sending it asks anew."""
    found = (Difference("name", "harbour-ci", "renamed"),)
    live = {"enabled": "yes", "name": "renamed", "changed at": "2026-11-22T08:00:00+00:00", "certificates": "ab"}
    case_id = await asked(bot, draft(RunStopped("R1", "AWS does not show it any more.", found, live)))
    await until("the card", lambda: "ask_again" in controls(bot, case_id), 5)
    card = texts(bot.hands().card(case_id).blocks)
    assert "name: was shown as `harbour-ci`, is now `renamed`" in card
    await bot.hands().press(case_id, "ask_again")
    view = top(bot, people.AVA).content
    assert view["callback_id"] == DELETE
    assert view["blocks"][-1]["element"]["initial_value"] == REASON
    assert "`renamed`" in texts(view["blocks"])
    assert (await bot.hands().fill_in(REASON))[1] == "closed"
    again = (await bot.case(case_id)).requests["R2"]
    assert (again.by, again.reason, again.plan.state) == (people.AVA, REASON, live)


async def test_asking_again_for_nothing_is_refused(bot: LoopbackBot) -> None:
    """A request that this case does not have is nothing that we drew a button for."""
    case_id = await bot.alert()
    action = {"action_id": "ask_again", "block_id": f"{case_id}:1:again", "value": f"{case_id}:1:R1"}
    assert (await bot.send_payload(a_click(action)))[0] == 200
    assert "not one that Anchorwatch drew" in await bot.note()
