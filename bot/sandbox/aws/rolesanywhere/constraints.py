"""Checks a parsed request against the constraints of the service model, as the service itself does.

boto3 checks required members, minimum lengths and unions before it sends, and nothing else; maximum
lengths, patterns and enums are the server's business.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .exceptions import ValidationException


def check_request(shape: Any, request: Mapping[str, Any]) -> None:
    """Refuse a request that breaks the model.

    Args:
        shape: The operation's input shape from botocore's service model.
        request: The parsed members, absent ones left out.

    Raises:
        ValidationException: Naming every broken constraint, in the wording that AWS's services share.
    """
    problems = list(_structure_problems(shape, request, ""))
    if problems:
        plural = "" if len(problems) == 1 else "s"
        joined = "; ".join(problems)
        raise ValidationException(f"{len(problems)} validation error{plural} detected: {joined}")


def _problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _structure_problems(shape, value, path)
    elif shape.type_name == "list":
        yield from _list_problems(shape, value, path)
    elif shape.type_name == "string":
        yield from _string_problems(shape, value, path)
    elif shape.type_name == "integer":
        yield from _range_problems(shape, value, value, path, "value")


def _structure_problems(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if name not in value:
            yield _failed("null", prefix + name, "Member must not be null")
    if shape.metadata.get("union") and len(value) != 1:
        yield _failed(None, path, f"Exactly one of [{', '.join(shape.members)}] must be set")
    for name, member in shape.members.items():
        if name in value:
            yield from _problems(member, value[name], prefix + name)


def _list_problems(shape: Any, value: list[Any], path: str) -> Iterator[str]:
    yield from _range_problems(shape, len(value), value, path, "length")
    for number, item in enumerate(value, start=1):
        yield from _problems(shape.member, item, f"{path}.{number}.member")


def _string_problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield _failed(None, path, "Member must be a string")
        return
    shown = None if shape.metadata.get("sensitive") else f"'{value}'"
    yield from _range_problems(shape, len(value), shown, path, "length")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield _failed(shown, path, f"Member must satisfy regular expression pattern: {pattern}")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield _failed(shown, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")


def _range_problems(shape: Any, size: int, shown: Any, path: str, measure: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    have = "have length" if measure == "length" else "have value"
    if most is not None and size > most:
        yield _failed(shown, path, f"Member must {have} less than or equal to {most}")
    if least is not None and size < least:
        yield _failed(shown, path, f"Member must {have} greater than or equal to {least}")


def _failed(shown: Any, path: str, constraint: str) -> str:
    value = "Value" if shown is None else f"Value {shown}"
    return f"{value} at '{path}' failed to satisfy constraint: {constraint}"
