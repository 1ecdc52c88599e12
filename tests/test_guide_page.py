"""The guide's rows: each is answered somewhere, and what a place names is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.guide import Mode, Row, rows
from bot.guide_page import places_of
from bot.registry import load_actions
from bot.service.guide.steps import STEPS

ROOT = Path(__file__).parent.parent
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
            assert named in load_actions()
        else:
            assert kind in ("card", "button"), place


def test_questions_name_rows_that_there_are_and_ids_once() -> None:
    """A question cites rows of the guide, and no two questions share an id."""
    questions = [one for step in STEPS for one in step.questions]
    assert {number for one in questions for number in one.rows} <= set(NUMBERS)
    assert len({one.id for one in questions}) == len(questions)


def test_people_are_asked_only_by_button() -> None:
    """A row that only a person can answer has a button that asks."""
    people = [row for row in rows() if row.mode is Mode.PERSON]
    assert all(any(place.startswith("button") for place in row.places) for row in people)
