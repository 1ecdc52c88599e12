"""Whether one condition holds in one request: yes, no, or None when that can't be known.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bot.domain.reach.operators import Family, Operator, Quantifier, as_date, as_number
from bot.domain.reach.patterns import Pattern, matches
from bot.domain.reach.policy_text import PolicyText
from bot.domain.reach.request_keys import Concern, Missing, Request, Values, concern_of

_BOOLS = ("true", "false")


@dataclass(frozen=True, eq=False)
class Condition:
    """One operator, one key and its values; ``operator`` is None for a name that no operator has.

    A condition is equal only to itself, because the same words may stand in two statements.

    ``operator_name``, ``key_name`` and ``raw_values`` are as the policy writes them, ``key`` is as keys are compared.
    """

    operator_name: str
    operator: Operator | None
    key_name: str
    key: str
    raw_values: tuple[str, ...]
    values: tuple[PolicyText, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """The keys of the request that it depends on."""
        return frozenset({self.key, *(key for value in self.values for key in value.keys)})

    @cached_property
    def concerns(self) -> frozenset[Concern]:
        """Who decides whether it holds."""
        if self.operator is None:
            return frozenset({Concern.UNKNOWN})
        return frozenset(concern_of(key) for key in self.keys)

    @cached_property
    def literals(self) -> frozenset[str] | None:
        """The texts that it compares with, letter by letter; None where it compares in any other way."""
        if self.operator is None or self.operator.family not in (Family.STRING, Family.ARN):
            return None
        texts = [one.pattern.literal if isinstance(one.pattern, Pattern) else None for one in self.values]
        return None if None in texts else frozenset(text for text in texts if text is not None)

    @property
    def is_pin(self) -> bool:
        """Whether it compares something of the trust anchor, and does not only ask whether it is there."""
        return concern_of(self.key) is Concern.ANCHOR and self.operator is not None and not self.asks_presence

    @property
    def asks_presence(self) -> bool:
        """Whether it is a ``Null`` condition."""
        return self.operator is not None and self.operator.family is Family.NULL


def holds(condition: Condition, request: Request) -> bool | None:
    """Whether a condition holds in a request; None when the request does not tell."""
    operator = condition.operator
    if operator is None:
        return None
    found = request(condition.key)
    if found is Missing.UNKNOWN:
        return None
    if operator.family is Family.NULL:
        return _null_holds(condition, found)
    if isinstance(found, Missing) or not found:
        return _holds_without(operator)
    return _joined(operator, [_value_holds(condition, operator, value, request) for value in found])


def _null_holds(condition: Condition, found: Values) -> bool | None:
    absent = isinstance(found, Missing) or not found
    wanted = [value.text.strip().lower() for value in condition.values]
    if not set(wanted) <= set(_BOOLS):
        return None
    return ("true" if absent else "false") in wanted


def _holds_without(operator: Operator) -> bool:
    if operator.if_exists:
        return True
    if operator.quantifier is not None:
        return operator.quantifier is Quantifier.ALL
    return operator.negated


def _joined(operator: Operator, each: list[bool | None]) -> bool | None:
    if operator.quantifier is Quantifier.ANY:
        return any_of(each)
    if operator.quantifier is Quantifier.ALL:
        return all_of(each)
    # What IAM does with several values and no quantifier is not documented.
    return each[0] if len(each) == 1 else None


def _value_holds(condition: Condition, operator: Operator, value: str, request: Request) -> bool | None:
    if condition.literals is not None:
        return (value in condition.literals) != operator.negated
    if any(one.pattern is None and one.against(operator, request) is Missing.UNKNOWN for one in condition.values):
        # A variable that can't be filled may make the whole statement invalid.
        return None
    met = any_of(_meets(one, operator, value, request) for one in condition.values)
    return met if met is None else met != operator.negated


def _meets(wanted: PolicyText, operator: Operator, value: str, request: Request) -> bool | None:
    if operator.family is Family.NUMERIC:
        return _compared(operator, as_number(value), as_number(wanted.text))
    if operator.family is Family.DATE:
        return _compared(operator, as_date(value), as_date(wanted.text))
    if operator.family is Family.OPAQUE:
        return None
    pattern = wanted.against(operator, request)
    if isinstance(pattern, Missing):
        return None if pattern is Missing.UNKNOWN else False
    if operator.family is Family.BOOL and wanted.text.strip().lower() not in _BOOLS:
        return None
    return matches(pattern, value)


def _compared(operator: Operator, value: object, wanted: object) -> bool | None:
    if wanted is None or (value is None and operator.negated):
        # How IAM compares what is no number or no date is not documented; but it is not equal to one.
        return None
    return value is not None and operator.compare(value, wanted)


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """True when one is, False when all are, else None."""
    known = set(answers)
    return True if True in known else None if None in known else False


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """False when one is, True when all are, else None."""
    known = set(answers)
    return False if False in known else None if None in known else True
