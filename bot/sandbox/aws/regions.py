"""The Regions of every account here, and Account Management's list of them.

See: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""

import json
from typing import Any

from moto.account.responses import AccountResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult

from .paging import ForeignToken, page_of

ENABLED_BY_DEFAULT = (
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
)
# Those that an account must switch on; none is on here.
OPT_IN = ("af-south-1", "ap-east-1", "ap-south-2", "eu-central-2", "eu-south-1", "il-central-1", "me-south-1")

# See: https://docs.aws.amazon.com/accounts/latest/reference/API_ListRegions.html
_MAX_RESULTS = 50


class ValidationException(ServiceException):
    """A parameter is outside its bounds."""

    code = "ValidationException"


class RegionListResponse(AccountResponse):
    """moto's Account Management with the Regions.

    See: https://docs.aws.amazon.com/accounts/latest/reference/API_Operations.html
    """

    def list_regions(self) -> ActionResult:
        """ListRegions: 20 a page unless asked otherwise, 50 at most."""
        asked: dict[str, Any] = json.loads(self.body) if self.body else {}
        limit = asked.get("MaxResults", 20)
        if not isinstance(limit, int) or not 1 <= limit <= _MAX_RESULTS:
            raise ValidationException(f"MaxResults must be between 1 and {_MAX_RESULTS}")
        wanted = asked.get("RegionOptStatusContains")
        found = [entry for entry in _all() if wanted is None or entry["RegionOptStatus"] in wanted]
        try:
            page, token = page_of(found, limit, asked.get("NextToken"))
        except ForeignToken as foreign:
            raise ValidationException("Invalid NextToken") from foreign
        return ActionResult({"Regions": page, "NextToken": token})

    def get_region_opt_status(self) -> ActionResult:
        """GetRegionOptStatus."""
        asked: dict[str, Any] = json.loads(self.body)
        for entry in _all():
            if entry["RegionName"] == asked["RegionName"]:
                return ActionResult(entry)
        raise ValidationException(f"Invalid region {asked['RegionName']}")


def _all() -> list[dict[str, str]]:
    on = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in ENABLED_BY_DEFAULT]
    off = [{"RegionName": name, "RegionOptStatus": "DISABLED"} for name in OPT_IN]
    return sorted([*on, *off], key=lambda entry: entry["RegionName"])
