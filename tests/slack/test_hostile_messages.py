"""Hostile text in every place that is shown, out of every message: nothing of it acts in Slack.

What acts in a message is read by ``tests.slack_markup``, which knows nothing of how the product writes. A message
with hostile text must hold the same mentions, dates, bold words and code as one with a harmless word, and no more.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.adapters.formats import understand
from bot.adapters.x509 import read_certificates
from bot.domain import events as ev
from bot.domain.answer import Answer, Question, Sign, Standing
from bot.domain.approval import ApprovalPolicy, Decision, Person
from bot.domain.caller import CallerKind, CallFailed
from bot.domain.case import Case, Notice, Refusal
from bot.domain.detection import Detection
from bot.domain.errors import AwsError, BadInput
from bot.domain.failed_calls import with_call
from bot.domain.fold import told_in_thread
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered
from bot.domain.red_flags import red_flags
from bot.domain.remark import Remarked
from bot.ports import Message
from bot.service.acknowledge import acknowledge
from bot.service.ask_for_action import ask_for_action, may_ask
from bot.service.cast_vote import approve_request, reject_request
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.mark_false_positive import mark_false_positive, reopen
from bot.service.press import Press
from bot.service.run_action import aws_sentence
from bot.slack import forms
from bot.slack.block_limits import message_problems, view_problems
from bot.slack.card import Card
from bot.slack.controls import Controls
from bot.slack.failed_calls import FailedCallsMessage
from bot.slack.notes import Notes
from tests import records, records_forms
from tests.hostile_strings import EACH, HOSTILE, LONG
from tests.slack.card_states import (
    ACTIONS,
    AVA,
    BEN,
    CARLA,
    CHANNEL,
    NOON,
    STATES,
    Event,
    asked,
    at_noon,
    case_in,
    finished,
    plan,
    posted,
    started,
)
from tests.slack_markup import in_message


async def never_asked(inquiry: Inquiry) -> AsyncIterator[Answer]:
    """Drawing asks nothing."""
    del inquiry
    nothing: tuple[Answer, ...] = ()
    for one in nothing:
        yield one


OPS, GROUP = "C07ANCHOROP", "S07APPROVER"
APPROVERS = f"<!subteam^{GROUP}>"
CONTROLS = Controls(ACTIONS)
CARD = Card(CHANNEL, CONTROLS, APPROVERS)
STEP = Step("step", "What else is there", (Question("question", ("1",), "What?"),), (), never_asked)
NOTES = Notes(CHANNEL, OPS, CONTROLS, APPROVERS, (STEP,))
HARMLESS = "harbour"
PEOPLE = {AVA, BEN, CARLA}
OUR_KINDS = {"user", "group", "date", "bold", "code", "rich_text_preformatted"}


def dresses(message: Message) -> Iterator[Mapping[str, Any]]:
    """A message with blocks and as plain text."""
    yield message.rich
    yield message.plain()


def surfaces(state: str, text: str) -> Iterator[Mapping[str, Any]]:
    """Every message and form of a case in a state, with this text wherever others write."""
    case, entries = case_in(state, text=text)
    yield from dresses(CARD.draw(case, text))
    told = [one for one in entries if (event := ev.event_of(one)) and told_in_thread(case, event)]
    yield from dresses(NOTES.note(case, told))
    yield from notices(text)
    yield forms.false_positive_form(case)
    for action_id in ("delete_trust_anchor", "disable_trust_anchor", "enable_trust_anchor"):
        yield forms.action_form(case, ACTIONS[action_id], plan(action_id, text), 1, APPROVERS)
    for request in case.requests.values():
        yield forms.reject_form(case, request, ACTIONS[request.action_id].title)


def notices(text: str) -> Iterator[Mapping[str, Any]]:
    """The lines for the operations channel."""
    ops = Case("OPS-2026-11-22")
    yield from dresses(NOTES.notice(ops, Notice(7, ev.MessageQuarantined(text, text, text, text, text))))
    yield from dresses(NOTES.notice(ops, Notice(8, ev.ReviewNoted(text, text, text, text, text, text))))
    for kind in CallerKind:
        calls = with_call(None, CallFailed("e0", text, text, text, kind, text, text, NOON, text))
        yield from dresses(FailedCallsMessage(OPS).draw(Case("ATT-0123456789", failed_calls=calls), calls))


def acting(message: Mapping[str, Any]) -> Counter[tuple[str, str]]:
    """What acts in a message, and how often."""
    return Counter((one.kind, one.target) for one in in_message(message))


def problems(message: Mapping[str, Any]) -> list[str]:
    """What Slack would refuse."""
    if message.get("type") == "modal":
        return list(map(str, view_problems(message)))
    return [str(one) for update in (False, True) for one in message_problems(message, update=update)]


def foreign(message: Mapping[str, Any]) -> list[str]:
    """What acts in a message and can't be ours."""
    known = {"user": PEOPLE, "group": {GROUP}}
    return [
        f"{one.kind} {one.target[:80]!r}"
        for one in in_message(message)
        if one.kind not in OUR_KINDS or (one.kind in known and one.target not in known[one.kind])
    ]


def assert_calm(state: str, text: str) -> None:
    """Each surface acts as it does with a harmless word, and Slack takes it."""
    for hostile, harmless in zip(surfaces(state, text), surfaces(state, HARMLESS), strict=True):
        assert problems(hostile) == []
        assert foreign(hostile) == []
        assert acting(hostile) == acting(harmless)


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
        _told(before, *failed(code, message)), _told(before, *failed(HARMLESS, HARMLESS)), strict=True
    ):
        assert problems(hostile) == []
        assert acting(hostile) == acting(harmless)


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
    for hostile, harmless in zip(_told(before, *found(text)), _told(before, *found(HARMLESS)), strict=True):
        assert problems(hostile) == []
        assert acting(hostile) == acting(harmless)


def _told(before: Case, *happened: Event) -> Iterator[Mapping[str, Any]]:
    case, entries = at_noon(*happened, before=before)
    yield from dresses(CARD.draw(case, None))
    yield from dresses(NOTES.note(case, entries))


RULES = {
    "acknowledge": acknowledge(ApprovalPolicy()),
    "reopen": reopen(ApprovalPolicy()),
    "mark_false_positive": mark_false_positive(ApprovalPolicy()),
    "may_ask": may_ask(ApprovalPolicy(), ACTIONS["delete_trust_anchor"]),
    "ask": ask_for_action(ApprovalPolicy(), ACTIONS["delete_trust_anchor"], plan("delete_trust_anchor")),
    "approve": approve_request(ApprovalPolicy()),
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


MESSAGES = (
    records.eventbridge(records.cloudtrail_record(identity=records.assumed_role(), errorCode="X", errorMessage="x")),
    records.eventbridge(records.cloudtrail_record(identity=records.assumed_role())),
    records.cloudtrail_record("UpdateTrustAnchor", tags=[{"key": "a", "value": "b"}]),
    records.cloudtrail_record("CreateProfile"),
    records.elastic_nested(records.cloudtrail_record(identity=records.assumed_role()), original=True),
    records.elastic_dotted(records.cloudtrail_record(identity=records.assumed_role()), flattened=False),
    records.sns(records.eventbridge(records.cloudtrail_record())),
    records_forms.awslogs_batch([records.cloudtrail_record()]),
)


def _leaves(node: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else None
    if items is None:
        if isinstance(node, str):
            yield path
        return
    for key, value in items:
        yield from _leaves(value, (*path, key))


@st.composite
def poisoned(draw: st.DrawFn) -> bytes:
    """A message in any form with hostile text in place of, before or behind some of its texts."""
    message: Any = copy.deepcopy(draw(st.sampled_from(MESSAGES)))
    text = draw(HOSTILE)
    for path in draw(st.lists(st.sampled_from(list(_leaves(message))), min_size=1, max_size=8, unique=True)):
        node = message
        for key in path[:-1]:
            node = node[key]
        before = node[path[-1]]
        node[path[-1]] = draw(st.sampled_from((text, before + text, text + before)))
    return json.dumps(message).encode()


def _shown(detection: Detection) -> Iterator[Mapping[str, Any]]:
    ca = read_certificates(detection.anchor.certificates_pem)
    received = ev.DetectionReceived(detection, ca, red_flags(detection, ca)), ev.ANCHORWATCH
    case, _ = at_noon(received, *posted())
    yield from dresses(CARD.draw(case, None))
    actor = detection.actor.arn or detection.actor.name or "somebody"
    noted = ev.ReviewNoted(
        detection.event_id, detection.event_name, detection.account, detection.region, actor, "A reason."
    )
    yield from dresses(NOTES.notice(Case("OPS-2026-11-22"), Notice(7, noted)))


def _of_body(body: bytes) -> Iterator[Mapping[str, Any]]:
    try:
        understood = understand(body)
    except BadInput as error:
        put_aside = ev.MessageQuarantined(error.code, str(error), error.at, "sqs", "quarantine 1")
        yield from dresses(NOTES.notice(Case("OPS-2026-11-22"), Notice(7, put_aside)))
        return
    for detection in understood.detections:
        yield from _shown(detection)


OUR_BOLD = {
    one.target
    for message in MESSAGES
    for shown in _of_body(json.dumps(message).encode())
    for one in in_message(shown)
    if one.kind == "bold"
}


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(poisoned())
def test_nothing_acts_that_came_in_with_a_message(body: bytes) -> None:
    """Through the intake of each form, in any field of it: the card and the notice hold only what we put there."""
    for message in _of_body(body):
        assert problems(message) == []
        assert foreign(message) == []
        assert {one.target for one in in_message(message) if one.kind == "bold"} <= OUR_BOLD
