"""The card in every state, with missing data and with an attacker's text wherever one can stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.case import Case, CaseState
from bot.domain.detection import RuleAlert
from bot.domain.house import Account, Environment, House
from bot.domain.people import People
from bot.ports import Message
from bot.slack.button_value import parse_reference
from bot.slack.card import Card
from bot.slack.controls import Controls
from bot.slack.plan_controls import ASK_AGAIN, SHOW_PLAN
from tests.slack.card_states import ACTIONS, AVA, BEN, CARLA, CASE_ID, CHANNEL, HOSTILE, STATES, case_in
from tests.slack.what_slack_shows import complaints, objects, shapes

GROUP = "S07APPROVER"
PEOPLE = {AVA, BEN, CARLA}
CONTROLS = {
    "it_was_done",
    "it_was_not_done",
    *ACTIONS,
    "acknowledge",
    "mark_false_positive",
    "reopen",
    "approve_request",
    "reject_request",
    "ask_ca_owners",
    "add_change_ticket",
    "write_closing_note",
    "stop_ladder",
    "guide",
    SHOW_PLAN,
    ASK_AGAIN,
}
PLAIN_WORD = "harbour"
# Long names take long to cut, so they are tried where most texts stand.
MANY_STATES = ("new", "approval pending", "contained by delete", "stopped", "ladder pending", "ladder failed")


def drawn(case: Case, approvers: str = f"<!subteam^{GROUP}>") -> Message:
    """A case's card."""
    return Card(CHANNEL, Controls(ACTIONS), approvers).draw(case)


def elements(card: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    """The interactive elements of a kind."""
    return [one for one in objects(card["blocks"]) if one.get("type") == kind and "action_id" in one]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", ["full", "bare"])
def test_every_state_is_fit_for_slack(state: str, kind: str) -> None:
    """Each state passes our limits and both strangers', as a post, as an update and as plain text."""
    message = drawn(case_in(state, kind=kind)[0])
    assert complaints(message.rich, PEOPLE, {GROUP}) == []
    assert complaints(message.plain(), PEOPLE, {GROUP}) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_no_state_shows_anything_of_an_attackers(name: str) -> None:
    """Whatever stands in the names: no mention, emoji or markup of theirs, nothing hidden, nothing refused."""
    for state in MANY_STATES if name.startswith("long") else STATES:
        message = drawn(case_in(state, text=HOSTILE[name])[0])
        assert complaints(message.rich, PEOPLE, {GROUP}) == [], state
        assert complaints(message.plain(), PEOPLE, {GROUP}) == [], state


@pytest.mark.parametrize("name", [name for name in HOSTILE if not name.startswith("long")])
def test_an_attackers_text_does_not_change_the_look(name: str) -> None:
    """The card has the same bold words, code, people and dates as with a harmless name, in the same order."""
    for state in STATES:
        with_theirs = shapes(drawn(case_in(state, text=HOSTILE[name])[0]).rich)
        assert with_theirs == shapes(drawn(case_in(state, text=PLAIN_WORD)[0]).rich), state


@pytest.mark.parametrize("state", STATES)
def test_controls_carry_their_ids(state: str) -> None:
    """At most three buttons that decide, the guide, and two menus; each carries case and revision."""
    case, _ = case_in(state)
    card = drawn(case).rich
    buttons, menus = elements(card, "button"), elements(card, "overflow")
    options = [option["value"] for menu in menus for option in menu["options"]]
    ids = [button["action_id"] for button in buttons]
    own = [one for one in ids if one not in (SHOW_PLAN, ASK_AGAIN)]
    assert len(own) <= 4
    assert own[-1] == "guide"
    assert all(len(menu["options"]) <= 5 for menu in menus)
    assert len(menus) <= 2
    assert {*ids, *options} <= CONTROLS
    assert len({*ids, *options}) == len(ids) + len(options)
    references = [parse_reference(button["value"]) for button in buttons]
    assert {(one.case_id, one.revision) for one in references} <= {(CASE_ID, case.revision)}
    votes = [one.request_id for one, name in zip(references, ids, strict=True) if name.endswith("_request")]
    assert votes == (["R1", "R1"] if case.state is CaseState.APPROVAL_PENDING else [])


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", ["full", "bare"])
def test_a_control_stands_in_a_block_that_names_the_case(state: str, kind: str) -> None:
    """What Slack sends back with a choice in the menu is the block's id, so it carries the reference."""
    case, _ = case_in(state, kind=kind)
    for block in drawn(case).rich["blocks"]:
        if block["type"] == "actions" or "accessory" in block:
            reference = parse_reference(block["block_id"])
            assert (reference.case_id, reference.revision) == (CASE_ID, case.revision)


@pytest.mark.parametrize("state", STATES)
def test_metadata_is_the_case_id_and_nothing_else(state: str) -> None:
    """Every app of the workspace may read it; both dresses carry it, so that either can be found again."""
    message = drawn(case_in(state, text=HOSTILE["broadcast"])[0])
    expected = {"event_type": "anchorwatch_card", "event_payload": {"key": CASE_ID}}
    assert (message.rich["metadata"], message.plain()["metadata"]) == (expected, expected)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("kind", ["full", "bare"])
def test_block_ids_are_new_with_each_revision(state: str, kind: str) -> None:
    """No block id comes twice in a card, and none is taken over from an earlier revision."""
    case, _ = case_in(state, kind=kind)
    ids = [block["block_id"] for block in drawn(case).rich["blocks"] if "block_id" in block]
    assert len(set(ids)) == len(ids)
    assert {parse_reference(one).revision for one in ids} == {case.revision}


def test_a_case_without_a_trust_anchor_offers_nothing_that_could_only_fail() -> None:
    """Where no report names the trust anchor there is no response action, but the case can be taken and closed."""
    card = drawn(case_in("new", kind="bare")[0]).rich
    ids = {button["action_id"] for button in elements(card, "button")}
    options = {option["value"] for menu in elements(card, "overflow") for option in menu["options"]}
    assert ids | options == {"acknowledge", "mark_false_positive", "add_change_ticket", "guide"}


def test_a_long_list_of_approvers_still_fits() -> None:
    """Two hundred approvers by id are named in part, on the card as in the form."""
    words = People.parse([f"U{number:010d}" for number in range(200)]).in_words()
    named = {f"U{number:010d}" for number in range(200)}
    message = drawn(case_in("approval pending")[0], words)
    assert complaints(message.rich, PEOPLE | named, set()) == []
    assert words.endswith("and 192 more")


def test_the_card_says_what_an_alert_must_say() -> None:
    """Actor, key, address, account, Region, trust anchor and the CA's facts stand on the new card."""
    texts = "\n".join(str(one.get("text")) for one in objects(drawn(case_in("new")[0]).rich["blocks"]))
    facts = (
        "arn:aws:iam::123456789012:user/maria",
        "IAMUser",
        "AKIAEXAMPLEKEY000001",
        "198[.]51[.]100[.]7",
        "123456789012",
        "eu-central-1",
        "harbour-ci",
        "0f9f4a6e-6a52-4b4b-8f3b-2d1c7b1f9a10",
        "CN=Harbour Root",
        "Self-signed  yes, checked with its key",
        "Serial",
        "SHA-256",
        "2026-11-20 09:30:12 UTC",
        "MFA: not stated",
        "AWS CLI",
        "Enabled",
        "*Next:*",
        CASE_ID,
    )
    assert [fact for fact in facts if fact not in texts] == []


def test_a_strange_name_is_marked_where_it_stands() -> None:
    """Look-alikes and hidden characters are said behind the trust anchor's name, the actor and the CA's subject."""
    (case, _), mark = case_in("new", text="h\u0430rb\u200bour"), "looks like Latin but has 1 Cyrillic letter"
    texts = [str(one.get("text")) for one in objects(drawn(case).rich["blocks"])]
    for title in ("*Trust anchor*", "*Who*", "*Session of*", "*User agent*", "  Subject"):
        (shown,) = [text for text in texts if title in text and mark in text]
        assert f"{mark}, 1 invisible character)" in shown


def test_the_card_names_the_rule_that_rang() -> None:
    """Which version of which rule, and how severe it says this is, stands beside our own priority."""
    case, _ = case_in("new")
    alert = RuleAlert("Elastic", name="External CA", version="1", severity="medium", risk_score="47")
    rated = replace(case, detections=(replace(case.detection, alert=alert),))
    assert "Elastic: External CA, version 1, severity medium, risk score 47 · " in str(drawn(rated).rich["blocks"])
    unrated = replace(case, detections=(replace(case.detection, alert=replace(alert, version=None, severity=None)),))
    assert "Elastic: External CA, risk score 47 · " in str(drawn(unrated).rich["blocks"])


def test_the_account_says_which_channel_a_new_card_goes_to() -> None:
    """By its environment in the house file; an account that it does not name goes to the usual channel."""
    case, _ = case_in("new")
    posted = replace(case, card=replace(case.card, channel=None))
    own = Account(case.detection.account, "payments", Environment.PRODUCTION)
    channels = ((Environment.PRODUCTION, "C0PRODUCTION"),)
    for house, channel in (
        (House(accounts=(own,), channels=channels), "C0PRODUCTION"),
        (House(accounts=(replace(own, environment=Environment.LAB),), channels=channels), CHANNEL),
        (House(channels=channels), CHANNEL),
    ):
        card = Card(CHANNEL, Controls(ACTIONS), "", house)
        assert card.draw(posted).rich["channel"] == channel
        standing = replace(case, card=replace(case.card, channel="C0STANDS"))
        assert card.draw(standing).rich["channel"] == "C0STANDS"


def test_an_issuer_outside_the_bundle_is_said_to_be() -> None:
    """A certificate whose issuer's certificate is missing is no whole chain."""
    case, _ = case_in("new")
    one = replace(case.ca.certificates[0], issuer="CN=Far Root")
    for issuer_sha256, words in ((None, "is not in the bundle"), ("ab" * 32, "is in the bundle")):
        ca = replace(case.ca, certificates=(replace(one, issuer_sha256=issuer_sha256),))
        assert f"CN=Far Root (its certificate {words})" in str(drawn(replace(case, ca=ca)).rich["blocks"])


def test_a_plain_text_card_has_lines() -> None:
    """Without blocks the lines stand under each other, and a calmed emoji is not spelled out."""
    text = drawn(case_in("new", text="x:tada:")[0]).plain()["text"]
    assert text.count("\n") > 10
    assert "\u21b5" not in text
    assert "[U+200B]" not in text


def test_a_strange_actor_is_marked_where_no_arn_shows_it() -> None:
    """A name that stands in no ARN carries its own mark; a CA that issued itself is not written out twice."""
    case, _ = case_in("new")
    detection = case.detection
    strange = replace(detection, actor=replace(detection.actor, name="m\u0430ria", arn=None))
    card = drawn(replace(case, detections=(strange,))).rich
    texts = "\n".join(str(one.get("text")) for one in objects(card["blocks"]))
    assert "`m\u0430ria` (looks like Latin but has 1 Cyrillic letter) created" in texts
    assert "  Issuer       the same\n" in texts
