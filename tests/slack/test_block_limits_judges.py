"""Our validator beside two strangers: what slackblocks or blockkit refuse, we refuse too."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.slack.block_limits import message_problems, view_problems
from tests.slack.block_corpus import VALID, VIOLATIONS, Case
from tests.slack.block_judges import judge_message, judge_view


def judged(case: Case) -> list[str]:
    """Put a case to both judges."""
    return judge_view(case.payload) if case.kind == "view" else judge_message(case.payload)


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.name)
def test_both_judges_take_what_is_valid(case: Case) -> None:
    """No valid payload is refused by a stranger, so a refusal always means something."""
    assert judged(case) == []


@pytest.mark.parametrize("case", VIOLATIONS, ids=lambda case: case.name)
def test_what_a_judge_refuses_we_refuse(case: Case) -> None:
    """Ours is at least as strict as either stranger."""
    if case.kind == "view":
        ours = view_problems(case.payload)
    else:
        ours = message_problems(case.payload, update=case.kind == "update", ephemeral=case.kind == "ephemeral")
    assert ours or not judged(case)


def test_the_judges_still_judge() -> None:
    """Each library refuses most of the corpus by itself: an adapter that lost its bite would show here."""
    refusing = Counter(
        library for case in VIOLATIONS for library in {refusal.split(":")[0] for refusal in judged(case)}
    )
    assert refusing["slackblocks"] >= 115
    assert refusing["blockkit"] >= 90
