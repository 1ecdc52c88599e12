"""Reads JSON that a stranger wrote: bounded, and with one kind of error."""

from __future__ import annotations

import json
import math

from bot.domain.errors import BadInput

MAX_BODY_BYTES = 1024 * 1024
"""The most that SQS carries, and that our own HTTP intake takes.

See: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
"""
_MAX_DEPTH = 64
# A mebibyte of real events has some 20,000; a mebibyte of empty lists takes the garbage collector a long time.
_MAX_CONTAINERS = 50_000
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_MARKS = bytes(set(range(256)) - set(b'[]{}"'))


def read_body(body: bytes, most_bytes: int = MAX_BODY_BYTES) -> object:
    """Read a body of at most ``most_bytes`` as JSON in UTF-8; a byte order mark is tolerated.

    Raises:
        BadInput: ``too_large``, ``not_utf8``, or as :func:`read_json`.
    """
    if len(body) > most_bytes:
        raise BadInput("too_large", f"the body has {len(body)} bytes; {most_bytes} are the most", "body")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput("not_utf8", f"the body is not UTF-8 (byte {error.start})", "body") from None
    return read_json(text, "body")


def read_json(text: str, at: str) -> object:
    """Read JSON, nested at most 64 deep. Of keys that come twice the last one counts.

    Raises:
        BadInput: ``not_json`` (NaN and numbers without end are not JSON either), ``too_deep``, or ``too_many`` lists
            and objects.
    """
    # Most messages have too few brackets, also counting those inside of strings, to be nested too deep.
    brackets = _brackets(text) if text.count("{") + text.count("[") > _MAX_DEPTH else b""
    if len(brackets) > 2 * _MAX_CONTAINERS:
        raise BadInput("too_many", f"more than {_MAX_CONTAINERS} lists and objects", at)
    try:
        value: object = json.loads(text, parse_constant=_no_such_number, parse_float=_finite)
    except RecursionError:
        raise BadInput("too_deep", f"nested deeper than {_MAX_DEPTH}", at) from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadInput("not_json", f"this is not JSON ({where})", at) from None
    except ValueError:
        raise BadInput("not_json", "this holds a number that JSON does not have", at) from None
    if _deeper_than(brackets, _MAX_DEPTH):
        raise BadInput("too_deep", f"nested deeper than {_MAX_DEPTH}", at)
    return value


def _no_such_number(text: str) -> float:
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def _brackets(text: str) -> bytes:
    """The brackets outside of strings, all as square ones; of text that is no JSON, at least those of its good part."""
    unescaped = text.replace("\\\\", "").replace('\\"', "") if "\\" in text else text
    # Without escaped quotes, every second piece between quotes stands outside of strings.
    return b"".join(unescaped.encode(errors="replace").translate(_AS_SQUARE, _NO_MARKS).split(b'"')[::2])


def _deeper_than(brackets: bytes, depth: int) -> bool:
    """Whether the brackets of valid JSON are nested deeper, by taking away the innermost ones again and again."""
    if len(brackets) <= depth:
        return False
    for _ in range(depth):
        brackets = brackets.replace(b"[]", b"")
        if not brackets:
            return False
    return bool(brackets)
