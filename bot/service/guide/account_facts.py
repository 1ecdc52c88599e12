"""What AWS says an account is for: its alias, and its name, tags and unit in the organization."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import AwsDenied, AwsError
from bot.service.aws_words import aws_sentence
from bot.service.guide.inquiry import Inquiry

PERMISSIONS = (
    "iam:ListAccountAliases",
    "organizations:DescribeOrganization",
    "organizations:DescribeAccount",
    "organizations:ListTagsForResource",
    "organizations:ListParents",
    "organizations:DescribeOrganizationalUnit",
)
_LONGEST = 64
_MOST_TAGS = 12


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What was found; None and empty for what was not. ``refused`` are IAM actions, ``failed`` sentences."""

    alias: str | None = None
    name: str | None = None
    unit: str | None = None
    tags: Mapping[str, str] | None = None
    refused: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that may hint at what the account is for."""
        values = (self.alias, self.name, self.unit, *(self.tags or {}).values())
        return tuple(one for one in values if one)


async def account_facts(inquiry: Inquiry) -> AccountFacts:
    """Ask AWS about the account of the trust anchor; whatever it refuses is named and stops nothing else.

    A member account may not describe itself, so the management account is asked with the read role there.

    See: https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeAccount.html
    """
    reader = _Reader(inquiry)
    alias = await reader.alias()
    name, unit, tags = await reader.organization()
    return AccountFacts(alias, name, unit, tags, tuple(reader.refused), tuple(reader.failed))


class _Reader:
    def __init__(self, inquiry: Inquiry) -> None:
        self._inquiry = inquiry
        self._account = inquiry.case.target.account
        self.refused: list[str] = []
        self.failed: list[str] = []

    async def alias(self) -> str | None:
        answer = await self._call(None, "iam", "ListAccountAliases")
        return next((str(one)[:_LONGEST] for one in answer.get("AccountAliases") or ()), None)

    async def organization(self) -> tuple[str | None, str | None, Mapping[str, str] | None]:
        answer = await self._call(None, "organizations", "DescribeOrganization")
        management = (answer.get("Organization") or {}).get("MasterAccountId")
        if not management:
            return None, None, None
        found = await self._call(management, "organizations", "DescribeAccount", AccountId=self._account)
        account = found.get("Account") or {}
        if account.get("Id") != self._account:
            return None, None, None
        tags = await self._call(management, "organizations", "ListTagsForResource", ResourceId=self._account)
        pairs = [(str(one.get("Key")), str(one.get("Value"))[:_LONGEST]) for one in tags.get("Tags") or ()]
        name = str(account.get("Name") or "")[:_LONGEST] or None
        return name, await self._unit(management), dict(pairs[:_MOST_TAGS])

    async def _unit(self, management: str) -> str | None:
        parents = await self._call(management, "organizations", "ListParents", ChildId=self._account)
        parent: Mapping[str, Any] = next(iter(parents.get("Parents") or ()), {})
        if parent.get("Type") != "ORGANIZATIONAL_UNIT":
            return None
        answer = await self._call(
            management, "organizations", "DescribeOrganizationalUnit", OrganizationalUnitId=parent["Id"]
        )
        return str((answer.get("OrganizationalUnit") or {}).get("Name") or "")[:_LONGEST] or None

    async def _call(self, account: str | None, service: str, operation: str, **parameters: object) -> Mapping[str, Any]:
        aws = self._inquiry.aws(region=self._inquiry.iam_region, account=account)
        try:
            return await aws.call(service, operation, **parameters)
        except AwsDenied as error:
            self.refused.append(error.operation)
        except AwsError as error:
            self.failed.append(aws_sentence(error))
        return {}
