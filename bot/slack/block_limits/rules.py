"""The kinds of rule that the tables are made of.

A rule looks at one value and yields what is wrong with it. Rules nest as the tables nest, and the tables are
finite, so no payload, however deep, makes a check recurse further than Slack's own objects go.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from bot.slack.block_limits.problem import Problem, under

if TYPE_CHECKING:
    import re

Object = Mapping[str, object]
Check = Callable[[Object, str], Iterator[Problem]]


class Rule(Protocol):
    """Anything that can judge one value."""

    def check(self, value: object, at: str) -> Iterator[Problem]:
        """Yield what is wrong with `value`, which stands at the JSON pointer `at`."""
        ...


@dataclass(frozen=True)
class Words:
    """A JSON string of `least` to `most` code points (None: no upper bound), of a shape if one is given."""

    most: int | None = None
    least: int = 1
    shape: re.Pattern[str] | None = None
    visible: bool = False

    def check(self, value: object, at: str) -> Iterator[Problem]:
        """Yield what is wrong with `value`."""
        if not isinstance(value, str):
            yield Problem("must provide a string", at)
            return
        if len(value) < self.least or (self.visible and not value.strip()):
            yield Problem(f"must be more than {max(self.least, 1) - 1} characters", at)
        if self.most is not None and len(value) > self.most:
            yield Problem(f"must be less than {self.most + 1} characters", at)
        if self.shape is not None and self.shape.fullmatch(value) is None:
            yield Problem("does not match the expected format", at)


@dataclass(frozen=True)
class OneOf:
    """One of a few fixed words."""

    words: tuple[str, ...]

    def check(self, value: object, at: str) -> Iterator[Problem]:
        """Yield what is wrong with `value`."""
        if not isinstance(value, str):
            yield Problem("must provide a string", at)
        elif value not in self.words:
            yield Problem("must be a valid enum value", at)


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def check(self, value: object, at: str) -> Iterator[Problem]:
        """Yield what is wrong with `value`."""
        if not isinstance(value, bool):
            yield Problem("must provide a boolean", at)


@dataclass(frozen=True)
class Number:
    """A number from `least` to `most`, both included (None: no bound); whole unless `decimal`."""

    least: int | None = None
    most: int | None = None
    decimal: bool = False

    def check(self, value: object, at: str) -> Iterator[Problem]:
        """Yield what is wrong with `value`."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
            yield Problem("must provide a number", at)
            return
        if isinstance(value, float) and not self.decimal:
            yield Problem("must provide an integer", at)
        if self.least is not None and value < self.least:
            yield Problem(f"must be at least {self.least}", at)
        if self.most is not None and value > self.most:
            yield Problem(f"must be at most {self.most}", at)


@dataclass(frozen=True)
class Items:
    """An array of `least` to `most` items (None: no upper bound), each judged by the same rule."""

    item: Rule
    most: int | None = None
    least: int = 1

    def check(self, value: object, at: str) -> Iterator[Problem]:
        """Yield what is wrong with `value`; items past the limit are counted, not read."""
        if not isinstance(value, list | tuple):
            yield Problem("must provide an array", at)
            return
        if len(value) < self.least:
            yield Problem(f"no fewer than {self.least} items allowed", at)
        if self.most is not None and len(value) > self.most:
            yield Problem(f"no more than {self.most} items allowed", at)
        for index, item in enumerate(value[: self.most]):
            yield from self.item.check(item, under(at, index))


@dataclass(frozen=True)
class Record:
    """A JSON object with known members only; `checks` run when its members are right each for itself."""

    fields: Mapping[str, Rule]
    required: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()

    def check(self, value: object, at: str) -> Iterator[Problem]:
        """Yield what is wrong with `value`."""
        if not isinstance(value, Mapping):
            yield Problem("must provide an object", at)
            return
        found = list(self._members(value, at))
        yield from found
        if not found:
            for check in self.checks:
                yield from check(value, at)

    def _members(self, value: Mapping[Any, object], at: str) -> Iterator[Problem]:
        for name in sorted(self.required - value.keys()):
            yield Problem(f"missing required field: {name}", at)
        for name, member in value.items():
            rule = self.fields.get(name) if isinstance(name, str) else None
            if rule is None:
                yield Problem(f"invalid additional property: {_named(name)}", at)
            else:
                yield from rule.check(member, under(at, name))


@dataclass(frozen=True)
class ByType:
    """A JSON object whose `type` says which record it is."""

    records: Mapping[str, Record]

    def check(self, value: object, at: str) -> Iterator[Problem]:
        """Yield what is wrong with `value`."""
        if not isinstance(value, Mapping):
            yield Problem("must provide an object", at)
            return
        kind = value.get("type")
        record = self.records.get(kind) if isinstance(kind, str) else None
        if "type" not in value:
            yield Problem("missing required field: type", at)
        elif record is None:
            yield Problem(f"unsupported type: {_named(kind)}", under(at, "type"))
        else:
            yield from record.check(value, at)

    def only(self, *kinds: str) -> ByType:
        """Return the same rule for some of the types."""
        return replace(self, records={kind: self.records[kind] for kind in kinds})


def _finite(value: float) -> bool:
    # Whole numbers of any length are finite, but too long a one cannot be asked as a float.
    return isinstance(value, int) or math.isfinite(value)


def _named(value: object) -> str:
    # Only strings are repeated, and only their start: writing out anything else could fail or never end.
    return value[:80] if isinstance(value, str) else type(value).__name__


def record(fields: Mapping[str, Rule], *, needs: tuple[str, ...] = (), checks: tuple[Check, ...] = ()) -> Record:
    """Return a record whose members named in `needs` are required."""
    return Record(fields, frozenset(needs), checks)


def typed(
    kind: str, fields: Mapping[str, Rule], *, needs: tuple[str, ...] = (), checks: tuple[Check, ...] = ()
) -> dict[str, Record]:
    """Return the entry of a `ByType` table for records of one type."""
    return {kind: record({"type": OneOf((kind,)), **fields}, needs=("type", *needs), checks=checks)}


def any_of(*names: str) -> Check:
    """Return a check that at least one of the members is there."""

    def check(value: Object, at: str) -> Iterator[Problem]:
        if not any(name in value for name in names):
            yield Problem(f"must provide at least one of: {', '.join(names)}", at)

    return check


def one_of(*names: str) -> Check:
    """Return a check that exactly one of the members is there."""

    def check(value: Object, at: str) -> Iterator[Problem]:
        if sum(name in value for name in names) != 1:
            yield Problem(f"must provide exactly one of: {', '.join(names)}", at)

    return check


def not_both(first: str, second: str) -> Check:
    """Return a check that the two members do not stand together."""

    def check(value: Object, at: str) -> Iterator[Problem]:
        if first in value and second in value:
            yield Problem(f"must not provide both {first} and {second}", at)

    return check
