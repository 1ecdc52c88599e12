"""Checks a parsed request against the constraints of the service model, as the service itself does.

boto3 checks required members, minimum lengths and unions before it sends, and nothing else; maximum
lengths, patterns and enums are the server's business.
"""

import re
from collections.abc import Iterator

from botocore.model import ListShape, Shape, StructureShape

from .exceptions import ValidationException


def check_request(shape: Shape | None, request: dict[str, object]) -> None:
    """Refuse a request that breaks the model.

    Args:
        shape: The operation's input shape; None when it takes nothing.
        request: The parsed members, absent ones left out.

    Raises:
        ValidationException: Naming every broken constraint, in the wording that AWS's services share.
    """
    problems = list(_problems(shape, request, "")) if shape else []
    if problems:
        plural = "" if len(problems) == 1 else "s"
        joined = "; ".join(problems)
        raise ValidationException(f"{len(problems)} validation error{plural} detected: {joined}")


def _problems(shape: Shape, value: object, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        yield from _structure_problems(shape, value, path)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield from _list_problems(shape, value, path)
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _string_problems(shape, value, path)
    elif shape.type_name == "integer" and isinstance(value, int):
        yield from _range_problems(shape, value, str(value), path, "value")
    elif shape.type_name in {"structure", "list", "string", "integer"}:
        yield _failed(None, path, f"Member must be a {shape.type_name}")


def _structure_problems(shape: StructureShape, value: dict[str, object], path: str) -> Iterator[str]:
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if name not in value:
            yield _failed("null", prefix + name, "Member must not be null")
    if shape.metadata.get("union") and len(value) != 1:
        yield _failed(None, path, f"Exactly one of [{', '.join(shape.members)}] must be set")
    for name, member in shape.members.items():
        if name in value:
            yield from _problems(member, value[name], prefix + name)


def _list_problems(shape: ListShape, value: list[object], path: str) -> Iterator[str]:
    yield from _range_problems(shape, len(value), None, path, "length")
    for number, item in enumerate(value, start=1):
        yield from _problems(shape.member, item, f"{path}.{number}.member")


def _string_problems(shape: Shape, value: str, path: str) -> Iterator[str]:
    shown = None if shape.metadata.get("sensitive") else f"'{value}'"
    yield from _range_problems(shape, len(value), shown, path, "length")
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        yield _failed(shown, path, f"Member must satisfy regular expression pattern: {pattern}")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield _failed(shown, path, f"Member must satisfy enum value set: [{', '.join(allowed)}]")


def _range_problems(shape: Shape, size: int, shown: str | None, path: str, measure: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if most is not None and size > most:
        yield _failed(shown, path, f"Member must have {measure} less than or equal to {most}")
    if least is not None and size < least:
        yield _failed(shown, path, f"Member must have {measure} greater than or equal to {least}")


def _failed(shown: str | None, path: str, constraint: str) -> str:
    value = "Value" if shown is None else f"Value {shown}"
    return f"{value} at '{path}' failed to satisfy constraint: {constraint}"
