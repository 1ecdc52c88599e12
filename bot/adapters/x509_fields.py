"""Cuts a certificate into its fields, as they stand in its DER.

Whatever a client may still take is read: libraries refuse a whole certificate for one wrong character in a name.

See: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.adapters.der import BIT_STRING, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, Element, elements, only
from bot.adapters.der import identifier as dotted
from bot.adapters.x509_names import Name
from bot.adapters.x509_times import read_time

_VERSION_TAG, _EXTENSIONS_TAG = 0xA0, 0xA3
# Serial number, algorithm, issuer, validity, subject, key.
_TAGS = (INTEGER, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE, SEQUENCE)
_MAX_EXTENSIONS = 512


@dataclass(frozen=True)
class CertificateFields:
    """The fields of a certificate; names, key and algorithms are whole DER elements.

    ``extensions`` are the values by dotted identifier; None where their list can't be read. An extension that stands
    there twice, with two values, has none.
    """

    der: bytes
    signed: bytes
    version: int
    serial_number: int
    issuer: Name
    not_before: datetime
    not_after: datetime
    subject: Name
    public_key: bytes
    extensions: Mapping[str, bytes | None] | None
    algorithm: bytes
    signature: bytes

    @cached_property
    def sha256(self) -> str:
        """The usual fingerprint, lower-case hex."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def public_key_sha256(self) -> str:
        """The usual fingerprint of a key, lower-case hex; keys that nobody can load have one too."""
        return hashlib.sha256(self.public_key).hexdigest()


def certificate_fields(der: bytes) -> CertificateFields:
    """Cut a certificate's DER into fields.

    Raises:
        ValueError: it is none, or the serial number or a date can't be read.
    """
    signed, algorithm, signature = _three(only(der))
    fields = list(elements(signed.content))
    version = 0
    if fields and fields[0].tag == _VERSION_TAG:
        version = _number(only(fields.pop(0).content, INTEGER))
    if tuple(field.tag for field in fields[:6]) != _TAGS:
        raise ValueError("a field is missing in the certificate")
    serial, _, issuer, validity, subject, key = fields[:6]
    not_before, not_after = map(read_time, elements(validity.content))
    named = Name(subject.whole)
    return CertificateFields(
        der=der,
        signed=signed.whole,
        version=version + 1,
        serial_number=_number(serial.content),
        issuer=named if issuer.whole == subject.whole else Name(issuer.whole),
        not_before=not_before,
        not_after=not_after,
        subject=named,
        public_key=key.whole,
        extensions=_extensions(fields[6:]),
        algorithm=algorithm.whole,
        signature=signature.content[1:],
    )


def _three(content: bytes) -> tuple[Element, Element, Element]:
    found = tuple(elements(content))
    if tuple(one.tag for one in found) != (SEQUENCE, SEQUENCE, BIT_STRING):
        raise ValueError("no certificate")
    return found[0], found[1], found[2]


def _number(content: bytes) -> int:
    if not content:
        raise ValueError("an empty number")
    return int.from_bytes(content, "big", signed=True)


def _extensions(fields: list[Element]) -> Mapping[str, bytes | None] | None:
    found: dict[str, bytes | None] = {}
    try:
        for field in fields:
            if field.tag == _EXTENSIONS_TAG:
                for one in list(elements(only(field.content)))[:_MAX_EXTENSIONS]:
                    name, value = _extension(one)
                    found[name] = value if found.get(name, value) == value else None
    except ValueError:
        return None
    return found


def _extension(one: Element) -> tuple[str, bytes]:
    """Identifier and value; whether it is critical matters to nobody here."""
    parts = list(elements(one.content))
    if one.tag != SEQUENCE or not parts or parts[0].tag != OBJECT_IDENTIFIER or parts[-1].tag != OCTET_STRING:
        raise ValueError("no extension")
    return dotted(parts[0].content), parts[-1].content
