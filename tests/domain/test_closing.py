"""Why a case is closed: Elastic's words, and old logs that know one of them only."""

from __future__ import annotations

from bot.domain import events as ev
from bot.domain.audit import Entry
from bot.domain.case import CLOSED_STATES, Case, CaseState
from bot.domain.closing import CloseReason, close_reason_of
from bot.domain.fold import fold
from tests.fakes.fake_aws import NOW


def test_the_values_are_those_that_elastic_stores() -> None:
    """They can be written back as they are; each has a meaning that fits under an option of Slack."""
    assert [one.value for one in CloseReason] == ["false_positive", "benign_positive", "true_positive", "duplicate"]
    assert [one.words for one in CloseReason][:2] == ["False positive", "Benign positive"]
    assert all(0 < len(one.meaning) <= 75 for one in CloseReason)


def test_each_has_a_state_of_its_own() -> None:
    """The state's value is the same in small letters."""
    assert {one.value for one in CLOSED_STATES} == {one.words.lower() for one in CloseReason}


def test_an_old_log_says_false_positive() -> None:
    """An entry that has a reason only was a false positive, and one of a newer version is at least closed."""
    old = Entry("AW-1", 1, NOW, "case:marked_false_positive", "slack:U1", {"reason": "ours"}, "", "h")
    case = fold(Case("AW-1"), [old])
    assert case.state is CaseState.FALSE_POSITIVE
    assert close_reason_of("automated_closure") is CloseReason.FALSE_POSITIVE
    assert isinstance(ev.event_of(old), ev.MarkedFalsePositive)
