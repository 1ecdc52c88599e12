"""Reads JSON that a stranger wrote: bounded, and with one kind of error."""

from __future__ import annotations

import json
import math
import re

from bot.domain.errors import BadInput

MAX_BODY_BYTES = 1024 * 1024
"""The most that SQS carries, and that our own HTTP intake takes.

See: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""
_MAX_DEPTH = 64
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def read_body(body: bytes) -> object:
    """Read a body of at most 1 MiB as JSON in UTF-8; a byte order mark is tolerated.

    Raises:
        BadInput: ``too_large``, ``not_utf8``, or as :func:`read_json`.
    """
    if len(body) > MAX_BODY_BYTES:
        raise BadInput("too_large", f"the body has {len(body)} bytes; {MAX_BODY_BYTES} are the most", "body")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("not_utf8", f"the body is not UTF-8 (byte {error.start})", "body") from None
    return read_json(text, "body")


def read_json(text: str, at: str) -> object:
    """Read JSON, nested at most 64 deep. Of keys that come twice the last one counts.

    Raises:
        BadInput: ``not_json`` (NaN and numbers without end are not JSON either) or ``too_deep``.
    """
    try:
        value: object = json.loads(text, parse_constant=_no_such_number, parse_float=_finite)
    except RecursionError:
        raise BadInput("too_deep", f"nested deeper than {_MAX_DEPTH}", at) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput("not_json", f"this is not JSON ({where})", at) from None
    except ValueError:
        raise BadInput("not_json", "this holds a number that JSON does not have", at) from None
    if _deeper_than(text, _MAX_DEPTH):
        raise BadInput("too_deep", f"nested deeper than {_MAX_DEPTH}", at)
    return value


def _no_such_number(text: str) -> float:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _deeper_than(valid: str, depth: int) -> bool:
    """Whether valid JSON is nested deeper, by taking away the innermost brackets again and again."""
    if valid.count("[") + valid.count("{") <= depth:
        return False
    brackets = _STRING.sub("", valid).encode().translate(_AS_SQUARE, _NO_BRACKETS)
    for _ in range(depth):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return False
    return bool(brackets)
