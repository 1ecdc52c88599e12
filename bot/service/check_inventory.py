"""Every night: does a CA that nobody knows still ring, and which approvals end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

import structlog

from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.errors import BadInput
from bot.domain.events import draft
from bot.domain.house import ApprovedCa
from bot.domain.identity import INVENTORY_ID
from bot.domain.inventory_log import ApprovalEnds, SelfChecked
from bot.service.approved_cas import ApprovedCas
from bot.service.case_book import CaseBook

_log = structlog.get_logger()

_WEEK = timedelta(days=7)
_MOST_PLACES = 50
_ANYWHERE = ("111122223333", "us-east-1")

MakeAlert = Callable[[str, str, datetime], bytes]
"""A message about a trust anchor with a CA that was made this moment, in an account and a Region."""

WouldRing = Callable[[bytes], Awaitable[str]]
"""Why a message would open no case; empty when it would."""


class CheckInventory:
    """The check that is due by the inventory's stream.

    Args:
        book: the log.
        inventory: who answers for which CA.
        make_alert: makes what must ring.
        would_ring: the judgement that every message goes through.
    """

    def __init__(self, book: CaseBook, inventory: ApprovedCas, make_alert: MakeAlert, would_ring: WouldRing) -> None:
        self._book = book
        self._inventory = inventory
        self._make_alert = make_alert
        self._would_ring = would_ring

    async def __call__(self) -> None:
        """Check, and write down what came of it in one append.

        Raises:
            StoreUnavailable: nothing was written down, so that the check is due again.
        """
        now, inventory = self._book.now(), await self._inventory()
        why = await self._silent(inventory, now)
        ends = tuple(_ends(inventory, now.date()))

        def rule(case: Case) -> Sequence[Draft]:
            if case.opened_at is None or case.inventory.next_check(case.opened_at) > now:
                return []
            told = case.inventory.told
            return [draft(SelfChecked(not why, why)), *(draft(one) for one in ends if one.about not in told)]

        await self._book.decide(INVENTORY_ID, rule)
        if why:
            _log.error("self_check_failed", why=why)
        else:
            _log.info("self_check_passed")

    async def _silent(self, inventory: Sequence[ApprovedCa], now: datetime) -> str:
        """Why an unknown CA would not ring in one of the places where others are approved; empty when it rings."""
        for account, region in _places(inventory):
            try:
                why = await self._would_ring(self._make_alert(account, region, now))
            except BadInput as error:
                why = f"The message can't be understood: {error}"
            if why:
                return f"In account {account}, {region}: {why}"
        return ""


def _places(inventory: Sequence[ApprovedCa]) -> tuple[tuple[str, str], ...]:
    named = (
        (account, region) for one in inventory for account in one.accounts for region in one.regions or ("us-east-1",)
    )
    return tuple(dict.fromkeys((_ANYWHERE, *named)))[:_MOST_PLACES]


def _ends(inventory: Sequence[ApprovedCa], on: date) -> Iterator[ApprovalEnds]:
    """Each approval that ends within a week or has ended within the last, once for all keys of it."""
    for one in inventory:
        if one.ends is None or abs(one.ends - on) > _WEEK:
            continue
        ended = one.ends < on
        about = f"{one.entry_id or one.spki_sha256}:{one.ends}:{'ended' if ended else 'soon'}"
        yield ApprovalEnds(about, one.name, one.owner, one.ends.isoformat(), ended)
