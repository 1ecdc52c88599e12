"""Finds the serial number in the bytes of a certificate, which an attacker has made."""

from __future__ import annotations

import base64
import binascii

_SEQUENCE, _INTEGER, _VERSION = 0x30, 0x02, b"\xa0"
_LONG_FORM, _LENGTH_BITS = 0x80, 0x7F


def serial_of(certificate: str) -> str | None:
    """The serial number of a base64 DER certificate in lower-case hex without leading zeros; None: can't be read.

    It is the first INTEGER of the certificate's second SEQUENCE, behind the version. A negative one counts as the
    bytes that stand there.

    See: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
    """
    try:
        der = base64.b64decode(certificate, validate=True)
        inner = _content(_content(der, _SEQUENCE), _SEQUENCE)
        if inner[:1] == _VERSION:
            inner = inner[2 + inner[1] :]
        return f"{int.from_bytes(_content(inner, _INTEGER), 'big'):x}"
    except (binascii.Error, IndexError, ValueError):
        return None


def _content(der: bytes, tag: int) -> bytes:
    """What is in the DER element that ``der`` starts with."""
    if der[0] != tag:
        raise ValueError("another element was expected")
    start, length = 2, der[1]
    if length & _LONG_FORM:
        start += length & _LENGTH_BITS
        length = int.from_bytes(der[2:start], "big")
    if len(der) >= start + length:
        return der[start : start + length]
    raise ValueError("the element is cut off")
