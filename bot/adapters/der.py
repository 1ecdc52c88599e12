"""Walks DER without believing it: where elements begin and end, and whether bytes begin as a private key does.

See: https://www.itu.int/rec/T-REC-X.690
"""

from __future__ import annotations

SEQUENCE, INTEGER, OBJECT_IDENTIFIER = 0x30, 0x02, 0x06


def element(der: bytes, start: int) -> tuple[int, int]:
    """Where the content of the element at ``start`` begins and ends; the end may lie behind the bytes.

    Raises:
        ValueError: no element begins there.
    """
    if start + 1 >= len(der):
        raise ValueError("the DER ends early")
    size = der[start + 1]
    if not size & 0x80:
        return start + 2, start + 2 + size
    content = start + 2 + (size & 0x7F)
    return content, content + int.from_bytes(der[start + 2 : content], "big")


def is_private_key(der: bytes) -> bool:
    """Whether bytes, of which the first 24 are enough, begin as a private key does.

    Plain keys begin with a version number inside the outer sequence, encrypted ones with an algorithm; a
    certificate's first two elements are sequences.

    See: https://www.rfc-editor.org/rfc/rfc5958
    """
    try:
        first = _sequence(der, 0)
        if der[first] == INTEGER:
            return True
        return der[_sequence(der, first)] == OBJECT_IDENTIFIER
    except (ValueError, IndexError):
        return False


def _sequence(der: bytes, start: int) -> int:
    """Where the content of the sequence at ``start`` begins."""
    content, _ = element(der, start)
    if der[start] != SEQUENCE:
        raise ValueError("no sequence")
    return content
