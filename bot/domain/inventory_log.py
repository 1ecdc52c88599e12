"""The bot's own inventory of approved CAs: what was approved and removed, what it silenced, and how it was checked.

All of it stands in one stream of the log, beside the organization's own file; the inventory is its fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

from bot.domain.house import ApprovedCa
from bot.domain.identity import INVENTORY_ID

_CHECK_HOUR = 3
"""UTC, when few people change anything."""


@dataclass(frozen=True, slots=True)
class CaApproved:
    """People approved a CA. ``keys`` are the SHA-256 of all its public keys, ``ends`` is the last day (ISO 8601).

    ``entry_id`` is a function of everything else that was approved. ``case_id`` is the case in which they did it,
    ``requester`` and ``approvers`` are Slack user ids.
    """

    KIND: ClassVar[str] = "inventory:approved"
    entry_id: str
    name: str
    keys: tuple[str, ...]
    owner: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    ends: str
    ticket: str
    case_id: str
    requester: str
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaRemoved:
    """People took an approval back; from then on the CA rings again."""

    KIND: ClassVar[str] = "inventory:removed"
    entry_id: str
    case_id: str
    requester: str
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertSilenced:
    """An event that would have rung and did not. ``why`` names the approvals, ``entry_ids`` those of our own."""

    KIND: ClassVar[str] = "inventory:silenced"
    event_id: str
    event_name: str
    account: str
    region: str
    actor: str
    anchor: str
    keys: tuple[str, ...]
    why: str
    entry_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovalEnds:
    """An approval ends soon, or has ended. ``about`` names the entry and its day, so that it is told once."""

    KIND: ClassVar[str] = "inventory:ends"
    about: str
    name: str
    owner: str
    ends: str
    ended: bool


@dataclass(frozen=True, slots=True)
class SelfChecked:
    """A CA that nobody knows was put before the judgement. ``why`` says what went wrong when it did not ring."""

    KIND: ClassVar[str] = "inventory:self_checked"
    rang: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class InventoryOpened:
    """The inventory is kept from here on."""

    KIND: ClassVar[str] = "inventory:opened"


InventoryNotice = CaApproved | CaRemoved | AlertSilenced | ApprovalEnds | SelfChecked
InventoryEvent = InventoryOpened | InventoryNotice


@dataclass(frozen=True, slots=True)
class Kept:
    """An approval of ours and when it was given. ``silenced`` counts the events that it kept from ringing."""

    approved: CaApproved
    at: datetime
    silenced: int = 0

    def entries(self) -> tuple[ApprovedCa, ...]:
        """The same in the words of the organization's file, one entry a key."""
        one = self.approved
        return tuple(
            ApprovedCa(
                name=one.name,
                spki_sha256=key,
                owner=one.owner,
                accounts=one.accounts,
                regions=one.regions,
                ticket=one.ticket or None,
                ends=date.fromisoformat(one.ends),
                entry_id=one.entry_id,
                case_id=one.case_id,
                approved_by=(one.requester, *one.approvers),
                approved_at=self.at,
            )
            for key in one.keys
        )


@dataclass(frozen=True, slots=True)
class OwnInventory:
    """What the stream says now.

    ``kept`` are the approvals that stand, by entry id. ``silenced`` are the ids of the events that did not ring,
    ``told`` what was said of ends. ``checked_at`` is the newest self-check, ``passed_at`` the newest that rang.
    """

    kept: Mapping[str, Kept] = field(default_factory=lambda: MappingProxyType({}))
    silenced: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    checked_at: datetime | None = None
    passed_at: datetime | None = None

    @property
    def entries(self) -> tuple[ApprovedCa, ...]:
        """Every approved key."""
        return tuple(entry for one in self.kept.values() for entry in one.entries())

    def next_check(self, opened_at: datetime) -> datetime:
        """When the self-check is due: at once for the first time, then every night."""
        if self.checked_at is None:
            return opened_at
        night = self.checked_at.replace(hour=_CHECK_HOUR, minute=0, second=0, microsecond=0)
        return night if night > self.checked_at else night + timedelta(days=1)


Step = Callable[[OwnInventory, datetime, Any], OwnInventory]


def _approved(own: OwnInventory, at: datetime, event: CaApproved) -> OwnInventory:
    return replace(own, kept=MappingProxyType({**own.kept, event.entry_id: Kept(event, at)}))


def _removed(own: OwnInventory, at: datetime, event: CaRemoved) -> OwnInventory:
    del at
    kept = {entry_id: one for entry_id, one in own.kept.items() if entry_id != event.entry_id}
    return replace(own, kept=MappingProxyType(kept))


def _silenced(own: OwnInventory, at: datetime, event: AlertSilenced) -> OwnInventory:
    del at
    counted = {
        entry_id: replace(one, silenced=one.silenced + (entry_id in event.entry_ids))
        for entry_id, one in own.kept.items()
    }
    return replace(own, kept=MappingProxyType(counted), silenced=own.silenced | {event.event_id})


def _ends(own: OwnInventory, at: datetime, event: ApprovalEnds) -> OwnInventory:
    del at
    return replace(own, told=own.told | {event.about})


def _checked(own: OwnInventory, at: datetime, event: SelfChecked) -> OwnInventory:
    return replace(own, checked_at=at, passed_at=at if event.rang else own.passed_at)


STEPS: Mapping[type, Step] = {
    CaApproved: _approved,
    CaRemoved: _removed,
    AlertSilenced: _silenced,
    ApprovalEnds: _ends,
    SelfChecked: _checked,
}
"""What each event makes of the inventory."""


def is_told(event: InventoryNotice) -> bool:
    """Whether the operations channel hears of an event; of a self-check only when a CA did not ring."""
    return not (isinstance(event, SelfChecked) and event.rang)


__all__ = [
    "INVENTORY_ID",
    "STEPS",
    "AlertSilenced",
    "ApprovalEnds",
    "CaApproved",
    "CaRemoved",
    "InventoryEvent",
    "InventoryNotice",
    "InventoryOpened",
    "Kept",
    "OwnInventory",
    "SelfChecked",
    "is_told",
]
