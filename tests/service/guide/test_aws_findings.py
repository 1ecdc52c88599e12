"""What AWS's own detection has, and whether it is on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.answer import Answer, Standing
from bot.domain.detection import Actor, RuleAlert
from bot.domain.errors import AwsError
from bot.service.guide import aws_findings
from tests.fakes.desk import Desk, detection_of
from tests.fakes.guide_desk import ask_step


async def asked(desk: Desk, actor: Actor | None = None, alert: RuleAlert | None = None) -> dict[str, Answer]:
    """The step's answers about an actor."""
    actor = actor or Actor(arn="arn:aws:iam::1:user/mallory", name="mallory", access_key_id="AKIAEXAMPLE")
    detection = replace(detection_of(desk.target, "event-1"), actor=actor, alert=alert)
    case = replace(await desk.case(), detections=(detection,))
    return await ask_step(aws_findings.STEP, case, desk.aws)


def serve(desk: Desk, detectors: list[str], findings: list[dict[str, Any]]) -> None:
    """Let both services answer."""
    desk.aws.serve("guardduty:ListDetectors", {"DetectorIds": detectors})
    desk.aws.serve("guardduty:ListFindings", {"FindingIds": [str(one["Id"]) for one in findings]})
    desk.aws.serve("guardduty:GetFindings", {"Findings": findings})
    desk.aws.serve("securityhub:GetFindings", {"Findings": []})


async def test_guardduty_that_is_off_is_no_all_clear(desk: Desk) -> None:
    """Without a detector nothing could have been found, and that is said."""
    serve(desk, [], [])
    found = (await asked(desk))["guardduty"]
    assert "is off" in found.sentence
    assert found.facts == {"on": False}


async def test_a_finding_is_shown_once(desk: Desk) -> None:
    """A finding that both searches bring is one finding."""
    finding = {"Id": "f", "Type": "Persistence:IAMUser/X", "Severity": 5, "Title": "odd", "UpdatedAt": "2026-11-22"}
    serve(desk, ["d"], [finding])
    found = (await asked(desk))["guardduty"]
    assert found.lines == ("2026-11-22 Persistence:IAMUser/X, severity 5: odd",)
    assert [one.code for one in found.signs] == ["other_findings"]


async def test_only_open_findings_are_asked_for(desk: Desk) -> None:
    """What people have archived, suppressed or resolved was judged already and must not ring again."""
    asked_of: list[Mapping[str, Any]] = []

    def none_found(wanted: Mapping[str, Any]) -> dict[str, Any]:
        asked_of.append(wanted)
        return {"FindingIds": [], "Findings": []}

    serve(desk, ["d"], [])
    desk.aws.serve("guardduty:ListFindings", none_found)
    desk.aws.serve("securityhub:GetFindings", none_found)
    found = await asked(desk)
    assert asked_of[0]["FindingCriteria"]["Criterion"]["service.archived"] == {"Equals": ["false"]}
    assert [one["Value"] for one in asked_of[-1]["Filters"]["WorkflowStatus"]] == ["NEW", "NOTIFIED"]
    assert found["guardduty"].sentence.startswith("GuardDuty is on and has no open finding about")


async def test_checks_of_settings_raise_nothing(desk: Desk) -> None:
    """Security Hub has such results about most users: passed ones are left out, failed ones are told without a sign."""
    check = {"Title": "IAM.5 MFA should be enabled", "UpdatedAt": "2026-11-22", "Severity": {"Label": "MEDIUM"}}
    passed = {**check, "Title": "IAM.2 No policies", "Compliance": {"Status": "PASSED"}}
    serve(desk, ["d"], [])
    desk.aws.serve("securityhub:GetFindings", {"Findings": [{**check, "Compliance": {"Status": "FAILED"}}, passed]})
    found = (await asked(desk))["security_hub"]
    assert found.sentence.endswith("1 check of settings failed, which says nothing of what happened.")
    assert found.lines == ("2026-11-22 IAM.5 MFA should be enabled, severity MEDIUM",)
    assert (found.signs, found.facts["findings"], found.facts["failed_checks"]) == ((), 0, 1)


async def test_an_event_in_security_hub_is_a_sign(desk: Desk) -> None:
    """What a detector found stands beside the checks and counts."""
    event = {"Title": "Odd caller", "UpdatedAt": "2026-11-22", "Severity": {"Label": "HIGH"}}
    serve(desk, ["d"], [])
    desk.aws.serve("securityhub:GetFindings", {"Findings": [event]})
    assert [one.code for one in (await asked(desk))["security_hub"].signs] == ["other_findings"]


async def test_one_service_that_refuses_costs_one_answer(desk: Desk) -> None:
    """Security Hub's refusal leaves GuardDuty's answer standing."""
    serve(desk, ["d"], [])
    desk.aws.fail("securityhub:GetFindings", "deny")
    found = await asked(desk)
    assert (found["guardduty"].standing, found["security_hub"].standing) == (Standing.ANSWERED, Standing.NOT_ALLOWED)


async def test_security_hub_that_is_off_is_no_failure(desk: Desk) -> None:
    """An account without Security Hub is told so; any other error stays an error."""

    def off(_parameters: Any) -> dict[str, Any]:
        raise AwsError("InvalidAccessException", "not subscribed", "securityhub:GetFindings")

    serve(desk, ["d"], [])
    desk.aws.serve("securityhub:GetFindings", off)
    assert (await asked(desk))["security_hub"].facts == {"on": False}
    desk.aws.fail("securityhub:GetFindings", "error")
    assert (await asked(desk))["security_hub"].standing is Standing.COULD_NOT_CHECK


async def test_nobody_to_search_for_is_said(desk: Desk) -> None:
    """An alert without an identity can't be searched in GuardDuty."""
    serve(desk, ["d"], [])
    assert (await asked(desk, Actor(kind="AWSService")))["guardduty"].standing is Standing.COULD_NOT_CHECK


OWN_ID = "f1"
OWN_ARN = f"arn:aws:guardduty:us-east-1:111122223333:detector/d/finding/{OWN_ID}"


@pytest.mark.parametrize("names", [(OWN_ID,), (OWN_ARN,), (OWN_ARN, OWN_ID)])
async def test_the_finding_that_reported_the_case_is_no_other_finding(desk: Desk, names: tuple[str, ...]) -> None:
    """GuardDuty's own alert, by id or ARN, raises nothing in GuardDuty and in Security Hub, and that is said."""
    serve(desk, ["d"], [{"Id": OWN_ID, "Arn": OWN_ARN, "Type": "t", "Title": "new anchor"}])
    desk.aws.serve("securityhub:GetFindings", {"Findings": [{"Id": OWN_ARN, "Title": "new anchor"}]})
    found = await asked(desk, alert=RuleAlert("GuardDuty", finding_ids=names))
    for question in ("guardduty", "security_hub"):
        assert (found[question].signs, found[question].facts["findings"]) == ((), 0)
        assert "no other open finding" in found[question].sentence
        assert found[question].sentence.endswith("The finding that reported this case is not counted.")


async def test_another_finding_beside_it_still_counts(desk: Desk) -> None:
    """Only the finding of that very name is left out, not those that look like it."""
    own = "arn:aws:securityhub:us-east-1:111122223333:finding/6f1c"
    serve(desk, [], [])
    other = {"Id": f"{own}0", "Title": "Odd caller"}
    desk.aws.serve("securityhub:GetFindings", {"Findings": [{"Id": own, "Title": "New anchor"}, other]})
    found = (await asked(desk, alert=RuleAlert("Security Hub", finding_ids=(own,))))["security_hub"]
    assert [one.sentence for one in found.signs] == [
        f"Security Hub has 1 other open finding about this identity or trust anchor in {desk.target.region}."
    ]
    assert found.lines == ("None Odd caller, severity None",)
