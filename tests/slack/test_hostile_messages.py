"""Hostile text in every place that is shown, out of every message: nothing of it acts in Slack.

What acts in a message is read by ``tests.slack_markup``, which knows nothing of how the product writes. A message
with hostile text must hold the same mentions, dates, bold words and code as one with a harmless word, and no more.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import events as ev
from bot.domain.answer import Answer, Sign, Standing
from bot.domain.approval import ApprovalPolicy, Decision, Person
from bot.domain.case import Refusal
from bot.domain.errors import AwsError
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered
from bot.domain.remark import Remarked
from bot.service.acknowledge import acknowledge
from bot.service.ask_for_action import ask_for_action, may_ask
from bot.service.aws_words import aws_sentence
from bot.service.cast_vote import approve_request, reject_request
from bot.service.mark_false_positive import mark_false_positive, reopen
from bot.service.press import Press
from tests.hostile_strings import EACH, HOSTILE, LONG
from tests.slack.card_states import (
    ACTIONS,
    AVA,
    CHANNEL,
    NOON,
    STATES,
    Event,
    asked,
    case_in,
    finished,
    plan,
    started,
)
from tests.slack.hostile_surfaces import (
    CARD,
    HARMLESS,
    NOTES,
    acting,
    assert_calm,
    foreign,
    problems,
    told,
)


@settings(max_examples=150)
@given(st.sampled_from(STATES), HOSTILE)
def test_nothing_acts_in_any_state(state: str, text: str) -> None:
    """Random hostile text in each card, note, notice and form: the same mentions, dates, bold and code as without."""
    assert_calm(state, text)


@pytest.mark.parametrize("text", EACH, ids=ascii)
def test_each_danger_by_itself(text: str) -> None:
    """Each piece alone, where most of an attacker's texts stand."""
    assert_calm("stopped", text)


@pytest.mark.parametrize("text", LONG, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("state", ["approval pending", "stopped", "contained by delete", "searched"])
def test_long_names_fit(state: str, text: str) -> None:
    """A name of 64 kB is cut, and the cut opens nothing."""
    assert_calm(state, text)


@settings(max_examples=60)
@given(HOSTILE, HOSTILE)
def test_what_aws_answers_is_not_trusted(code: str, message: str) -> None:
    """A hostile answer in place of AWS's: its code and message act in neither the card nor the thread."""

    def failed(code: str, message: str) -> tuple[Event, ...]:
        sentence = aws_sentence(AwsError(code, message, "rolesanywhere:DeleteTrustAnchor"))
        observed = (ev.AnchorObserved(None, sentence), ev.ANCHORWATCH)
        return (observed, asked("disable_trust_anchor"), started(), finished(ev.Outcome.FAILED, text=sentence))

    before, _ = case_in("new")
    for hostile, harmless in zip(
        told(before, *failed(code, message)), told(before, *failed(HARMLESS, HARMLESS)), strict=True
    ):
        assert problems(hostile) == []
        assert acting(hostile) == acting(harmless)


def test_what_aws_says_is_a_quotation() -> None:
    """An answer that imitates the bot can't be taken for it: it stands in quotation marks that it can't close."""
    said = AwsError("Denied", "no.” *Done:* approved by Anchorwatch. “", "rolesanywhere:GetTrustAnchor")
    sentence = aws_sentence(said)
    assert sentence.endswith('with Denied: “no." *Done:* approved by Anchorwatch. "”.')


@settings(max_examples=60)
@given(st.sampled_from(Standing), HOSTILE)
def test_what_the_guide_found_is_not_trusted(standing: Standing, text: str) -> None:
    """Names of other anchors, roles and people in the investigation's answers, on the card and in the thread."""

    def found(text: str) -> tuple[Event, ...]:
        signs = (Sign("anchor_disabled", text), Sign("fresh_ca", text), Sign("strange", text))
        answer = Answer("question", standing, text, (text,) * 3, signs, (text,), (text,), {text: text})
        asked = (RoundStarted(0, 1, "me", NOON), StepAnswered(0, "step", (answer,)), RoundFinished(0, {text: 1}, 900))
        return tuple((event, ev.ANCHORWATCH) for event in (*asked, Remarked(text, text)))

    before, _ = case_in("new")
    for hostile, harmless in zip(told(before, *found(text)), told(before, *found(HARMLESS)), strict=True):
        assert problems(hostile) == []
        assert acting(hostile) == acting(harmless)


RULES = {
    "acknowledge": acknowledge(ApprovalPolicy()),
    "reopen": reopen(ApprovalPolicy()),
    "mark_false_positive": mark_false_positive(ApprovalPolicy()),
    "may_ask": may_ask(ApprovalPolicy(), ACTIONS["delete_trust_anchor"]),
    "ask": ask_for_action(ApprovalPolicy(), ACTIONS["delete_trust_anchor"], plan("delete_trust_anchor")),
    "approve": approve_request(ApprovalPolicy(), CARD),
    "reject": reject_request(ApprovalPolicy()),
}


@settings(max_examples=80)
@given(st.sampled_from(STATES), st.sampled_from(sorted(RULES)), HOSTILE, st.booleans())
def test_a_private_answer_quotes_nobody(state: str, rule: str, text: str, responder: bool) -> None:  # noqa: FBT001
    """Why a press did nothing is said in our own words, whatever stands in the case, the reason or the control."""

    def answer(text: str) -> Any:
        person = Person(AVA, responder=responder, approver=responder)
        press = Press(text, person, "AW-0123456789", None, CHANNEL, request_id="R1", reason=text, digest=text)
        return RULES[rule](case_in(state, text=text)[0], press, NOON)

    hostile, harmless = answer(text), answer(HARMLESS)
    if isinstance(hostile, Decision) and not hostile.allowed and isinstance(harmless, Decision):
        assert hostile.sentence == harmless.sentence or not text.strip()
        shown = NOTES.refusal(Refusal(3, AVA, CHANNEL, hostile.sentence))
        assert foreign(shown.rich) == []
        assert problems(shown.rich) == []
