"""The card's controls when the case knows more to act on than the trust anchor."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from bot.domain.answer import answered
from bot.domain.ca_facts import RedFlag
from bot.domain.case import Case
from bot.domain.detection import Actor
from bot.registry import load_handlers
from bot.slack.block_limits import message_problems
from bot.slack.controls import Controls
from tests.fakes.ladder import user_actor
from tests.slack.card_states import case_in

ROLE = "arn:aws:iam::111122223333:role/deployer"
REACH = {"open_roles": [ROLE], "open_profiles": [{"arn": "p", "name": "one"}]}
USED = {"sessions": [{"role_arn": ROLE, "user_id": "AROAEXAMPLE000000001:0a1b"}]}


def knowing(state: str, actor: Actor | None = None) -> Case:
    """A case in a state that knows a profile, a role, its session and, unless None, who made the call."""
    case, _ = case_in(state)
    answers = {one: answered(one, "x", facts=facts) for one, facts in (("reachable_roles", REACH), ("ca_used", USED))}
    detections = tuple(replace(one, actor=actor) for one in case.detections) if actor else case.detections
    known = replace(case.investigation, answers=MappingProxyType(answers))
    return replace(case, investigation=known, detections=detections)


def drawn(case: Case) -> tuple[list[str], list[list[str]]]:
    """The ids of the buttons, and the options of each menu in the actions block."""
    blocks, _ = Controls(load_handlers().askable).blocks(case)
    elements: list[dict[str, Any]] = blocks[0]["elements"]
    menus = [one for one in elements if one["type"] == "overflow"]
    assert len({one["action_id"] for one in elements}) == len(elements)
    buttons = [one["action_id"] for one in elements if one["type"] == "button"]
    return buttons, [[option["value"] for option in menu["options"]] for menu in menus]


def test_the_buttons_stay_and_the_rungs_come_in_the_order_of_the_ladder() -> None:
    """The gentlest step and all of them have the buttons; each other rung is in a menu behind the guide."""
    buttons, menus = drawn(knowing("new", user_actor("111122223333")))
    assert buttons == ["acknowledge", "disable_trust_anchor", "contain_all", "guide"]
    rungs = ["revoke_role_sessions", "revoke_known_sessions", "disable_profile", "quarantine_actor"]
    assert menus == [["delete_trust_anchor", *rungs], ["add_to_inventory"]]


def test_what_quiets_alerts_is_never_a_button() -> None:
    """However little else there is to press, approving a CA stands in the menu."""
    buttons, menus = drawn(case_in("acknowledged")[0])
    assert "add_to_inventory" not in buttons
    assert menus == [["quarantine_actor", "add_to_inventory"]]


def test_all_of_it_comes_first_where_much_speaks_for_an_attack() -> None:
    """With a high priority the first button contains all."""
    case = knowing("acknowledged", user_actor("111122223333"))
    urgent = replace(case, flags=(*case.flags, RedFlag("published_private_key", "x")))
    assert drawn(urgent)[0][:2] == ["contain_all", "disable_trust_anchor"]


def test_a_ladder_that_ended_early_goes_on_from_where_it_stopped() -> None:
    """The button names the rung that comes next, and is the first one."""
    for state in ("ladder failed", "ladder differs", "ladder stopped", "ladder unknown"):
        case = knowing(state, user_actor("111122223333"))
        blocks, _ = Controls(load_handlers().askable).blocks(case)
        first = next(one for one in blocks[0]["elements"] if one["action_id"] == "contain_all")
        name = "Revoke Role Sessions" if state == "ladder stopped" else "Disable Profiles That Reach Roles"
        assert first["text"]["text"] == f"Go On from {name}…"
    assert "contain_all" not in drawn(knowing("ladder done", user_actor("111122223333")))[0]


@pytest.mark.parametrize(
    ("state", "buttons"), [("ladder running", ["stop_ladder", "guide"]), ("ladder stopping", ["guide"])]
)
def test_a_ladder_that_runs_can_be_stopped_once(state: str, buttons: list[str]) -> None:
    """While a rung waits for its turn there is one button, and it names the ladder."""
    case, _ = case_in(state)
    blocks, _ = Controls(load_handlers().askable).blocks(case)
    elements = blocks[0]["elements"]
    assert [one["action_id"] for one in elements] == buttons
    assert elements[0]["value"].endswith(":R1") == (state == "ladder running")


def test_without_evidence_there_is_no_menu_of_rungs() -> None:
    """A calm card: nothing is offered that has nothing to act on."""
    assert drawn(case_in("new", kind="bare")[0])[1] == []


@pytest.mark.parametrize("state", ["approval pending", "running", "false positive"])
def test_rungs_wait_while_something_else_is_decided(state: str) -> None:
    """Where a plan waits, runs, or the case is closed, the menu is away."""
    assert drawn(knowing(state))[1] == []


def test_more_rungs_than_a_menu_holds_make_another_menu() -> None:
    """Slack's menu holds five; nothing is dropped, also not what the card's own menu has no room for."""
    case = knowing("new", user_actor("111122223333"))
    actions = {
        f"{one.id}{number}": replace(one, id=f"{one.id}{number}", title=f"{one.title} {number}")
        for number in range(2)
        for one in load_handlers().askable.values()
    }
    blocks, _ = Controls(actions).blocks(case)
    menus = [one for one in blocks[0]["elements"] if one["type"] == "overflow"]
    assert [len(one["options"]) for one in menus] == [5, 5, 5, 1]
    assert message_problems({"text": "x", "blocks": blocks}) == []
