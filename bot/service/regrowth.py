"""A new case by the caller, or from the address, of a case that was contained: both name each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.domain.alarms import AlarmRaised
from bot.domain.audit import Draft
from bot.domain.ca_facts import RedFlag
from bot.domain.case import Case, CaseState
from bot.domain.detection import Detection
from bot.domain.errors import LogDamaged
from bot.domain.events import draft
from bot.domain.house import House
from bot.domain.identity import CaseId
from bot.domain.origins import addresses_of, callers_of
from bot.service.case_book import CaseBook

_MOST_CASES = 20
# Whoever makes a thousand trust anchors must not fill the thread of the case that is contained.
MOST_TOLD = 20
AGAINST = (CaseState.CONTAINED, CaseState.TRUE_POSITIVE)
"""In these states a case was judged to be an attacker's."""


class Origins(Protocol):
    """Finds cases by where their changes came from."""

    async def cases_from(self, actors: Sequence[str], addresses: Sequence[str], limit: int) -> tuple[CaseId, ...]:
        """The newest cases, at most ``limit``, with a detection by a caller of that ARN or access key, or from there.

        Raises:
            StoreUnavailable: the log can't be read now.
        """
        ...


@dataclass(frozen=True, slots=True)
class Again:
    """The contained cases that have the caller or the address of a detection too, and what each has, in words."""

    same_caller: tuple[CaseId, ...] = ()
    same_address: tuple[CaseId, ...] = ()

    @property
    def flags(self) -> tuple[RedFlag, ...]:
        """What the new case says of them."""
        found = []
        if self.same_caller:
            found.append(RedFlag("contained_caller_again", f"The same caller is in {_named(self.same_caller)}."))
        if self.same_address:
            found.append(RedFlag("contained_address_again", f"The same address is in {_named(self.same_address)}."))
        return tuple(found)


class Regrowth:
    """Looks for contained cases with the same caller or address.

    Args:
        book: the cases.
        origins: finds them.
        house: which callers and networks are ours.
    """

    def __init__(self, book: CaseBook, origins: Origins, house: House) -> None:
        self._book = book
        self._origins = origins
        self._house = house

    async def look(self, case_id: CaseId, detection: Detection) -> Again:
        """The contained cases other than this one; at most 20 cases are read.

        Raises:
            StoreUnavailable: the log can't be read now.
        """
        callers, addresses = callers_of(detection, self._house), addresses_of(detection, self._house)
        if not callers and not addresses:
            return Again()
        named = await self._origins.cases_from(callers, addresses, _MOST_CASES + 1)
        cases = [case for one in named if one != case_id if (case := await self._contained(one)) is not None]
        by_caller = [one for one in cases if _have(one, callers, self._callers)]
        from_there = [one for one in cases if _have(one, addresses, self._addresses)]
        return Again(tuple(one.case_id for one in by_caller), tuple(one.case_id for one in from_there))

    async def tell(self, again: Again, about: CaseId) -> None:
        """Raise an alarm in each of the contained cases, once for a new case.

        Raises:
            StoreUnavailable: not all were told; telling again tells the rest.
        """
        for case_id in again.same_caller:
            await raise_alarm(self._book, case_id, f"The same caller came up in case {about}.", about)
        for case_id in again.same_address:
            await raise_alarm(self._book, case_id, f"The same address came up in case {about}.", about)

    async def _contained(self, case_id: CaseId) -> Case | None:
        try:
            case = await self._book.load(case_id)
        except (LogDamaged, TypeError, ValueError):
            # A case that somebody tampered with must not keep another one from ringing.
            return None
        return case if case.detections and case.state in AGAINST else None

    def _callers(self, detection: Detection) -> tuple[str, ...]:
        return callers_of(detection, self._house)

    def _addresses(self, detection: Detection) -> tuple[str, ...]:
        return addresses_of(detection, self._house)


async def raise_alarm(book: CaseBook, case_id: CaseId, sentence: str, about: CaseId) -> None:
    """Tell a contained case, once, that something of it came up in the case ``about``."""
    alarm = AlarmRaised(sentence, (f"case:{about}",), calls=True)

    def rule(case: Case) -> Sequence[Draft]:
        known = set(alarm.about) <= case.aftermath.told_of or len(case.aftermath.alarms) >= MOST_TOLD
        return [] if known or case.state not in AGAINST else [draft(alarm)]

    await book.decide(case_id, rule)


def _have(case: Case, wanted: Sequence[str], names: Callable[[Detection], tuple[str, ...]]) -> bool:
    return any(set(wanted) & set(names(one)) for one in case.detections)


def _named(cases: Sequence[CaseId]) -> str:
    more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
    return f"case {cases[0]}{more}, which was contained or a true positive"
