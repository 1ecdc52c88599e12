"""The one inventory of approved CAs: the organization's own file, and what people approved in cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.errors import LogDamaged
from bot.domain.events import draft
from bot.domain.house import ApprovedCa
from bot.domain.identity import INVENTORY_ID
from bot.domain.inventory_log import CaApproved, CaRemoved, InventoryOpened, Kept
from bot.service.case_book import CaseBook

_log = structlog.get_logger()


class ApprovedCas:
    """Reads the inventory, and writes the part that is the bot's own.

    Args:
        book: the log, which keeps the bot's own part.
        in_file: what the organization's file says.
    """

    def __init__(self, book: CaseBook, in_file: Sequence[ApprovedCa] = ()) -> None:
        self._book = book
        self._in_file = tuple(in_file)

    async def open(self) -> None:
        """Begin the stream, so that its checks become due; nothing when it is there.

        Raises:
            StoreUnavailable: it could not be stored.
        """
        await self._book.decide(INVENTORY_ID, lambda case: [] if case.exists else [draft(InventoryOpened())])

    async def __call__(self) -> tuple[ApprovedCa, ...]:
        """Every approved key, ended ones too; what can't be read approves nothing."""
        return (*self._in_file, *(await self._stream()).inventory.entries)

    async def kept(self, entry_id: str) -> Kept | None:
        """An approval of the bot's own that stands; None when there is none."""
        return (await self._stream()).inventory.kept.get(entry_id)

    async def passed_at(self) -> datetime | None:
        """When an unknown CA last rang in the self-check; None when it never did."""
        return (await self._stream()).inventory.passed_at

    async def approve(self, event: CaApproved) -> None:
        """Write an approval, once.

        Raises:
            StoreUnavailable: nothing was stored.
        """

        def rule(case: Case) -> Sequence[Draft]:
            return [] if event.entry_id in case.inventory.kept else [draft(event)]

        await self._book.decide(INVENTORY_ID, rule)
        _log.info("ca_approved", case=event.case_id, entry=event.entry_id)

    async def remove(self, event: CaRemoved) -> None:
        """Take an approval back, once.

        Raises:
            StoreUnavailable: nothing was stored.
        """

        def rule(case: Case) -> Sequence[Draft]:
            return [draft(event)] if event.entry_id in case.inventory.kept else []

        await self._book.decide(INVENTORY_ID, rule)
        _log.info("ca_approval_removed", case=event.case_id, entry=event.entry_id)

    async def _stream(self) -> Case:
        try:
            return await self._book.load(INVENTORY_ID)
        except (LogDamaged, TypeError, ValueError) as error:
            # Somebody tampered with it: then nothing in it keeps an alert from ringing.
            _log.error("inventory_not_read", error=f"{type(error).__name__}: {error}")
            return Case(INVENTORY_ID)
