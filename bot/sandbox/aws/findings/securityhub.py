"""Security Hub's GetFindings with its filters, which moto ignores.

See: https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_GetFindings.html
"""

import json
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.securityhub.responses import SecurityHubResponse

from bot.sandbox.aws.control_client import JsonValue
from bot.sandbox.aws.paging import ForeignToken, page_of

_MAX_RESULTS = 100
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "NOT_EQUALS": lambda value, wanted: value != wanted,
    "PREFIX": lambda value, wanted: value.startswith(wanted),
    "PREFIX_NOT_EQUALS": lambda value, wanted: not value.startswith(wanted),
    "CONTAINS": lambda value, wanted: wanted in value,
}
# Where each filter looks in a finding; a filter that is not here is refused instead of ignored.
_LOOKS_AT = {
    "AwsAccountId": ("AwsAccountId",),
    "CreatedAt": ("CreatedAt",),
    "GeneratorId": ("GeneratorId",),
    "Id": ("Id",),
    "ProductArn": ("ProductArn",),
    "ProductName": ("ProductName",),
    "RecordState": ("RecordState",),
    "Region": ("Region",),
    "ResourceId": ("Resources", "Id"),
    "ResourceType": ("Resources", "Type"),
    "SeverityLabel": ("Severity", "Label"),
    "Title": ("Title",),
    "Type": ("Types",),
    "UpdatedAt": ("UpdatedAt",),
    "WorkflowStatus": ("Workflow", "Status"),
}


class InvalidAccessException(ServiceException):
    """Security Hub is not enabled in the account."""

    code = "InvalidAccessException"
    status = 401


class InvalidInputException(ServiceException):
    """A filter is unknown or a parameter is outside its bounds."""

    code = "InvalidInputException"


class FilteredFindingsResponse(SecurityHubResponse):
    """moto's Security Hub, whose GetFindings looks at the filters."""

    def get_findings(self) -> ActionResult:  # type: ignore[override]
        """GetFindings: 100 a page at most; of one filter any value, of all filters each."""
        if not self.securityhub_backend.enabled:
            raise InvalidAccessException("Account is not subscribed to AWS Security Hub")
        asked: dict[str, Any] = json.loads(self.body) if self.body else {}
        limit = asked.get("MaxResults", _MAX_RESULTS)
        if not 1 <= limit <= _MAX_RESULTS:
            raise InvalidInputException(f"MaxResults must be between 1 and {_MAX_RESULTS}")
        filters = asked.get("Filters", {})
        unknown = sorted(set(filters) - set(_LOOKS_AT))
        if unknown:
            raise InvalidInputException(f"Unknown filter: {', '.join(unknown)}")
        found = [one.data for one in self.securityhub_backend.findings if _fits(one.data, filters)]
        try:
            page, token = page_of(found, limit, asked.get("NextToken"))
        except ForeignToken as foreign:
            raise InvalidInputException("Invalid NextToken") from foreign
        return ActionResult({"Findings": page, "NextToken": token})


def _fits(finding: dict[str, Any], filters: dict[str, list[dict[str, Any]]]) -> bool:
    return all(
        any(_matches(value, one) for value in _values(finding, _LOOKS_AT[name]) for one in wanted)
        for name, wanted in filters.items()
    )


def _values(value: JsonValue, path: tuple[str, ...]) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in _values(item, path)]
    if not path:
        return [] if value is None else [str(value)]
    return _values(value.get(path[0]), path[1:]) if isinstance(value, dict) else []


def _matches(value: str, wanted: dict[str, Any]) -> bool:
    if "Start" in wanted or "End" in wanted:
        return bool(wanted.get("Start", "") <= value <= wanted.get("End", "~"))
    return _TESTS[wanted["Comparison"]](value, wanted["Value"])
