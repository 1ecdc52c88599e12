"""What GuardDuty and Security Hub have found about the same identity, and whether they are on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.domain.answer import Answer, Question, Sign, answered, could_not_check
from bot.domain.case import Case
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
_GUARDDUTY_ARN = re.compile(r"arn:aws[a-z-]*:guardduty:[^/]*:detector/[^/]+/finding/[^/]+$")

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
    others, own = _told_apart(inquiry.case, found)
    lines = [_guardduty_line(one) for one in others]
    return _answer(_GUARDDUTY, "GuardDuty is on and has", lines, detection, is_source=own)


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
    others, own = _told_apart(inquiry.case, answer.get("Findings") or ())
    found = [one for one in others if not _is_passed(one)]
    events = [_hub_line(one) for one in found if not _is_check(one)]
    checks = tuple(_hub_line(one) for one in found if _is_check(one))
    return _answer(_HUB, "Security Hub has", events, detection, checks, is_source=own)


def _told_apart(case: Case, findings: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], bool]:
    """The findings that did not report this case themselves, and whether one was left out for it."""
    sources = {_own_id(one) for each in case.detections if each.alert for one in each.alert.finding_ids}
    others = [one for one in findings if sources.isdisjoint(map(_own_id, filter(None, map(one.get, ("Id", "Arn")))))]
    return others, len(others) < len(findings)


def _own_id(name: object) -> str:
    """A finding's name; of GuardDuty's ARN, which is its name in Security Hub, the finding's id in GuardDuty.

    See: https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-integration.html
    """
    text = str(name)
    return text.rpartition("/")[2] if _GUARDDUTY_ARN.match(text) else text


def _is_check(finding: Mapping[str, Any]) -> bool:
    """Whether it is the result of a check of settings, which most accounts have many of, and nothing that happened."""
    return bool(finding.get("Compliance"))


def _is_passed(finding: Mapping[str, Any]) -> bool:
    return (finding.get("Compliance") or {}).get("Status") == "PASSED"


def _hub_line(finding: Mapping[str, Any]) -> str:
    severity = (finding.get("Severity") or {}).get("Label")
    return f"{finding.get('UpdatedAt')} {finding.get('Title')}, severity {severity}"


def _answer(
    question: Question,
    begins: str,
    lines: Sequence[str],
    detection: Detection,
    checks: Sequence[str] = (),
    *,
    is_source: bool,
) -> Answer:
    """The answer; ``checks`` are settings that failed a check: they are told, and say nothing of what happened.

    ``is_source`` says that the finding that reported this case is there too and was not counted.
    """
    distinct, failed = tuple(dict.fromkeys(lines)), tuple(dict.fromkeys(checks))
    number = len(distinct)
    other = "other " if is_source else ""
    words = counted(number, f"{other}open finding") if number else f"no {other}open finding"
    sentence = f"{begins} {words} about this identity or trust anchor in {detection.region}."
    signs = (Sign("other_findings", sentence),) if number else ()
    if is_source:
        sentence += " The finding that reported this case is not counted."
    if failed:
        sentence += f" {counted(len(failed), 'check')} of settings failed, which says nothing of what happened."
    facts = {"on": True, "findings": number, "failed_checks": len(failed), "reported_this": is_source}
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
