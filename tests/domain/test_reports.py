"""Reports of one event: what they say together."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.detection import RuleAlert
from bot.domain.reports import tells_more, with_report
from tests.fakes.desk import Desk, detection_of


def test_the_finding_of_a_second_report_is_kept(desk: Desk) -> None:
    """The guide must know it again; the same finding once more is no news, and the first alert stays the alert."""
    first = replace(detection_of(desk.target, "event-1"), alert=RuleAlert("Elastic", severity="medium"))
    second = replace(first, alert=RuleAlert("GuardDuty", finding_ids=("f1",)))
    together = with_report(first, second)
    assert together.alert == RuleAlert("Elastic", severity="medium", finding_ids=("f1",))
    assert tells_more(first, together)
    assert not tells_more(together, with_report(together, second))
