"""The condition operators by family, and how a value is compared in each.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from operator import eq, ge, gt, le, lt
from typing import Any

Compare = Callable[[Any, Any], bool]


class Family(StrEnum):
    """What kind of value an operator compares."""

    STRING = "String"
    ARN = "Arn"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    NULL = "Null"
    OPAQUE = "Binary and IP address"


class Quantifier(StrEnum):
    """How the values of one key in the request are joined."""

    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Operator:
    """One condition operator, taken apart.

    ``wildcards`` and ``ignore_case`` are for texts; ``compare`` is for numbers and dates, the request's value first.
    """

    family: Family
    negated: bool = False
    if_exists: bool = False
    quantifier: Quantifier | None = None
    wildcards: bool = False
    ignore_case: bool = False
    compare: Compare = eq


def _ordered(family: Family, prefix: str) -> dict[str, Operator]:
    return {
        f"{prefix}equals": Operator(family),
        f"{prefix}notequals": Operator(family, negated=True),
        f"{prefix}lessthan": Operator(family, compare=lt),
        f"{prefix}lessthanequals": Operator(family, compare=le),
        f"{prefix}greaterthan": Operator(family, compare=gt),
        f"{prefix}greaterthanequals": Operator(family, compare=ge),
    }


# ArnEquals and ArnLike behave alike, as do their negations.
_PLAIN = {
    "stringequals": Operator(Family.STRING),
    "stringnotequals": Operator(Family.STRING, negated=True),
    "stringequalsignorecase": Operator(Family.STRING, ignore_case=True),
    "stringnotequalsignorecase": Operator(Family.STRING, negated=True, ignore_case=True),
    "stringlike": Operator(Family.STRING, wildcards=True),
    "stringnotlike": Operator(Family.STRING, negated=True, wildcards=True),
    "arnequals": Operator(Family.ARN, wildcards=True),
    "arnlike": Operator(Family.ARN, wildcards=True),
    "arnnotequals": Operator(Family.ARN, negated=True, wildcards=True),
    "arnnotlike": Operator(Family.ARN, negated=True, wildcards=True),
    **_ordered(Family.NUMERIC, "numeric"),
    **_ordered(Family.DATE, "date"),
    "bool": Operator(Family.BOOL, ignore_case=True),
    "null": Operator(Family.NULL),
    "binaryequals": Operator(Family.OPAQUE),
    "ipaddress": Operator(Family.OPAQUE),
    "notipaddress": Operator(Family.OPAQUE, negated=True),
}
_IF_EXISTS = "ifexists"
_MOST_DIGITS = 64


def parse_operator(name: str) -> Operator | None:
    """The operator of that name, in any letter case; None when there is none."""
    lowered = name.lower()
    quantifier = next((one for one in Quantifier if lowered.startswith(f"{one.value.lower()}:")), None)
    lowered = lowered.partition(":")[2] if quantifier else lowered
    if_exists = lowered.endswith(_IF_EXISTS)
    plain = _PLAIN.get(lowered.removesuffix(_IF_EXISTS))
    if plain is None or (plain.family is Family.NULL and (if_exists or quantifier)):
        return None
    return Operator(
        plain.family, plain.negated, if_exists, quantifier, plain.wildcards, plain.ignore_case, plain.compare
    )


def as_number(text: str) -> Decimal | None:
    """A whole or decimal number; None for what is none."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS else None


def as_date(text: str) -> datetime | None:
    """A date in one of the ISO 8601 forms, or seconds since 1970; None for what is none.

    See: https://www.w3.org/TR/NOTE-datetime
    """
    number = as_number(text)
    try:
        if number is not None and not _is_year(text):
            return datetime.fromtimestamp(float(number), UTC)
        moment = datetime.fromisoformat(_with_month_and_day(text.strip()))
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


_YEAR_LENGTH, _MONTH_LENGTH = len("2026"), len("2026-11")


def _is_year(text: str) -> bool:
    return len(text.strip()) == _YEAR_LENGTH and text.strip().isdigit()


def _with_month_and_day(text: str) -> str:
    return text + {_YEAR_LENGTH: "-01-01", _MONTH_LENGTH: "-01"}.get(len(text), "")
