"""A value in a policy, which may hold wildcards and policy variables.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.reach.operators import Family, Operator
from bot.domain.reach.patterns import Pattern, Step, arn_pattern, literal_steps, text_pattern, wildcard_steps
from bot.domain.reach.request_keys import Missing, Request, request_key

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_WITH_DEFAULT = re.compile(r"\s*([^,']+?)\s*,\s*'(.*)'\s*", re.DOTALL)
_PLAIN_CHARACTERS = frozenset("*?$")
# Numbers and dates take no variables.
_WITH_VARIABLES = frozenset({Family.STRING, Family.ARN, Family.BOOL})


@dataclass(frozen=True, slots=True)
class Variable:
    """A place that is filled from the request; ``default`` is used where the request lacks the key."""

    key: str
    default: str | None = None


Piece = tuple[Step, ...] | Variable


@dataclass(frozen=True, slots=True)
class PolicyText:
    """One value of a condition, cut into fixed pieces and variables; ``pattern`` is there when no variable is."""

    text: str
    pieces: tuple[Piece, ...]
    pattern: Pattern | Missing | None

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that its variables take their values from."""
        return tuple(piece.key for piece in self.pieces if isinstance(piece, Variable))

    def against(self, operator: Operator, request: Request) -> Pattern | Missing:
        """What to compare with in one request; UNKNOWN where a variable can't be filled, ABSENT if nothing matches."""
        if self.pattern is not None:
            return self.pattern
        steps: list[Step] = []
        for piece in self.pieces:
            filled = _filled(piece, request) if isinstance(piece, Variable) else piece
            if filled is None:
                return Missing.UNKNOWN
            steps += filled
        return _pattern(operator, steps)


def policy_text(text: str, operator: Operator, *, variables: bool) -> PolicyText:
    """Cut a value of a condition; ``variables`` is whether the policy's version knows them."""
    pieces = tuple(_pieces(text, operator, variables=variables and operator.family in _WITH_VARIABLES))
    fixed = [step for piece in pieces if not isinstance(piece, Variable) for step in piece]
    has_variable = any(isinstance(piece, Variable) for piece in pieces)
    return PolicyText(text, pieces, None if has_variable else _pattern(operator, fixed))


def _pieces(text: str, operator: Operator, *, variables: bool) -> Iterator[Piece]:
    at = 0
    for found in _VARIABLE.finditer(text) if variables else ():
        yield _fixed(text[at : found.start()], operator)
        yield _variable(found[1])
        at = found.end()
    yield _fixed(text[at:], operator)


def _fixed(text: str, operator: Operator) -> tuple[Step, ...]:
    return tuple(wildcard_steps(text) if operator.wildcards else literal_steps(text))


def _variable(inside: str) -> Piece:
    if inside in _PLAIN_CHARACTERS:
        return tuple(literal_steps(inside))
    with_default = _WITH_DEFAULT.fullmatch(inside)
    if with_default:
        return Variable(request_key(with_default[1]), with_default[2])
    return Variable(request_key(inside))


def _filled(variable: Variable, request: Request) -> tuple[Step, ...] | None:
    values = request(variable.key)
    if values is Missing.ABSENT and variable.default is not None:
        return tuple(literal_steps(variable.default))
    if isinstance(values, Missing) or len(values) != 1:
        return None
    return tuple(literal_steps(values[0]))


def _pattern(operator: Operator, steps: list[Step]) -> Pattern | Missing:
    if operator.family is not Family.ARN:
        return text_pattern(steps, ignore_case=operator.ignore_case)
    if len(steps) == 1 and steps[0].repeats:
        # A lone star is no ARN; whether IAM takes it for any ARN is not documented.
        return Missing.UNKNOWN
    return arn_pattern(steps) or Missing.ABSENT
