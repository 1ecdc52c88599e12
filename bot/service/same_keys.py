"""Cases whose CA has a public key in common: the new case says so, and a contained one is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.domain.ca_facts import CaFacts
from bot.domain.case import CLOSED_STATES, CaseState
from bot.domain.errors import LogDamaged
from bot.domain.identity import CaseId
from bot.service.case_book import CaseBook
from bot.service.regrowth import AGAINST, raise_alarm

_MOST_CASES = 20
_MOST_NAMED = 3
_WORDS = {one: one.value for one in (CaseState.CONTAINED, *CLOSED_STATES)}
_DAMAGED = "not readable"
_HARMLESS = frozenset({_WORDS[CaseState.FALSE_POSITIVE], _WORDS[CaseState.BENIGN_POSITIVE]})
_ORDER = ("contained", "true positive", "false positive", "benign positive", "duplicate", "open", _DAMAGED)


@dataclass(frozen=True, slots=True)
class SeenElsewhere:
    """The keys of a CA that other cases have too: ``spki_sha256`` to those cases in words, and the contained ones.

    ``harmless`` says that people closed each of them as a false or benign positive, and that one of them had every key
    of the CA: a key that they know may stand beside one of an attacker's.
    """

    known_keys: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    contained: tuple[CaseId, ...] = ()
    harmless: bool = False


class SameKeys:
    """Looks for the public keys of a CA in the other cases."""

    def __init__(self, book: CaseBook) -> None:
        self._book = book
        self._arriving: dict[str, list[CaseId]] = {}

    @asynccontextmanager
    async def seen_elsewhere(self, case_id: CaseId, ca: CaFacts) -> AsyncIterator[SeenElsewhere]:
        """What other cases, closed ones too, have in common with the CA of this case.

        At most 20 cases are read. While inside, the case counts as one that has the keys, so that of two that arrive
        together at least one names the other; append the detection before leaving.
        """
        keys = tuple(dict.fromkeys(one.spki_sha256 for one in ca.certificates))
        # These may be in the log before it is asked, so they are taken first.
        arriving = {key: tuple(self._arriving.get(key, ())) for key in keys}
        for key in keys:
            self._arriving.setdefault(key, []).append(case_id)
        try:
            yield await self._look(case_id, keys, arriving) if keys else SeenElsewhere()
        finally:
            for key in keys:
                self._arriving[key].remove(case_id)
                if not self._arriving[key]:
                    del self._arriving[key]

    async def tell(self, contained: Iterable[CaseId], about: CaseId) -> None:
        """Tell the contained cases, each once, that a key of their CA came up in the case ``about``.

        Raises:
            StoreUnavailable: not all were told; telling again tells the rest.
        """
        for case_id in contained:
            await raise_alarm(self._book, case_id, f"A CA with the same public key came up in case {about}.", about)

    async def _look(
        self, case_id: CaseId, keys: Sequence[str], arriving: Mapping[str, Sequence[CaseId]]
    ) -> SeenElsewhere:
        stored = await self._book.cases_with_key(keys, _MOST_CASES + 1)
        found = {key: _others(case_id, (*stored.get(key, ()), *arriving[key])) for key in keys}
        named = list(dict.fromkeys(one for cases in found.values() for one in cases))[:_MOST_CASES]
        states = {one: await self._state(one) for one in named}
        known = {key: _in_words(cases, states) for key, cases in found.items() if cases}
        named_all = named == list(dict.fromkeys(one for cases in found.values() for one in cases))
        return SeenElsewhere(
            known,
            tuple(one for one, state in states.items() if state in AGAINST),
            harmless=named_all and _is_harmless(found, states),
        )

    async def _state(self, case_id: CaseId) -> str:
        try:
            case = await self._book.load(case_id)
        except (LogDamaged, TypeError, ValueError):
            # A case that somebody tampered with must not keep another one from ringing.
            return _DAMAGED
        return _WORDS.get(case.state, "open")


def _is_harmless(found: Mapping[str, Sequence[CaseId]], states: Mapping[CaseId, str]) -> bool:
    have_all = frozenset.intersection(*(frozenset(cases) for cases in found.values()))
    return bool(have_all) and all(state in _HARMLESS for state in states.values())


def _others(case_id: CaseId, cases: Iterable[CaseId]) -> tuple[CaseId, ...]:
    return tuple(one for one in dict.fromkeys(cases) if one != case_id)


def _in_words(cases: Sequence[CaseId], states: Mapping[CaseId, str]) -> str:
    """The cases and their states, contained ones first."""
    known = sorted((one for one in cases if one in states), key=lambda one: _ORDER.index(states[one]))
    parts = [f"case {one} ({states[one]})" for one in known[:_MOST_NAMED]]
    more = len(cases) - len(parts)
    if more:
        at_least = "at least " if len(cases) > _MOST_CASES else ""
        parts.append(f"{at_least}{more} more")
    return ", ".join(parts)
