"""What a one-time code is worth, over any order of codes and pauses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approval import Reason
from bot.domain.code_check import (
    MOST_WRONG,
    NEVER_USED,
    WRONG_WINDOW,
    CodeCheck,
    code_refusal,
    judge_code,
)
from tests.fakes.chains import NOON

tries = st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 6)), st.integers(0, 400)), max_size=40)


@given(tries)
def test_no_step_counts_twice_or_backwards(given_codes: list[tuple[int | None, int]]) -> None:
    """The steps of the right codes only ever grow."""
    use, now, right = NEVER_USED, NOON, []
    for step, seconds in given_codes:
        now += timedelta(seconds=seconds)
        check, use = judge_code(use, step, now)
        if check is CodeCheck.RIGHT:
            right.append(step)
    assert right == sorted(set(right), key=lambda step: step or 0)
    assert None not in right


@given(tries)
def test_no_window_holds_more_wrong_codes_than_two_countings(given_codes: list[tuple[int | None, int]]) -> None:
    """However the pauses fall, at most twice the allowed number of wrong codes is looked at within one window."""
    use, now, looked_at = NEVER_USED, NOON, []
    for _, seconds in given_codes:
        now += timedelta(seconds=seconds)
        check, use = judge_code(use, None, now)
        if check is not CodeCheck.LOCKED:
            looked_at.append(now)
    for start in looked_at:
        assert sum(start <= one < start + WRONG_WINDOW for one in looked_at) <= 2 * MOST_WRONG


def test_a_used_code_counts_as_a_try() -> None:
    """Who found an old code can't try it for ever."""
    _, use = judge_code(NEVER_USED, 9, NOON)
    for _ in range(MOST_WRONG):
        check, use = judge_code(use, 9, NOON)
        assert check is CodeCheck.USED
    assert judge_code(use, 10, NOON)[0] is CodeCheck.LOCKED


def test_a_right_code_forgets_the_wrong_ones() -> None:
    """Four slips and a right code leave nothing behind."""
    use = NEVER_USED
    for _ in range(MOST_WRONG - 1):
        _, use = judge_code(use, None, NOON)
    check, use = judge_code(use, 1, NOON)
    assert (check, use.wrong, use.wrong_since) == (CodeCheck.RIGHT, 0, None)


@pytest.mark.parametrize("check", [None, *(one for one in CodeCheck if one is not CodeCheck.RIGHT)])
def test_everything_but_a_right_code_is_a_no_with_its_sentence(check: CodeCheck | None) -> None:
    """Each has a sentence of its own, and says that nothing was done once a code was given."""
    decision = code_refusal(check)
    assert decision is not None
    assert not decision.allowed
    assert decision.reason is (Reason.CODE_MISSING if check is None else Reason.CODE_REFUSED)
    assert check is None or "Nothing was done." in decision.sentence


def test_a_right_code_is_no_refusal() -> None:
    """Nothing stands against it."""
    assert code_refusal(CodeCheck.RIGHT) is None
