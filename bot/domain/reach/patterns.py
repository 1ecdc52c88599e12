"""Patterns with stars and question marks, matched as IAM matches them, many at once.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

_ARN_PARTS = 6
_KEPT_MACHINES = 4096


@dataclass(frozen=True, slots=True)
class Step:
    """One place in a pattern.

    ``character`` is None for any character; ``repeats`` makes it a star; ``stops_at_colon`` keeps a wildcard within
    its part of an ARN.
    """

    character: str | None
    repeats: bool = False
    stops_at_colon: bool = False


STAR = Step(None, repeats=True)
ANY_ONE = Step(None)
Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """What a text is compared with; without wildcards it is a plain text. It is equal only to itself."""

    steps: Steps
    ignore_case: bool = False

    @property
    def literal(self) -> str | None:
        """The one text that matches, letter by letter; None where more than one may match."""
        if self.ignore_case or any(step.character is None for step in self.steps):
            return None
        return "".join(step.character or "" for step in self.steps)


def literal_steps(text: str) -> Iterator[Step]:
    """A text in which no character is a wildcard."""
    return (Step(character) for character in text)


def wildcard_steps(text: str) -> Iterator[Step]:
    """A text in which ``*`` and ``?`` are wildcards."""
    wildcards = {"*": STAR, "?": ANY_ONE}
    return (wildcards.get(character) or Step(character) for character in text)


def text_pattern(steps: Iterable[Step], *, ignore_case: bool = False) -> Pattern:
    """A pattern over a whole text; neighbouring stars are made one."""
    return Pattern(_one_star(tuple(steps)), ignore_case)


def arn_pattern(steps: Iterable[Step]) -> Pattern | None:
    """A pattern over an ARN, whose six parts are compared one by one: a star does not cross a colon but in the last.

    None for what has fewer parts, because no ARN matches it.
    """
    colons = 0
    placed = []
    for step in steps:
        in_last = colons >= _ARN_PARTS - 1
        placed.append(step if in_last or step.character is not None else Step(None, step.repeats, stops_at_colon=True))
        colons += step.character == ":"
    return Pattern(_one_star(tuple(placed))) if colons >= _ARN_PARTS - 1 else None


def _one_star(steps: Steps) -> Steps:
    if not steps:
        return steps
    return (*(one for one, following in pairwise(steps) if not (one.repeats and following.repeats)), steps[-1])


class Machine:
    """Several patterns read together, one character at a time; a state is a set of places, kept as bits."""

    __slots__ = ("_any", "_exact", "_folded", "_stars", "_within_part", "ends", "start")

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._exact: dict[str, int] = {}
        self._folded: dict[str, int] = {}
        self._any = self._within_part = self._stars = 0
        start = place = 0
        ends = []
        for pattern in patterns:
            start |= 1 << place
            for step in pattern.steps:
                self._place(step, 1 << place, ignore_case=pattern.ignore_case)
                place += 1
            ends.append(1 << place)
            place += 1
        self.ends = tuple(ends)
        self.start = self._past_stars(start)

    def _place(self, step: Step, bit: int, *, ignore_case: bool) -> None:
        if step.repeats:
            self._stars |= bit
        if step.character is None and step.stops_at_colon:
            self._within_part |= bit
        elif step.character is None:
            self._any |= bit
        elif ignore_case:
            self._folded[step.character.lower()] = self._folded.get(step.character.lower(), 0) | bit
        else:
            self._exact[step.character] = self._exact.get(step.character, 0) | bit

    def after(self, state: int, character: str) -> int:
        """The state after one more character; 0 when nothing can match any more."""
        taking = self._any | self._exact.get(character, 0) | self._folded.get(character.lower(), 0)
        if character != ":":
            taking |= self._within_part
        state &= taking
        return self._past_stars(((state & ~self._stars) << 1) | (state & self._stars))

    def after_text(self, state: int, text: str) -> int:
        """The state after a whole text."""
        for character in text:
            state = self.after(state, character)
        return state

    def _past_stars(self, state: int) -> int:
        return state | ((state & self._stars) << 1)


@lru_cache(maxsize=_KEPT_MACHINES)
def _machine_of(pattern: Pattern) -> Machine:
    return Machine((pattern,))


def matches(pattern: Pattern, text: str) -> bool:
    """Whether the whole text matches; the time it takes is the product of both lengths at most."""
    literal = pattern.literal
    if literal is not None:
        return literal == text
    machine = _machine_of(pattern)
    return bool(machine.after_text(machine.start, text) & machine.ends[0])


def may_match_after(pattern: Pattern, beginning: str) -> bool:
    """Whether any text that begins so matches."""
    machine = _machine_of(pattern)
    return machine.after_text(machine.start, beginning) != 0
