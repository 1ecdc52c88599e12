"""Whether the conditions of a policy statement hold, for a request whose every key is known.

It answers what AWS would answer to one given call; what somebody could bring about with other calls is not asked here.

See: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from .control_client import JsonValue

Context = Mapping[str, tuple[str, ...]]
"""The values of each condition key, by the key in small letters; a key without values is not there."""

_VARIABLE = re.compile(r"\$\{([^}]+)\}")
_BOUND = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?")
_ARN_PARTS = 6


def wildcard_matches(pattern: str, value: str) -> bool:
    """Whether a value fits a pattern in which `*` is any text and `?` any character."""
    parts = ("".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern),)
    return re.fullmatch(parts[0], value, re.DOTALL) is not None


def holds(conditions: Mapping[str, Mapping[str, JsonValue]], context: Context) -> bool:
    """Whether every operator with every key holds.

    Args:
        conditions: The `Condition` element; empty always holds.
        context: The request's keys.

    Raises:
        ValueError: When an operator is not known here, instead of guessing.
    """
    return all(
        _key_holds(operator, key, as_list(values), context)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def as_list(value: JsonValue) -> list[Any]:
    """A member that may be one value or a list of them, as a list."""
    return list(value) if isinstance(value, list | tuple) else [value]


def filled_in(text: str, context: Context) -> str:
    """A text with its policy variables replaced; a variable without exactly one value stays and matches nothing."""

    def value_of(variable: re.Match[str]) -> str:
        found = context.get(variable[1].lower(), ())
        return found[0] if len(found) == 1 else variable[0]

    return _VARIABLE.sub(value_of, text)


def _key_holds(operator: str, key: str, wanted: list[Any], context: Context) -> bool:
    bound = _BOUND.fullmatch(operator)
    present = context.get(key.lower(), ())
    if bound is None:
        raise ValueError(f"unknown condition operator {operator}")
    quantifier, name, if_exists = bound.groups()
    if name == "Null":
        return all((not present) == (str(value).lower() == "true") for value in wanted)
    if if_exists and not present:
        return True
    test, negated = _test_of(name)
    expected = [filled_in(str(value), context) for value in wanted]

    def fits(value: str) -> bool:
        matched = any(test(one, value) for one in expected)
        return matched != negated

    if quantifier == "ForAllValues":
        return all(fits(value) for value in present)
    if quantifier == "ForAnyValue" or present:
        return any(fits(value) for value in present)
    return negated


def _test_of(name: str) -> tuple[Callable[[str, str], bool], bool]:
    negated = "Not" in name
    plain = name.replace("Not", "", 1) if negated else name
    if plain not in _TESTS:
        raise ValueError(f"unknown condition operator {name}")
    return _TESTS[plain], negated


def _arn_matches(pattern: str, value: str) -> bool:
    wanted, given = pattern.split(":", _ARN_PARTS - 1), value.split(":", _ARN_PARTS - 1)
    return len(wanted) == len(given) == _ARN_PARTS and all(
        wildcard_matches(one, other) for one, other in zip(wanted, given, strict=True)
    )


def _in_network(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


def _moment(text: str) -> float:
    return float(text) if text.isdigit() else datetime.fromisoformat(text).timestamp()


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, value: wanted == value,
    "StringEqualsIgnoreCase": lambda wanted, value: wanted.lower() == value.lower(),
    "StringLike": wildcard_matches,
    "ArnEquals": _arn_matches,
    "ArnLike": _arn_matches,
    "Bool": lambda wanted, value: wanted.lower() == value.lower(),
    "IpAddress": _in_network,
    "NumericEquals": lambda wanted, value: float(value) == float(wanted),
    "NumericLessThan": lambda wanted, value: float(value) < float(wanted),
    "NumericLessThanEquals": lambda wanted, value: float(value) <= float(wanted),
    "NumericGreaterThan": lambda wanted, value: float(value) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, value: float(value) >= float(wanted),
    "DateEquals": lambda wanted, value: _moment(value) == _moment(wanted),
    "DateLessThan": lambda wanted, value: _moment(value) < _moment(wanted),
    "DateLessThanEquals": lambda wanted, value: _moment(value) <= _moment(wanted),
    "DateGreaterThan": lambda wanted, value: _moment(value) > _moment(wanted),
    "DateGreaterThanEquals": lambda wanted, value: _moment(value) >= _moment(wanted),
}
