"""The guide's rows: each is answered somewhere, and what a place names is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.answer import answered
from bot.domain.detection import RuleAlert
from bot.domain.guide import Mode, Row, rows
from bot.guide_page import places_of
from bot.registry import load_handlers
from bot.sandbox.hands import texts
from bot.service.guide.steps import STEPS
from bot.slack.button_value import Reference
from bot.slack.card import Card
from bot.slack.controls import Controls
from bot.slack.guide_view import PARTS
from bot.slack.task_page import TaskPage
from tests.slack.card_states import ACTIONS, CHANNEL, STATES, case_in
from tests.slack.test_guide_words import asked

ROOT = Path(__file__).parent.parent
ON_CARD = {
    "card: header and places": "Account and Region",
    "card: first sentence": "from anywhere, whatever access keys are rotated",
    "card: next step": "*Next:*",
    "card: verdict line": "*Priority:",
    "card: red flags": "The CA is brand new: made 12 minutes before the call.",
    "card: certificates": "Self-signed  yes, checked with its key",
    "card: guide line": "*Guide:*",
    "card: footer": "Alert in Elastic",
}
"""Parts of the card as the rows name them, and words by which each is known."""

NUMBERS = [str(number) for number in range(1, 114)] + [f"B{number}" for number in range(1, 11)]


def test_every_row_of_the_guide_is_there_once() -> None:
    """113 rows of the guide and ten of our own, in order."""
    assert [row.number for row in rows()] == NUMBERS


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_every_row_is_answered_somewhere(row: Row) -> None:
    """A row names a question of a step or a place of its own."""
    assert places_of(row)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.number)
def test_what_a_place_names_is_there(row: Row) -> None:
    """Files and modules exist and actions are installed."""
    for place in row.places:
        kind, _, named = place.partition(": ")
        if kind in ("code", "doc", "file"):
            assert (ROOT / named).is_file(), place
        elif kind == "action":
            assert named in load_handlers().askable
        else:
            assert kind in ("card", "button"), place


def test_each_button_is_on_a_card_or_in_the_guide() -> None:
    """By the very title that people see."""
    titles = {title for _, title in PARTS.values()}
    for state in STATES:
        case, _ = case_in(state)
        tasks = TaskPage().blocks(case, Reference(case.case_id, case.revision))
        blocks = [
            *Card(CHANNEL, Controls(ACTIONS, has_training=True, has_incidents=True), "").draw(case).rich["blocks"],
            *tasks,
        ]
        elements = [one for block in blocks for one in (*block.get("elements", ()), block.get("accessory") or {})]
        shown = [*elements, *(option for one in elements for option in one.get("options", ()))]
        titles |= {one["text"]["text"].rstrip("…") for one in shown if isinstance(one.get("text"), dict)}
    places = {place for row in rows() for place in row.places if place.startswith("button: ")}
    assert {place.removeprefix("button: ") for place in places} <= titles


def test_each_part_of_the_card_is_on_it() -> None:
    """Where a row names a part of the card, the card has it."""
    answer = answered("q", "Found.")
    case = asked(answer)
    alert = RuleAlert("Elastic", url="https://kibana.example.com/alert")
    case = replace(case, detections=(replace(case.detection, alert=alert),))
    card = texts(Card(CHANNEL, Controls(ACTIONS), "").draw(case).rich["blocks"])
    places = {place for row in rows() for place in row.places if place.startswith("card: ")}
    assert places == set(ON_CARD)
    assert [place for place, words in ON_CARD.items() if words not in card] == []


def test_questions_name_rows_that_there_are_and_ids_once() -> None:
    """A question cites rows of the guide, and no two questions share an id."""
    questions = [one for step in STEPS for one in step.questions]
    assert {number for one in questions for number in one.rows} <= set(NUMBERS)
    assert len({one.id for one in questions}) == len(questions)


def test_people_are_asked_only_by_button() -> None:
    """A row that only a person can answer has a button that asks."""
    people = [row for row in rows() if row.mode is Mode.PERSON]
    assert all(any(place.startswith("button") for place in row.places) for row in people)
