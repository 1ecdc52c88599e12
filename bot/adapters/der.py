"""Walks DER without believing it: where elements begin and end, and whether bytes begin as a private key does.

See: https://www.itu.int/rec/T-REC-X.690
"""

from __future__ import annotations

SEQUENCE, INTEGER, OCTET_STRING, OBJECT_IDENTIFIER = 0x30, 0x02, 0x04, 0x06


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
    """Whether bytes begin as a private key does; of a plain key, the first few are enough.

    Plain keys begin with a version number inside the outer sequence. Encrypted ones begin with an algorithm and go on
    with an octet string, which may be cut off here. A certificate's first two elements are sequences, and OpenSSL's
    trust settings go on with another kind of element.

    See: https://www.rfc-editor.org/rfc/rfc5958
    """
    try:
        first = _sequence(der, 0)
        if der[first] == INTEGER:
            return True
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
