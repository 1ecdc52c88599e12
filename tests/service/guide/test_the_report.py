"""The report's own step: what the rule and the event say, with no call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.domain.answer import Answer, Standing
from bot.domain.detection import Detection, RuleAlert
from bot.service.guide import the_report
from tests.fakes.desk import Desk, detection_of
from tests.fakes.guide_desk import ask_step


async def answers_for(desk: Desk, **changes: object) -> dict[str, Answer]:
    """The step's answers for a detection with these changes."""
    case = await desk.case()
    detection: Detection = replace(detection_of(desk.target, "event-1"), **changes)  # type: ignore[arg-type]
    return await ask_step(the_report.STEP, replace(case, detections=(detection,)), desk.aws)


async def test_it_makes_no_call(desk: Desk) -> None:
    """The report is read without AWS."""
    before = len(desk.aws.journal)
    found = await answers_for(desk)
    assert (len(desk.aws.journal), len(found)) == (before, len(the_report.STEP.questions))


async def test_an_old_rule_is_said_to_be_old(desk: Desk) -> None:
    """An alert of version 1 names its version and says that it is old."""
    found = await answers_for(desk, alert=RuleAlert("Elastic", version="1", severity="medium", risk_score="47"))
    assert "is old" in found["rule_version"].sentence
    assert "risk score 47" in found["rule_severity"].sentence


async def test_a_late_alert_says_what_the_rule_misses(desk: Desk) -> None:
    """An alert later than the look-back says that such events may be missed."""
    happened = detection_of(desk.target, "event-1").happened_at
    late = RuleAlert("Elastic", version="6", alerted_at=happened + timedelta(minutes=9))
    assert "is missed" in (await answers_for(desk, alert=late))["delay"].sentence
    quick = replace(late, alerted_at=happened + timedelta(seconds=40))
    assert "is missed" not in (await answers_for(desk, alert=quick))["delay"].sentence


async def test_without_a_rule_it_does_not_apply(desk: Desk) -> None:
    """An event that no rule sent has no version, severity or run."""
    found = await answers_for(desk)
    standings = {found[one].standing for one in ("rule_version", "rule_severity", "many_at_once")}
    assert standings == {Standing.DOES_NOT_APPLY}


async def test_a_request_without_answer_says_so(desk: Desk) -> None:
    """What the report does not show is named as not checked."""
    detection = detection_of(desk.target, "event-1")
    found = await answers_for(desk, anchor=replace(detection.anchor, arn=None))
    assert found["request"].not_checked == ("The report does not show AWS's answer.",)
