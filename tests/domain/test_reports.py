"""Reports of one event: what they say together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.domain.detection import Detection, RuleAlert
from bot.domain.reports import tells_more, with_report

EVENT = Detection(
    event_id="event-1",
    event_name="CreateTrustAnchor",
    event_source="rolesanywhere.amazonaws.com",
    happened_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
    account="111122223333",
    region="eu-west-1",
    form="elastic",
)


def test_the_finding_of_a_second_report_is_kept() -> None:
    """The guide must know it again; the same finding once more is no news, and the first alert stays the alert."""
    first = replace(EVENT, alert=RuleAlert("Elastic", severity="medium"))
    second = replace(EVENT, alert=RuleAlert("GuardDuty", finding_ids=("f1",)))
    together = with_report(first, second)
    assert together.alert == RuleAlert("Elastic", severity="medium", finding_ids=("f1",))
    assert tells_more(first, together)
    assert not tells_more(together, with_report(together, second))
