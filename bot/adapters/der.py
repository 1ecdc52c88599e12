"""Walks DER without believing it: where elements begin and end, and whether bytes begin as a private key does.

See: https://www.itu.int/rec/T-REC-X.690
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE, SET = 0x01, 0x02, 0x03, 0x04, 0x06, 0x30, 0x31
_LONG_FORM = 0x80
_SEVEN_BITS = 0x7F
# An object identifier is short; a number in it may be as long as a UUID.
_MAX_IDENTIFIER_BYTES = 128


class Element(NamedTuple):
    """One element: its tag, its content, and the whole of it."""

    tag: int
    content: bytes
    whole: bytes


def element(der: bytes, start: int) -> tuple[int, int]:
    """Where the content of the element at ``start`` begins and ends; the end may lie behind the bytes.

    Raises:
        ValueError: no element begins there.
    """
    if start + 1 >= len(der):
        raise ValueError("the DER ends early")
    size = der[start + 1]
    if not size & _LONG_FORM:
        return start + 2, start + 2 + size
    content = start + 2 + (size & _SEVEN_BITS)
    return content, content + int.from_bytes(der[start + 2 : content], "big")


def elements(content: bytes) -> Iterator[Element]:
    """The elements that stand one after the other in a content.

    Raises:
        ValueError: while they are walked, where one is cut off or has no definite length.
    """
    start, size = 0, len(content)
    while start < size:
        begins, end = element(content, start)
        if end > size or content[start + 1] == _LONG_FORM:
            raise ValueError("an element is cut off")
        yield Element(content[start], content[begins:end], content[start:end])
        start = end


def only(der: bytes, tag: int = SEQUENCE) -> bytes:
    """The content of the one element that the bytes are.

    Raises:
        ValueError: they are something else.
    """
    found = list(elements(der))
    if len(found) != 1 or found[0].tag != tag:
        raise ValueError("the DER holds something else")
    return found[0].content


@lru_cache(maxsize=512)
def identifier(content: bytes) -> str:
    """An object identifier's dotted numbers, from its content.

    Raises:
        ValueError: it is none.
    """
    if not content or len(content) > _MAX_IDENTIFIER_BYTES or content[-1] & _LONG_FORM:
        raise ValueError("no object identifier")
    numbers = [0]
    for byte in content:
        numbers[-1] = numbers[-1] << 7 | byte & _SEVEN_BITS
        if not byte & _LONG_FORM:
            numbers.append(0)
    first, *rest = numbers[:-1]
    root = min(first // 40, 2)
    return ".".join(map(str, (root, first - 40 * root, *rest)))


def is_private_key(der: bytes) -> bool:
    """Whether bytes begin as a private key does; of a plain key, the first few are enough.

    Plain keys begin with a version number inside the outer sequence. Encrypted ones begin with an algorithm and go on
    with an octet string, which may be cut off here. A certificate's first two elements are sequences, and OpenSSL's
    trust settings go on with another kind of element.

    See: https://www.rfc-editor.org/rfc/rfc5958
    """
    try:
        first = _sequence(der, 0)
        if der[first] == INTEGER:
            # A longer number is the modulus of a public key.
            return der[first + 1] == 1
        if der[_sequence(der, first)] != OBJECT_IDENTIFIER:
            return False
    except (ValueError, IndexError):
        return False
    _, behind = element(der, first)
    if behind >= len(der):
        # Cut off: what else may follow an algorithm is longer than what is here.
        return behind < element(der, 0)[1]
    return der[behind] == OCTET_STRING


def _sequence(der: bytes, start: int) -> int:
    """Where the content of the sequence at ``start`` begins."""
    content, _ = element(der, start)
    if der[start] != SEQUENCE:
        raise ValueError("no sequence")
    return content
