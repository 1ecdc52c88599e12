"""Is there a request that all three actions are allowed for, and that no Deny meets?

For each action one statement must allow it, with all of its conditions; for each Deny one of its conditions must fail.
Whether a set of such demands can be had at once is looked up in the groups of :mod:`bot.domain.reach.choices`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from bot.domain.errors import AnchorwatchError
from bot.domain.reach.choices import Group, groups_of
from bot.domain.reach.conditions import Condition
from bot.domain.reach.freedom import Freedom, World
from bot.domain.reach.policy_document import ACTIONS, Statement
from bot.domain.reach.request_keys import Concern

MOST_STEPS = 20_000
"""After so many steps the search ends without an answer; trust policies as people write them take less than ten."""

Room = tuple[int, ...]
"""For each group the ways to choose that are still open, as bits."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """The allowing statements, the Deny conditions that fail, and the values that were chosen."""

    allowing: tuple[Statement, ...]
    failing: tuple[tuple[Statement, Condition], ...]
    world: World


class TooManyWays(AnchorwatchError):
    """The search was given up."""


@dataclass(frozen=True, slots=True)
class _View:
    """Which ways to choose make a condition true, and which make it false."""

    everything: Room
    true: Mapping[Condition, tuple[int, int]]
    false: Mapping[Condition, tuple[int, int]]


@dataclass(slots=True)
class Search:
    """The question about one trust policy, for one :class:`~bot.domain.reach.freedom.Freedom`."""

    statements: Sequence[Statement]
    freedom: Freedom
    _groups: tuple[Group, ...] = field(init=False)
    _views: dict[bool, _View] = field(init=False)
    _steps: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        conditions = (condition for one in self.statements for condition in one.conditions)
        self._groups = groups_of(conditions, self.freedom)
        self._views = {sure: _view(self._groups, sure=sure) for sure in (True, False)}

    def way_in(
        self, *, sure: bool, without_deny: bool = False, only: frozenset[Condition] | None = None
    ) -> WayIn | None:
        """A way in, the one that asks least; None when there is none.

        Args:
            sure: count only what is known to hold; else also what may hold.
            without_deny: as if there were no Deny.
            only: as if these were the only conditions of allowing statements.

        Raises:
            TooManyWays: the policy has too many combinations.
        """
        view = self._views[sure]
        denying = () if without_deny else tuple(self._denying(sure=sure))
        for allowing in self._allowing(sure=sure):
            demands = {one for statement in allowing for one in statement.conditions if only is None or one in only}
            room = _narrowed(view.everything, view.true, demands)
            found = None if room is None else self._past(denying, room, view)
            if found is not None:
                failing, left = found
                return WayIn(allowing, failing, self._world(left))
        return None

    def blocking_deny(self) -> Statement:
        """A Deny that nobody gets past, where there is one; else the first of those that together leave no way."""
        denying = list(self._denying(sure=False))
        alone = (one for one in denying if not self._gets_past(one))
        return next(alone, denying[0])

    def _gets_past(self, deny: Statement) -> bool:
        view = self._views[False]
        return any(_narrowed(view.everything, view.false, {one}) is not None for one in deny.conditions)

    def hardest(self, conditions: frozenset[Condition]) -> tuple[Statement, Condition]:
        """One of the conditions of allowing statements: one that can't hold at all, else the first."""
        view = self._views[False]
        found = [
            (statement, one)
            for statement in self.statements
            if statement.allows and statement.names_service is not False
            for one in statement.conditions
            if one in conditions
        ]
        return next((one for one in found if _narrowed(view.everything, view.true, {one[1]}) is None), found[0])

    def _allowing(self, *, sure: bool) -> Iterator[tuple[Statement, ...]]:
        allowing = [one for one in self.statements if one.allows and _names(one, sure=sure)]
        # A statement that allows all three by itself asks for less than it does together with others.
        sets: dict[tuple[Statement, ...], None] = {(one,): None for one in allowing if one.actions == ACTIONS}
        choices = [[one for one in allowing if action in one.actions != ACTIONS] for action in ACTIONS]
        for chosen in product(*choices):
            self._count()
            sets[tuple(dict.fromkeys(chosen))] = None
        yield from sorted(sets, key=_asks)

    def _denying(self, *, sure: bool) -> Iterator[Statement]:
        # What may be a Deny for Roles Anywhere counts as one where we want to be sure of a way in.
        for one in self.statements:
            if not one.allows and one.actions and _names(one, sure=not sure):
                yield one

    def _past(
        self, denying: tuple[Statement, ...], room: Room, view: _View
    ) -> tuple[tuple[tuple[Statement, Condition], ...], Room] | None:
        failing: list[Condition] = []
        open_: list[tuple[Room, Iterator[Condition]]] = []
        # A loop, because a hostile policy has more Deny statements than Python has room for calls within calls.
        while len(failing) < len(denying):
            if len(open_) == len(failing):
                open_.append((room, iter(sorted(denying[len(failing)].conditions, key=_weight))))
            before, untried = open_[-1]
            condition = next(untried, None)
            if condition is not None:
                self._count()
                left = _narrowed(before, view.false, {condition})
                if left is not None:
                    failing.append(condition)
                    room = left
                continue
            open_.pop()
            if not failing:
                return None
            failing.pop()
        return tuple(zip(denying, failing, strict=True)), room

    def _count(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise TooManyWays

    def _world(self, room: Room) -> World:
        chosen: dict[str, object] = {}
        for group, ways in zip(self._groups, room, strict=True):
            chosen |= group.worlds[(ways & -ways).bit_length() - 1] or {}
        return chosen  # type: ignore[return-value]


def _names(statement: Statement, *, sure: bool) -> bool:
    return statement.names_service is True or (statement.names_service is None and not sure)


def _view(groups: Sequence[Group], *, sure: bool) -> _View:
    everything, true, false = [], {}, {}
    for place, group in enumerate(groups):
        everything.append(_bits(world is not None or not sure for world in group.worlds))
        for at, condition in enumerate(group.conditions):
            said = [answers[at] for answers in group.answers]
            true[condition] = place, _bits(one is True or (one is None and not sure) for one in said)
            false[condition] = place, _bits(one is False or (one is None and not sure) for one in said)
    return _View(tuple(everything), true, false)


def _bits(each: Iterator[bool]) -> int:
    return sum(1 << place for place, one in enumerate(each) if one)


def _narrowed(room: Room, wanted: Mapping[Condition, tuple[int, int]], demands: set[Condition]) -> Room | None:
    left = list(room)
    for condition in demands:
        place, ways = wanted[condition]
        left[place] &= ways
    return tuple(left) if all(left) else None


# What nobody has to choose asks least, then what the trust anchor meets by itself.
_WEIGHTS = {Concern.REQUEST: 1, Concern.ANCHOR: 2, Concern.CERTIFICATE: 4, Concern.UNKNOWN: 8}


def _weight(condition: Condition) -> int:
    return max(_WEIGHTS[one] for one in condition.concerns)


def _asks(statements: tuple[Statement, ...]) -> tuple[int, int]:
    weights = [_weight(condition) for one in statements for condition in one.conditions]
    return max(weights, default=0), len(weights)
