"""What GuardDuty and Security Hub have found about the same identity, and whether they are on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.domain.answer import Answer, Question, Sign, answered, could_not_check
from bot.domain.detection import Detection
from bot.domain.errors import AwsError
from bot.domain.usage.words import counted
from bot.service.guide.answering import safely
from bot.service.guide.inquiry import Inquiry, Step

_SINCE = timedelta(days=90)
_MOST = 50
_MOST_LINES = 15
# See: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html
_HUB_IS_OFF = "InvalidAccessException"
# Findings that nobody has looked at and put away.
# See: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Workflow.html
_OPEN = ("NEW", "NOTIFIED")

_GUARDDUTY = Question("guardduty", ("101",), "Is GuardDuty on, and what has it found about this identity?")
_HUB = Question("security_hub", ("100",), "What does Security Hub have about this identity or trust anchor?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    yield await safely(_GUARDDUTY, _guardduty(inquiry))
    yield await safely(_HUB, _security_hub(inquiry))


async def _guardduty(inquiry: Inquiry) -> Answer:
    aws, detection = inquiry.aws(), inquiry.case.detection
    detectors = (await aws.call("guardduty", "ListDetectors")).get("DetectorIds") or []
    if not detectors:
        sentence = f"GuardDuty is off in {detection.region}: it would not have seen this identity."
        return answered(_GUARDDUTY.id, sentence, facts={"on": False})
    criteria = _criteria(detection)
    if not criteria:
        return could_not_check(_GUARDDUTY.id, "GuardDuty is on; the report names nobody to search it for.")
    found: list[Mapping[str, Any]] = []
    for criterion in criteria:
        found.extend(await _findings(inquiry, str(detectors[0]), criterion))
    return _answer(_GUARDDUTY, "GuardDuty is on and has", [_guardduty_line(one) for one in found], detection)


async def _findings(inquiry: Inquiry, detector: str, criterion: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    aws, since = inquiry.aws(), inquiry.case.detection.happened_at - _SINCE
    open_since = {
        "updatedAt": {"GreaterThanOrEqual": int(since.timestamp() * 1000)},
        # Without it GuardDuty lists what people have judged and put away too.
        "service.archived": {"Equals": ["false"]},
    }
    wanted = {"Criterion": {**criterion, **open_since}}
    listed = await aws.call("guardduty", "ListFindings", DetectorId=detector, FindingCriteria=wanted, MaxResults=_MOST)
    ids = listed.get("FindingIds") or []
    if not ids:
        return ()
    answer = await aws.call("guardduty", "GetFindings", DetectorId=detector, FindingIds=ids)
    findings: Sequence[Mapping[str, Any]] = answer.get("Findings") or ()
    return findings


def _criteria(detection: Detection) -> list[dict[str, Any]]:
    """One search for each thing by which GuardDuty knows the identity; it joins several criteria with "and"."""
    actor = detection.actor
    pairs = (
        ("resource.accessKeyDetails.accessKeyId", actor.access_key_id),
        ("resource.accessKeyDetails.userName", actor.name),
    )
    return [{name: {"Equals": [value]}} for name, value in pairs if value]


def _guardduty_line(finding: Mapping[str, Any]) -> str:
    return (
        f"{finding.get('UpdatedAt')} {finding.get('Type')}, severity {finding.get('Severity')}: {finding.get('Title')}"
    )


async def _security_hub(inquiry: Inquiry) -> Answer:
    detection = inquiry.case.detection
    ids = [one for one in (detection.anchor.arn, detection.actor.arn, detection.actor.session_issuer_arn) if one]
    if not ids:
        return could_not_check(_HUB.id, "The report names neither a trust anchor nor an identity to search for.")
    wanted = {
        "ResourceId": [{"Value": one, "Comparison": "EQUALS"} for one in ids],
        "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
        "WorkflowStatus": [{"Value": one, "Comparison": "EQUALS"} for one in _OPEN],
    }
    try:
        answer = await inquiry.aws().call("securityhub", "GetFindings", Filters=wanted, MaxResults=_MOST)
    except AwsError as error:
        if error.code != _HUB_IS_OFF:
            raise
        sentence = f"Security Hub is off in {detection.region}: it would not have seen this."
        return answered(_HUB.id, sentence, facts={"on": False})
    found = [one for one in answer.get("Findings") or () if not _is_passed(one)]
    events = [_hub_line(one) for one in found if not _is_check(one)]
    checks = tuple(_hub_line(one) for one in found if _is_check(one))
    return _answer(_HUB, "Security Hub has", events, detection, checks)


def _is_check(finding: Mapping[str, Any]) -> bool:
    """Whether it is the result of a check of settings, which most accounts have many of, and nothing that happened."""
    return bool(finding.get("Compliance"))


def _is_passed(finding: Mapping[str, Any]) -> bool:
    return (finding.get("Compliance") or {}).get("Status") == "PASSED"


def _hub_line(finding: Mapping[str, Any]) -> str:
    severity = (finding.get("Severity") or {}).get("Label")
    return f"{finding.get('UpdatedAt')} {finding.get('Title')}, severity {severity}"


def _answer(
    question: Question, begins: str, lines: Sequence[str], detection: Detection, checks: Sequence[str] = ()
) -> Answer:
    """The answer; ``checks`` are settings that failed a check: they are told, and say nothing of what happened."""
    distinct, failed = tuple(dict.fromkeys(lines)), tuple(dict.fromkeys(checks))
    number = len(distinct)
    words = counted(number, "open finding") if number else "no open finding"
    sentence = f"{begins} {words} about this identity or trust anchor in {detection.region}."
    signs = (Sign("other_findings", sentence),) if number else ()
    if failed:
        sentence += f" {counted(len(failed), 'check')} of settings failed, which says nothing of what happened."
    facts = {"on": True, "findings": number, "failed_checks": len(failed)}
    shown = (*distinct, *failed)[:_MOST_LINES]
    left_out = ("Other Regions were not asked.",)
    return answered(question.id, sentence, lines=shown, signs=signs, facts=facts, not_checked=left_out)


STEP = Step(
    id="aws_findings",
    title="What AWS's own detection has",
    questions=(_GUARDDUTY, _HUB),
    permissions=(
        "guardduty:ListDetectors",
        "guardduty:ListFindings",
        "guardduty:GetFindings",
        "securityhub:GetFindings",
    ),
    ask=_ask,
)
