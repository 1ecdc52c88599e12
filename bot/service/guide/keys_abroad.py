"""Keys of roles in other accounts that a session went on into, followed there where we may read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import AwsDenied, AwsError
from bot.domain.usage.acts import Act
from bot.service.guide.inquiry import Inquiry
from bot.service.guide.key_trails import Key, Trails, follow

PERMISSIONS = ("sts:GetCallerIdentity",)

_KEYS_A_ROUND = 5


@dataclass(frozen=True, slots=True)
class Abroad:
    """What was seen in other accounts; ``gaps`` has a sentence for each account in which too little was."""

    trails: Trails
    gaps: tuple[str, ...] = ()

    @property
    def acts(self) -> tuple[Act, ...]:
        """What the keys did there."""
        return self.trails.acts

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts in which keys were followed."""
        return tuple(dict.fromkeys(one.account for one in self.trails.keys))


async def follow_abroad(
    inquiry: Inquiry, keys: Sequence[Key], accounts: Sequence[str], regions: Sequence[str]
) -> Abroad:
    """Follow keys through these Regions of their own accounts; ``accounts`` are all that were entered."""
    why = dict(zip(accounts, await asyncio.gather(*(_why_not(inquiry, one) for one in accounts)), strict=True))
    readable = [one for one in keys if why.get(one.account) == ""]
    trails = await follow(inquiry, readable[:_KEYS_A_ROUND], regions)
    if trails.failed_everywhere is not None:
        why |= dict.fromkeys(
            (one.account for one in trails.keys), f"the search ended with {trails.failed_everywhere.code}."
        )
        trails = Trails((), (), (), trails.skipped, None)
    gaps = [f"What was done in account {one}: {reason}" for one, reason in why.items() if reason]
    left = len(readable[_KEYS_A_ROUND:]) + trails.skipped
    if left:
        gaps.append(f"{left} of the keys in other accounts: no more than {_KEYS_A_ROUND} are followed in a round.")
    return Abroad(trails, (*gaps, *trails.not_checked))


async def _why_not(inquiry: Inquiry, account: str) -> str:
    """Why an account's records can't be read; empty when they can."""
    try:
        answer = await inquiry.aws(account=account).call("sts", "GetCallerIdentity")
    except AwsDenied:
        return "Anchorwatch may not read there."
    except AwsError as error:
        return f"{error.operation} answered {error.code}."
    # With no role to read with, the bot's own account would answer for every other.
    return "" if answer.get("Account") == account else "the credentials to read with are of another account."
