"""A small writer of DER, so that the labelled certificates can be right and wrong in ways that no library writes.

See: https://www.itu.int/rec/T-REC-X.690 (tags, lengths, contents).
"""

from __future__ import annotations

_LONG = 0x80
_BYTE = 8


def tlv(tag: int, *parts: bytes) -> bytes:
    """One value: its tag, its length and the parts of its content."""
    content = b"".join(parts)
    if len(content) < _LONG:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // _BYTE, "big")
    return bytes((tag, _LONG | len(length))) + length + content


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE of the parts."""
    return tlv(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    """A SET OF the parts, in the order that DER asks for."""
    return tlv(0x31, *sorted(parts))


def integer(number: int) -> bytes:
    """An INTEGER in its shortest form."""
    return tlv(
        0x02, number.to_bytes((number if number >= 0 else ~number).bit_length() // _BYTE + 1, "big", signed=True)
    )


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    first, second, *rest = (int(part) for part in dotted.split("."))
    return tlv(0x06, *(_base128(arc) for arc in (40 * first + second, *rest)))


def _base128(arc: int) -> bytes:
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(_LONG | arc & 0x7F)
    return bytes(reversed(groups))


def bit_string(content: bytes, unused: int = 0) -> bytes:
    """A BIT STRING with so many unused bits at its end."""
    return tlv(0x03, bytes((unused,)), content)


def octet_string(content: bytes) -> bytes:
    """An OCTET STRING."""
    return tlv(0x04, content)


def boolean(value: bool) -> bytes:  # noqa: FBT001 - A truth value is all that it takes.
    """A BOOLEAN."""
    return tlv(0x01, b"\xff" if value else b"\0")


def explicit(number: int, *parts: bytes) -> bytes:
    """The parts under an explicit tag of the context."""
    return tlv(0xA0 | number, *parts)


NULL = tlv(0x05)
EMPTY = sequence()
