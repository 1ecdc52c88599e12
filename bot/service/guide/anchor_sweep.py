"""Looks for the keys of a CA in the trust anchors of every account and Region that can be read."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.errors import AwsDenied, AwsError
from bot.service.guide.account_regions import PERMISSIONS as REGION_PERMISSIONS
from bot.service.guide.account_regions import account_regions
from bot.service.guide.inquiry import Inquiry

PERMISSIONS = ("rolesanywhere:ListTrustAnchors", "sts:GetCallerIdentity", *REGION_PERMISSIONS)

_MOST_ACCOUNTS = 50
_MOST_SECONDS = 60.0
# Other steps and other cases want to call as well.
_AT_ONCE = 4
_MOST_REASONS = 8
_MOST_NAMED = 3
_NAME = 80

Place = tuple[str, str]
"""Account and Region."""


@dataclass(frozen=True, slots=True)
class AnchorSeen:
    """A trust anchor that has one of the keys; ``created`` and ``changed`` are None where AWS does not say."""

    arn: str
    account: str
    region: str
    name: str
    enabled: bool
    created: datetime | None
    changed: datetime | None


@dataclass(frozen=True, slots=True)
class Swept:
    """What was found, oldest first, and where was looked; ``not_checked`` has one sentence for each gap.

    ``private`` counts the trust anchors of AWS Private CA, which hold no certificate to compare.
    """

    anchors: tuple[AnchorSeen, ...] = ()
    places: tuple[Place, ...] = ()
    private: int = 0
    not_checked: tuple[str, ...] = ()

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that were looked at, each once."""
        return tuple(dict.fromkeys(account for account, _ in self.places))


async def sweep_anchors(inquiry: Inquiry, keys: Iterable[str]) -> Swept:
    """Look at the trust anchor's own account first, then at the others of the house; at most a minute.

    ``keys`` are the SHA-256 of public keys, as certificates have them.
    """
    sweep = _Sweep(inquiry, frozenset(keys))
    own = inquiry.case.target.account
    others = [one.account_id for one in inquiry.sources.house.accounts if one.account_id != own]
    for left_out in others[_MOST_ACCOUNTS:]:
        sweep.gaps[left_out, f"no more than {_MOST_ACCOUNTS} other accounts are looked at."].append("")
    places = await sweep.places_of((own, *others[:_MOST_ACCOUNTS]))
    await sweep.look(places)
    return sweep.swept()


@dataclass
class _Sweep:
    inquiry: Inquiry
    keys: frozenset[str]
    anchors: list[AnchorSeen] = field(default_factory=list)
    looked: list[Place] = field(default_factory=list)
    private: int = 0
    gaps: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    read: dict[tuple[str, ...], bool] = field(default_factory=dict)
    ends_at: float = field(default_factory=lambda: time.monotonic() + _MOST_SECONDS)
    at_once: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def places_of(self, accounts: Sequence[str]) -> list[Place]:
        """Every Region of every account that lets us in, in the order of the accounts."""
        found = await asyncio.gather(*map(self._regions, accounts))
        return [(account, region) for account, regions in zip(accounts, found, strict=True) for region in regions]

    async def look(self, places: Sequence[Place]) -> None:
        """Look at each place until the time is up."""
        await asyncio.gather(*(self._look(place, len(places)) for place in places))

    def swept(self) -> Swept:
        """Everything that was found."""
        anchors = sorted(self.anchors, key=lambda one: (one.created is None, one.created, one.arn))
        return Swept(tuple(anchors), tuple(self.looked), self.private, tuple(_sentences(self.gaps)))

    async def _regions(self, account: str) -> tuple[str, ...]:
        """The account's Regions; none when these are not the account's credentials."""
        target = self.inquiry.case.target
        async with self.at_once:
            if self._is_late():
                return self._gap(account, "there was no time left.")
            aws = self.inquiry.aws(account=account)
            try:
                answer = await aws.call("sts", "GetCallerIdentity")
                # With no role to read with, the bot's own account would answer for every other.
                if answer.get("Account") != account:
                    return self._gap(account, "the credentials to read with are of another account.")
            except AwsError as error:
                return self._gap(account, _why(error))
            own = await account_regions(self.inquiry)
            if account == target.account:
                if own.why_few:
                    self._gap(account, own.why_few)
                return own.names
            try:
                answer = await aws.call("ec2", "DescribeRegions")
            except AwsError:
                # Most accounts have the same ones; where it is another, the look there says so.
                return own.names
            return tuple(sorted(str(one["RegionName"]) for one in answer.get("Regions", ()) if one.get("RegionName")))

    async def _look(self, place: Place, total: int) -> None:
        account, region = place
        async with self.at_once:
            if self._is_late():
                self.gaps[account, "there was no time left."].append(region)
                return
            try:
                anchors = await self._listed(place)
            except AwsError as error:
                self.gaps[account, _why(error)].append(region)
                return
        self.looked.append(place)
        await self.inquiry.report_progress(f"Looked for this CA in {len(self.looked)} of {total} places.")
        for detail in anchors:
            self._compare(place, detail)

    async def _listed(self, place: Place) -> list[Mapping[str, Any]]:
        return await self.inquiry.all_pages_of(place, "rolesanywhere", "ListTrustAnchors", "trustAnchors")

    def _compare(self, place: Place, detail: Mapping[str, Any]) -> None:
        blocks = self.inquiry.sources.certificates_of(detail)
        if not blocks:
            self.private += (detail.get("source") or {}).get("sourceType") == "AWS_ACM_PCA"
            return
        if blocks not in self.read:
            facts = self.inquiry.sources.read_certificates(blocks)
            self.read[blocks] = any(one.spki_sha256 in self.keys for one in facts.certificates)
        if self.read[blocks]:
            self.anchors.append(_seen(place, detail))

    def _gap(self, account: str, why: str) -> tuple[str, ...]:
        self.gaps[account, why].append("")
        return ()

    def _is_late(self) -> bool:
        return time.monotonic() > self.ends_at


def _seen(place: Place, detail: Mapping[str, Any]) -> AnchorSeen:
    created, updated = detail.get("createdAt"), detail.get("updatedAt")
    return AnchorSeen(
        str(detail.get("trustAnchorArn")),
        *place,
        str(detail.get("name"))[:_NAME],
        bool(detail.get("enabled")),
        created if isinstance(created, datetime) else None,
        updated if isinstance(updated, datetime) else None,
    )


def _why(error: AwsError) -> str:
    """The reason without AWS's own words, which name Region and role, so that equal reasons are told once."""
    if isinstance(error, AwsDenied):
        return f"the permission {error.operation} is missing."
    return f"{error.operation} answered {error.code}."


def _sentences(gaps: Mapping[tuple[str, str], Sequence[str]]) -> Iterable[str]:
    """One sentence for each account and reason, the first few."""
    for (account, why), regions in list(gaps.items())[:_MOST_REASONS]:
        named = [one for one in regions if one]
        more = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
        where = f" in {', '.join(sorted(named)[:_MOST_NAMED])}{more}" if named else ""
        yield f"The same CA in account {account}{where}: {why}"
    if len(gaps) > _MOST_REASONS:
        yield f"The same CA: {len(gaps) - _MOST_REASONS} more accounts or reasons."
