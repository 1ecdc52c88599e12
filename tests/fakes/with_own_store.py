"""AWS with our own store beside it, as actions have it in the product; the store is in memory."""

from __future__ import annotations

from bot.adapters.clock import SystemClock
from bot.domain.effects import Standing
from bot.ports import AwsAccounts
from bot.service.approved_cas import ApprovedCas
from bot.service.case_book import CaseBook
from bot.service.earlier_cases import EarlierCases
from bot.service.own_store import OwnAccounts, OwnStore
from tests.fakes.memory_log import MemoryLog


def with_own_store(accounts: AwsAccounts, book: CaseBook | None = None) -> OwnAccounts:
    """The accounts, and the inventory of ``book``; None makes an empty one."""
    book = book or CaseBook(MemoryLog(), SystemClock(), Standing("test", exclusive=True), lambda _: None)
    return OwnAccounts(accounts, OwnStore(ApprovedCas(book), EarlierCases(book)))
