"""The forms: what Slack is shown, what they carry, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.action import Risk
from bot.domain.errors import BadInput
from bot.domain.people import People
from bot.domain.terms import Share, Terms, Yes, missing
from bot.sandbox.slack.mrkdwn import tokens
from bot.slack import forms
from bot.slack.block_limits import view_problems
from bot.slack.button_value import Reference
from bot.slack.wanted import Wanted
from tests.slack.block_judges import judge_view
from tests.slack.card_states import ACTIONS, CARLA, CHANNEL, HOSTILE, case_in, plan, wanted
from tests.slack.what_slack_shows import OURS, emoji_in_labels, hidden_characters, objects, shape

MANY = People.parse([f"U{number:010d}" for number in range(200)]).in_words()
GROUP = "<!subteam^S07APPROVER>"
CONTAINING = [action for action in ACTIONS.values() if action.risk is not Risk.READ]


def complaints(view: Mapping[str, Any]) -> list[str]:
    """Everything that is wrong with a form: for our limits, for two strangers', and for its readers."""
    blocks = {"text": "x", "blocks": view["blocks"]}
    parsed = [tokens(one["text"], verbatim=True) for one in objects(view) if one.get("type") == "mrkdwn"]
    return [
        *(str(problem) for problem in view_problems(view)),
        *judge_view(view),
        *hidden_characters(blocks),
        *emoji_in_labels(blocks),
        *(token["t"] for found in parsed for token in found if token["t"] not in OURS),
    ]


@pytest.mark.parametrize("action", CONTAINING, ids=lambda action: action.id)
@pytest.mark.parametrize("needed", [0, 1, 2])
@pytest.mark.parametrize("approvers", [GROUP, MANY], ids=["group", "many"])
def test_every_actions_form_is_fit_for_slack(action: Any, needed: int, approvers: str) -> None:
    """Each response action's form passes, for each number of approvals, and is called what it starts."""
    case, _ = case_in("observed")
    view = forms.action_form(case, action, plan(action.id), wanted(needed, approvers))
    assert complaints(view) == []
    assert view["callback_id"] == action.id
    assert view["submit"]["text"] == ("Ask for Approval" if needed else "Run Now")


def then(terms: Terms, own: tuple[Yes, ...] = ()) -> str:
    """What a form says happens next, to somebody whose own yes is this."""
    case, _ = case_in("observed")
    what = Wanted(terms, missing(terms, own), bool(own), GROUP)
    action = ACTIONS["disable_trust_anchor"]
    text = str(forms.action_form(case, action, plan(action.id), what)["blocks"][0]["text"]["text"])
    return text.rpartition("*When you send this:* ")[2]


def test_the_form_says_what_happens_when_it_is_sent() -> None:
    """How many must say yes, from whom, and whether the person's own yes is enough."""
    security = Share(1, People((), ("S1",), "security"))
    assert then(Terms(needed=0)) == "it runs at once."
    assert then(Terms()) == f"one other person must say yes first: {GROUP}."
    two = Terms(needed=2, shares=(security,))
    assert then(two) == f"2 other people must say yes first: {GROUP}, at least one of them from <!subteam^S1>."
    own = Terms(own_yes_counts=True)
    assert then(own, (Yes("U1"),)) == "it runs at once: your own yes is enough."
    both = Terms(needed=2, shares=(security,), own_yes_counts=True)
    assert (
        then(both, (Yes("U1"),))
        == f"your own yes counts. It needs 1 more yes, from <!subteam^S1>. {GROUP} may approve."
    )


def test_a_reason_may_be_left_out_where_no_rule_asks_for_one() -> None:
    """The field is there, and Slack lets the form go without it."""
    case, _ = case_in("observed")
    terms = Terms(needed=0, reason_required=False)
    action = ACTIONS["disable_trust_anchor"]
    view = forms.action_form(case, action, plan(action.id), Wanted(terms, missing(terms, ()), False, GROUP))
    assert complaints(view) == []
    assert view["blocks"][1]["optional"]
    assert "min_length" not in view["blocks"][1]["element"]


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_of_an_attackers_in_a_form(name: str) -> None:
    """Whatever AWS shows of the trust anchor, the form looks as with a harmless name."""
    case, _ = case_in("observed", text=HOSTILE[name])
    action = ACTIONS["delete_trust_anchor"]

    def drawn(text: str) -> dict[str, Any]:
        return forms.action_form(case, action, plan(action.id, text), wanted(1, MANY))

    view, harmless = drawn(HOSTILE[name]), drawn("harbour")
    assert complaints(view) == []
    if name.startswith("long"):
        # It takes more blocks, or there is no form: see test_a_long_plan_takes_more_blocks.
        return
    one, other = (shape(tokens(form["blocks"][0]["text"]["text"], verbatim=True)) for form in (view, harmless))
    assert one == other


def test_the_other_forms_are_fit_for_slack() -> None:
    """The form of a false positive and the one that rejects."""
    case, _ = case_in("approval pending")
    views = [
        forms.false_positive_form(case),
        forms.reject_form(case, case.requests["R1"], "Delete Trust Anchor"),
    ]
    assert [complaints(view) for view in views] == [[], []]
    assert [view["callback_id"] for view in views] == ["mark_false_positive", "reject_request"]


def test_what_a_form_carries_comes_back() -> None:
    """Case, revision, request, digest and channel; and what the person wrote."""
    case, _ = case_in("approval pending")
    view = forms.reject_form(case, case.requests["R1"], "Delete Trust Anchor")
    expected = (Reference(case.case_id, case.revision, "R1"), "", CHANNEL)
    assert forms.parse_metadata(view["private_metadata"]) == expected
    entered = {"state": {"values": {forms.REASON_BLOCK: {forms.REASON_INPUT: {"value": " because "}}}}}
    assert forms.reason_of(entered) == " because "


@pytest.mark.parametrize("state", [None, [], {}, {"values": []}, {"values": {"reason": {"reason": {"value": None}}}}])
def test_no_reason_is_an_empty_one(state: object) -> None:
    """A form that holds no reason has none, whatever its shape."""
    assert forms.reason_of({"state": state}) == ""


@pytest.mark.parametrize("text", ["", "x", "[]", "null", "7", '{"ref": 1}', "[" * 3_000, '{"a":' * 3_000])
def test_foreign_metadata_is_refused(text: str) -> None:
    """What we did not write is refused, brackets without end too."""
    with pytest.raises(BadInput, match="carries no case"):
        forms.parse_metadata(text)


@pytest.mark.parametrize(
    ("sentence", "state", "action"),
    [
        ("Say why.", {"values": {"reason": {}}}, "errors"),
        ("Say why.", {"values": {}}, "update"),
        ("Say why.", None, "update"),
        (f"<@{CARLA}> may.", {"values": {"reason": {}}}, "update"),
    ],
)
def test_a_refused_form_is_answered_where_it_can_be_read(sentence: str, state: object, action: str) -> None:
    """Under the reason where there is one, else in the form's place: Slack takes no error for a missing block."""
    answer = forms.refused_answer({"state": state}, sentence)
    assert answer["response_action"] == action
    assert sentence in json.dumps(answer)
    if action == "update":
        assert complaints(answer["view"]) == []
