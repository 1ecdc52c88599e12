"""The Regions in which an account's keys work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from bot.domain.errors import AwsError
from bot.domain.global_region import global_region
from bot.service.guide.inquiry import Inquiry

PERMISSIONS = ("ec2:DescribeRegions", "account:ListRegions")
"""Either of them is enough."""

_ENABLED = ["ENABLED", "ENABLED_BY_DEFAULT", "ENABLING"]


@dataclass(frozen=True, slots=True)
class AccountRegions:
    """The names, the trust anchor's own first; ``why_few`` says why these are not all, and is None when they are."""

    names: tuple[str, ...]
    why_few: str | None = None


async def account_regions(inquiry: Inquiry) -> AccountRegions:
    """Every enabled Region; when AWS does not say which, the trust anchor's and that of global services."""

    async def read() -> AccountRegions:
        own = inquiry.case.target.region
        last = global_region(inquiry.case.target.anchor_arn)
        refused = []
        for ask in (_from_ec2, _from_account):
            try:
                return AccountRegions(tuple(dict.fromkeys((own, last, *await ask(inquiry)))))
            except AwsError as error:
                refused.append(f"{error.operation} answered {error.code}")
        names = tuple(dict.fromkeys((own, last)))
        why = f"Other Regions than {' and '.join(names)}: AWS did not list them ({'; '.join(refused)})."
        return AccountRegions(names, why)

    return cast("AccountRegions", await inquiry.once("account_regions", read))


async def _from_ec2(inquiry: Inquiry) -> list[str]:
    answer = await inquiry.aws().call("ec2", "DescribeRegions")
    return sorted(str(one["RegionName"]) for one in answer.get("Regions", ()) if one.get("RegionName"))


async def _from_account(inquiry: Inquiry) -> list[str]:
    listed = await inquiry.all_pages("account", "ListRegions", "Regions", RegionOptStatusContains=_ENABLED)
    return sorted(str(one["RegionName"]) for one in listed if one.get("RegionName"))
