"""Texts for every way in which a value can meet or miss the patterns that it is compared with.

The patterns are read together as one automaton. Two texts that end in states with the same accepted patterns are the
same to the policy, so one text for each such set is enough; and because the search goes through every state that can
be reached, there are no other sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.reach.patterns import Machine, Pattern
from bot.domain.reach.request_keys import Alphabet

MOST_STATES = 5_000
"""After so many states the search stops; with the patterns of real policies there are a few hundred."""

MOST_MOVES = 500_000
"""After so many steps from a state by a character it stops too: patterns may name thousands of characters."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The patterns that one condition compares a text with; ``before`` is what stands before the text there."""

    patterns: tuple[Pattern, ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The texts; ``complete`` is False when the search stopped early."""

    texts: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which texts are looked for: an alphabet, lengths within its own, and characters of which one must be there."""

    alphabet: Alphabet
    shortest: int
    longest: int
    must_have: Callable[[str], bool] | None = None


def bounds_of(alphabet: Alphabet) -> Bounds:
    """All texts of an alphabet."""
    return Bounds(alphabet, alphabet.shortest, alphabet.longest)


def distinct_texts(wanted: Sequence[Wanted], bounds: Bounds) -> Found:
    """One text for each set of conditions that a text can meet at once, shortest first."""
    plain = _plain_texts(wanted, bounds)
    if plain is not None:
        return Found(plain, complete=True)
    return _Search(wanted, bounds).run()


def _plain_texts(wanted: Sequence[Wanted], bounds: Bounds) -> tuple[str, ...] | None:
    """The same without an automaton, where nothing has a wildcard: each text itself, and one that is none of them."""
    texts: dict[str, None] = {}
    for one in wanted:
        for pattern in one.patterns:
            literal = pattern.literal
            if literal is None:
                return None
            if literal.startswith(one.before):
                texts[literal.removeprefix(one.before)] = None
    fitting = tuple(text for text in texts if fits(text, bounds))
    return (*_another(fitting, bounds), *fitting)


def fits(text: str, bounds: Bounds) -> bool:
    """Whether a text is one of those that are looked for."""
    return (
        bounds.shortest <= len(text) <= bounds.longest
        and all(map(bounds.alphabet.allows, text))
        and not (bounds.alphabet.pairs and len(text) % 2)
        and (bounds.must_have is None or any(map(bounds.must_have, text)))
    )


def _another(texts: tuple[str, ...], bounds: Bounds) -> Iterator[str]:
    for length in range(bounds.shortest, bounds.longest + 1):
        for character in bounds.alphabet.samples:
            text = character * length
            if fits(text, bounds) and text not in texts:
                yield text
                return


class _Search:
    """Goes through the states breadth first, so that texts are short."""

    def __init__(self, wanted: Sequence[Wanted], bounds: Bounds) -> None:
        patterns = [pattern for one in wanted for pattern in one.patterns]
        self._bounds = bounds
        self._machine = machine = Machine(patterns)
        ends = iter(machine.ends)
        self._ends = [sum(next(ends) for _ in one.patterns) for one in wanted]
        self._start = self._started(wanted)
        self._characters = tuple(_characters(patterns, bounds))

    def _started(self, wanted: Sequence[Wanted]) -> int:
        # Each condition has read its own beginning already.
        machine, state, at = self._machine, 0, 0
        starts = machine.start
        for one, end in zip(wanted, self._ends, strict=True):
            if not one.patterns:
                continue
            room = (1 << end.bit_length()) - (1 << at)
            state |= machine.after_text(starts & room, one.before) & room
            at = max(at, end.bit_length())
        return state

    def run(self) -> Found:
        """Search until every set is found, nothing new can be reached, or there are too many states."""
        bounds, found = self._bounds, dict[tuple[bool, ...], str]()
        level = {(self._start, bounds.must_have is None): ""}
        seen: set[tuple[int, bool, int]] = set()
        most, moves = 1 << len(self._ends), 0
        for length in range(bounds.longest + 1):
            if length >= bounds.shortest and not (bounds.alphabet.pairs and length % 2):
                for (state, has_it), text in level.items():
                    if has_it:
                        found.setdefault(self._met(state), text)
            if not level or len(found) == most:
                break
            moves += len(level) * len(self._characters)
            if moves > MOST_MOVES:
                return Found(tuple(found.values()), complete=False)
            level = self._next(level, seen if length >= bounds.shortest else None, length)
            if len(seen) + len(level) > MOST_STATES:
                return Found(tuple(found.values()), complete=False)
        return Found(tuple(found.values()), complete=True)

    def _next(
        self, level: dict[tuple[int, bool], str], seen: set[tuple[int, bool, int]] | None, length: int
    ) -> dict[tuple[int, bool], str]:
        must_have, after = self._bounds.must_have, self._machine.after
        parity = length % 2 if self._bounds.alphabet.pairs else 0
        following: dict[tuple[int, bool], str] = {}
        for (state, has_it), text in level.items():
            if seen is not None:
                if (state, has_it, parity) in seen:
                    continue
                seen.add((state, has_it, parity))
            for character in self._characters:
                place = (after(state, character), has_it or (must_have is not None and must_have(character)))
                if place not in following:
                    following[place] = text + character
        return following

    def _met(self, state: int) -> tuple[bool, ...]:
        return tuple(bool(state & ends) for ends in self._ends)


def _characters(patterns: Sequence[Pattern], bounds: Bounds) -> Iterator[str]:
    """The characters that the patterns tell apart, and samples of those that they do not."""
    named: dict[str, None] = {}
    for pattern in patterns:
        for step in pattern.steps:
            if step.character is not None:
                spellings = {step.character, step.character.lower(), step.character.upper()}
                same = sorted(spellings) if pattern.ignore_case else (step.character,)
                named.update(dict.fromkeys(character for character in same if len(character) == 1))
    if any(step.stops_at_colon for pattern in patterns for step in pattern.steps):
        named[":"] = None
    lowered = {character.lower() for character in named}
    others = [one for one in bounds.alphabet.samples if one.lower() not in lowered]
    must_have = bounds.must_have
    yield from others[:1]
    if must_have is not None:
        yield from [one for one in others if must_have(one)][:1]
    yield from (character for character in named if bounds.alphabet.allows(character))
