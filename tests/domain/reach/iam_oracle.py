"""A second reading of IAM's rules, written without the first: one request, one policy, yes or no.

It knows nothing of satisfiability. A test asks it about every request of a small world, and so finds by counting what
the product finds by thinking.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

Request = Mapping[str, tuple[str, ...]]
"""Condition keys in lower case with their values; a key that is not in the request is not in the mapping."""

VARIABLE = re.compile(r"\$\{([^}]+)\}")


class NotDocumentedError(Exception):
    """IAM's documentation does not say what happens with this request."""


def gets_in(policy: Mapping[str, Any], request: Request) -> bool | None:
    """Whether Roles Anywhere, with this request, may do all three actions; None when that is not documented."""
    may = {_may(policy, action, request) for action in ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")}
    return False if False in may else None if None in may else True


def _may(policy: Mapping[str, Any], action: str, request: Request) -> bool | None:
    met = {(one["Effect"], applies(one, action, request, policy)) for one in as_list(policy["Statement"])}
    if ("Deny", True) in met or not {("Allow", True), ("Allow", None)} & met:
        return False
    return None if ("Deny", None) in met or ("Allow", True) not in met else True


def as_list(value: Any) -> list[Any]:
    """A value that may stand alone or in a list."""
    return value if isinstance(value, list) else [value]


def applies(one: Mapping[str, Any], action: str, request: Request, policy: Mapping[str, Any]) -> bool | None:
    """Whether a statement is about this action, this principal and this request; None when not documented."""
    if "Action" in one:
        about = any(like(pattern, action, ignore_case=True) for pattern in as_list(one["Action"]))
    else:
        about = not any(like(pattern, action, ignore_case=True) for pattern in as_list(one["NotAction"]))
    if not about or not names_service(one):
        return False
    blocks = one.get("Condition", {}).items()
    answers = {asked(op, key, as_list(v), request, policy) for op, keys in blocks for key, v in keys.items()}
    return False if False in answers else None if None in answers else True


def asked(op: str, key: str, wanted: Sequence[str], request: Request, policy: Mapping[str, Any]) -> bool | None:
    """Whether one condition is true; None when that is not documented."""
    try:
        return condition(op, key, wanted, request, policy)
    except NotDocumentedError:
        return None


def names_service(one: Mapping[str, Any]) -> bool:
    """Whether the principal is, or includes, Roles Anywhere."""
    value = one.get("Principal", one.get("NotPrincipal"))
    if value == "*":
        named = True
    else:
        assert isinstance(value, dict)
        named = "rolesanywhere.amazonaws.com" in as_list(value.get("Service", [])) or value.get("AWS") == "*"
    return named if "Principal" in one else not named


def like(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """A pattern with stars and question marks over the whole text."""
    expression = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, text, re.DOTALL | (re.IGNORECASE if ignore_case else 0)) is not None


def arn_like(pattern: str, arn: str) -> bool:
    """Six parts, one by one."""
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) == 6 and all(map(like, patterns, parts))


def same_ignoring_case(wanted: str, value: str) -> bool:
    """Equal but for letter case."""
    return wanted.lower() == value.lower()


def equal(wanted: str, value: str) -> bool:
    """Equal letter by letter."""
    return wanted == value


def dated(compare: Callable[[datetime, datetime], bool]) -> Callable[[str, str], bool]:
    """A comparison of two dates, the request's first."""
    return lambda wanted, value: compare(datetime.fromisoformat(value), datetime.fromisoformat(wanted))


OPERATORS: Mapping[str, tuple[Callable[[str, str], bool], bool]] = {
    "StringEquals": (equal, False),
    "StringNotEquals": (equal, True),
    "StringEqualsIgnoreCase": (same_ignoring_case, False),
    "StringNotEqualsIgnoreCase": (same_ignoring_case, True),
    "StringLike": (like, False),
    "StringNotLike": (like, True),
    "ArnEquals": (arn_like, False),
    "ArnLike": (arn_like, False),
    "ArnNotEquals": (arn_like, True),
    "ArnNotLike": (arn_like, True),
    "Bool": (same_ignoring_case, False),
    "DateLessThan": (dated(lambda value, wanted: value < wanted), False),
    "DateGreaterThanEquals": (dated(lambda value, wanted: value >= wanted), False),
    "DateNotEquals": (dated(lambda value, wanted: value == wanted), True),
}
"""How a wanted value and one of the request are compared, and whether the operator is negated."""


def condition(op: str, key: str, wanted: Sequence[str], request: Request, policy: Mapping[str, Any]) -> bool:
    """Whether one condition is true."""
    values = request.get(plain_key(key), ())
    if op == "Null":
        return any((one == "true") == (not values) for one in wanted)
    quantifier, _, rest = op.rpartition(":")
    name = rest.removesuffix("IfExists")
    compare, negated = OPERATORS[name]
    if not values and rest.endswith("IfExists"):
        return True
    if quantifier == "ForAllValues":
        return all(one_value(compare, wanted, one, request, policy) != negated for one in values)
    if quantifier == "ForAnyValue":
        return any(one_value(compare, wanted, one, request, policy) != negated for one in values)
    if len(values) > 1:
        raise NotDocumentedError
    return one_value(compare, wanted, values[0], request, policy) != negated if values else negated


def plain_key(key: str) -> str:
    """Keys ignore case, and the tags that a session asks for are those that it gets."""
    return key.lower().replace("aws:requesttag/", "aws:principaltag/")


def one_value(
    compare: Callable[[str, str], bool],
    wanted: Sequence[str],
    value: str,
    request: Request,
    policy: Mapping[str, Any],
) -> bool:
    """Whether a value of the request meets one of those in the policy."""
    return any(compare(filled(one, request, policy), value) for one in wanted)


def filled(text: str, request: Request, policy: Mapping[str, Any]) -> str:
    """The text with its policy variables replaced, in the version of the language that has them."""
    if policy.get("Version") != "2012-10-17":
        return text

    def value(found: re.Match[str]) -> str:
        values = request.get(plain_key(found[1]), ())
        if len(values) != 1:
            raise NotDocumentedError
        return values[0]

    return VARIABLE.sub(value, text)
