"""The inventory of approved CAs: whether somebody answers for a public key, in this place and on this day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.house import ApprovedCa

_SOON = timedelta(days=30)


class Approval(StrEnum):
    """What the inventory says of a key, best first; the values are words for people."""

    HERE = "approved here"
    ENDS_SOON = "approved here, for at most 30 days more"
    ENDED = "approved here once, but that has ended"
    ELSEWHERE = "approved for other accounts or Regions only"
    UNKNOWN = "not in the inventory"


@dataclass(frozen=True, slots=True)
class KeyApproval:
    """What the inventory says of one public key; ``entry`` is None for a key that is not in it."""

    spki_sha256: str
    approval: Approval
    entry: ApprovedCa | None = None

    @property
    def is_here(self) -> bool:
        """Whether somebody answers for the key in this place today."""
        return self.approval in (Approval.HERE, Approval.ENDS_SOON)


def approval_of(spki_sha256: str, inventory: Iterable[ApprovedCa], account: str, region: str, on: date) -> KeyApproval:
    """The best that the entries of a key say; one key may have several, for several places."""
    found = [
        KeyApproval(spki_sha256, _says(one, account, region, on), one)
        for one in inventory
        if one.spki_sha256 == spki_sha256
    ]
    order = list(Approval)
    return min(found, key=lambda one: order.index(one.approval), default=KeyApproval(spki_sha256, Approval.UNKNOWN))


def keys_of(
    spki_sha256s: Iterable[str], inventory: Sequence[ApprovedCa], account: str, region: str, on: date
) -> tuple[KeyApproval, ...]:
    """Each key once, in order."""
    return tuple(approval_of(one, inventory, account, region, on) for one in dict.fromkeys(spki_sha256s))


def _says(entry: ApprovedCa, account: str, region: str, on: date) -> Approval:
    in_place = (not entry.accounts or account in entry.accounts) and (not entry.regions or region in entry.regions)
    if not in_place:
        return Approval.ELSEWHERE
    if entry.ends is None or on + _SOON < entry.ends:
        return Approval.HERE
    return Approval.ENDS_SOON if on <= entry.ends else Approval.ENDED
