"""The card's one line about who the CA can become, from the facts of the guide's answer alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.domain.answer import answered, not_allowed
from bot.domain.reach_line import QUESTION, reach_line

_OWNER = "The CA's owner can become"


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (
            {"usable": 4, "administrators": ["a"], "shut": [["aws:SourceArn", 2]]},
            f"{_OWNER} 4 roles, 1 administrator; 2 are shut by aws:SourceArn.",
        ),
        (
            {"usable": 1, "escalating": ["c"]},
            f"{_OWNER} 1 role, which can make itself an administrator.",
        ),
        (
            {"usable": 3, "administrators": ["a", "b"], "escalating": ["c"], "one_profile_away": 2},
            f"{_OWNER} 3 roles, 2 administrators, 1 can make itself an administrator; 2 are one CreateProfile away.",
        ),
        (
            {"usable": 0, "undetermined": 1, "shut": [["a Deny", 3], ["x", 1], ["y", 1], ["z", 2]]},
            (
                f"{_OWNER} no role now; 1 could not be evaluated; 3 are shut by a Deny, 1 is shut by x, "
                "1 is shut by y, 2 otherwise."
            ),
        ),
    ],
)
def test_the_line_says_what_counts(facts: dict[str, Any], line: str) -> None:
    """What is open first, then what is not; facts are as they come back from the log."""
    known = json.loads(json.dumps(facts))
    assert reach_line({QUESTION: answered(QUESTION, "", facts=known)}) == line


def test_without_an_answer_there_is_no_line() -> None:
    """Neither before the question was asked nor when it was refused."""
    assert reach_line({}) is None
    assert reach_line({QUESTION: not_allowed(QUESTION, "rolesanywhere:ListProfiles")}) is None
