"""The other cases in which a CA had one of these keys, with what people decided there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.case import Case
from bot.domain.errors import LogDamaged
from bot.domain.identity import CaseId
from bot.service.case_book import CaseBook

_MOST_CASES = 20


@dataclass(frozen=True, slots=True)
class CasesFound:
    """At most 20 cases, oldest first; ``unread`` of them can't be read, and ``is_cut`` says that there are more."""

    cases: tuple[Case, ...] = ()
    unread: int = 0
    is_cut: bool = False


class EarlierCases:
    """Looks into the case log.

    Args:
        book: the cases.
    """

    def __init__(self, book: CaseBook) -> None:
        self._book = book

    async def __call__(self, case_id: CaseId, spki_sha256s: Sequence[str]) -> CasesFound:
        """The cases other than this one that have a key in common with it.

        Raises:
            StoreUnavailable: the log can't be read now.
        """
        if not spki_sha256s:
            return CasesFound()
        stored = await self._book.cases_with_key(spki_sha256s, _MOST_CASES + 1)
        named = dict.fromkeys(one for cases in stored.values() for one in cases if one != case_id)
        found, unread = [], 0
        for one in list(named)[:_MOST_CASES]:
            try:
                found.append(await self._book.load(one))
            except (LogDamaged, TypeError, ValueError):
                # A case that somebody tampered with must not keep the others from being read.
                unread += 1
        return CasesFound(tuple(found), unread, len(named) > _MOST_CASES)
