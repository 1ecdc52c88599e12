"""ListFindings and GetFindings, which moto's GuardDuty lacks.

See: https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ListFindings.html
"""

import json
import operator
from collections.abc import Callable
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.guardduty.responses import GuardDutyResponse

from bot.sandbox.aws.control_client import JsonValue
from bot.sandbox.aws.paging import ForeignToken, page_of

_MAX_RESULTS = 50
_SAME = {"eq", "equals"}
_OTHER = {"neq", "notEquals"}
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "greaterThan": operator.gt,
    "gte": operator.ge,
    "greaterThanOrEqual": operator.ge,
    "lt": operator.lt,
    "lessThan": operator.lt,
    "lte": operator.le,
    "lessThanOrEqual": operator.le,
}


class GuardDutyFindings(BaseBackend):
    """The findings of one account and Region, members as boto3 shows them, oldest first."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.findings: list[dict[str, Any]] = []


class BadRequestException(ServiceException):
    """The detector is not this account's, or a parameter is outside its bounds."""

    code = "BadRequestException"


class FindingsResponse(GuardDutyResponse):
    """moto's GuardDuty with its findings."""

    def list_findings(self) -> ActionResult:
        """ListFindings: ids, 50 a page at most."""
        self._check_detector()
        asked: dict[str, Any] = json.loads(self.body) if self.body else {}
        limit = asked.get("maxResults", _MAX_RESULTS)
        if not 1 <= limit <= _MAX_RESULTS:
            raise BadRequestException("The request is rejected because maxResults is out-of-bounds.")
        criteria = asked.get("findingCriteria", {}).get("criterion", {})
        found = [one["Id"] for one in self._held() if all(_fits(one, *criterion) for criterion in criteria.items())]
        try:
            page, token = page_of(found, limit, asked.get("nextToken"))
        except ForeignToken as foreign:
            raise BadRequestException("The request is rejected because nextToken is invalid.") from foreign
        return ActionResult({"FindingIds": page, "NextToken": token or ""})

    def get_findings(self) -> ActionResult:
        """GetFindings: 50 ids at most; those that are not there are left out."""
        self._check_detector()
        ids = json.loads(self.body)["findingIds"]
        if len(ids) > _MAX_RESULTS:
            raise BadRequestException("The request is rejected because findingIds is out-of-bounds.")
        return ActionResult({"Findings": [one for one in self._held() if one["Id"] in ids]})

    def _held(self) -> list[dict[str, Any]]:
        return guardduty_findings[self.current_account][self.region].findings

    def _check_detector(self) -> None:
        if self.path.split("/")[2] not in self.guardduty_backend.list_detectors():
            raise BadRequestException(
                "The request is rejected because the input detectorId is not owned by the current account."
            )


def _fits(finding: dict[str, Any], path: str, wanted: dict[str, JsonValue]) -> bool:
    value: JsonValue = finding
    for name in path.split("."):
        value = value.get(name[:1].upper() + name[1:]) if isinstance(value, dict) else None
    if isinstance(value, bool):
        value = str(value).lower()
    return value is not None and all(_passes(value, name, one) for name, one in wanted.items())


def _passes(value: JsonValue, test: str, wanted: JsonValue) -> bool:
    if test in _SAME or test in _OTHER:
        return (str(value) in wanted) == (test in _SAME)
    return _ORDER[test](value, wanted)


guardduty_findings = BackendDict(GuardDutyFindings, "guardduty")
