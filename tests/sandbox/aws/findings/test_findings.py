"""Findings of GuardDuty and Security Hub: pages, filters, and services that are not switched on."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.findings.guardduty import guardduty_findings

ACCOUNT = "123456789012"


def _refusal(call: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    return str(refused.value.response["Error"]["Code"])


def _anomaly(number: int, key: str) -> dict[str, Any]:
    return {
        "AccountId": ACCOUNT,
        "Arn": f"arn:aws:guardduty:us-east-1:{ACCOUNT}:detector/d/finding/{number}",
        "CreatedAt": "2026-03-01T12:00:00.000Z",
        "UpdatedAt": "2026-03-01T12:00:00.000Z",
        "Id": f"{number:032x}",
        "Region": "us-east-1",
        "SchemaVersion": "2.0",
        "Severity": 5.0,
        "Title": "Anomalous calls",
        "Type": "Persistence:IAMUser/AnomalousBehavior",
        "Resource": {"ResourceType": "AccessKey", "AccessKeyDetails": {"AccessKeyId": key, "UserName": "build-bot"}},
        "Service": {"Archived": False, "ServiceName": "guardduty"},
    }


def test_guardduty_findings_of_one_key_in_pages(once: Any, endpoint: str) -> None:
    """Only findings of the key come, over two pages, and GetFindings tells them whole."""
    guard = once("guardduty", endpoint)
    assert guard.list_detectors()["DetectorIds"] == []
    detector = guard.create_detector(Enable=True)["DetectorId"]
    held = guardduty_findings[ACCOUNT]["us-east-1"].findings
    held += [_anomaly(number, "AKIAONE" if number < 3 else "AKIATWO") for number in range(5)]
    criteria = {"Criterion": {"resource.accessKeyDetails.accessKeyId": {"Equals": ["AKIAONE"]}}}
    pages = guard.get_paginator("list_findings").paginate(
        DetectorId=detector, FindingCriteria=criteria, PaginationConfig={"PageSize": 2}
    )
    ids = [found for page in pages for found in page["FindingIds"]]
    findings = guard.get_findings(DetectorId=detector, FindingIds=ids)["Findings"]
    assert [one["Resource"]["AccessKeyDetails"]["AccessKeyId"] for one in findings] == ["AKIAONE"] * 3
    assert findings[0]["Type"] == "Persistence:IAMUser/AnomalousBehavior"


def test_guardduty_knows_its_detectors(once: Any, endpoint: str) -> None:
    """A detector of nobody, and 51 ids, are refused."""
    guard = once("guardduty", endpoint)
    assert _refusal(guard.list_findings, DetectorId="0" * 32) == "BadRequestException"
    detector = guard.create_detector(Enable=True)["DetectorId"]
    assert _refusal(guard.get_findings, DetectorId=detector, FindingIds=["a"] * 51) == "BadRequestException"


def _asff(number: int, state: str) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"finding-{number}",
        "ProductArn": f"arn:aws:securityhub:us-east-1:{ACCOUNT}:product/{ACCOUNT}/default",
        "GeneratorId": "g",
        "AwsAccountId": ACCOUNT,
        "Types": ["TTPs/Persistence"],
        "CreatedAt": "2026-03-01T12:00:00Z",
        "UpdatedAt": "2026-03-01T12:00:00Z",
        "Severity": {"Label": "HIGH"},
        "Title": "t",
        "Description": "d",
        "RecordState": state,
        "Resources": [{"Type": "AwsIamUser", "Id": f"arn:aws:iam::{ACCOUNT}:user/u{number}"}],
    }


def test_security_hub_filters(once: Any, endpoint: str) -> None:
    """Filters are kept, each must fit, and one that is unknown here is refused instead of ignored."""
    hub = once("securityhub", endpoint)
    assert _refusal(hub.get_findings) == "InvalidAccessException"
    hub.enable_security_hub()
    hub.batch_import_findings(Findings=[_asff(1, "ACTIVE"), _asff(2, "ARCHIVED"), _asff(3, "ACTIVE")])
    active = {"RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}]}
    one = {"ResourceId": [{"Value": f"arn:aws:iam::{ACCOUNT}:user/u3", "Comparison": "EQUALS"}]}
    assert [found["Id"] for found in hub.get_findings(Filters=active)["Findings"]] == ["finding-1", "finding-3"]
    assert [found["Id"] for found in hub.get_findings(Filters={**active, **one})["Findings"]] == ["finding-3"]
    pages = hub.get_paginator("get_findings").paginate(Filters=active, PaginationConfig={"PageSize": 1})
    assert [len(page["Findings"]) for page in pages] == [1, 1]
    assert _refusal(hub.get_findings, Filters={"Keyword": [{"Value": "x"}]}) == "InvalidInputException"
