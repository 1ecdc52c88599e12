"""Certificates written byte by byte, each with the label that a reader must give it.

Nothing here reads a certificate: the label comes from what was written, its two hashes from the bytes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec

from tests.certificates import algorithms
from tests.certificates.algorithms import Algorithm
from tests.certificates.der import bit_string, boolean, explicit, integer, octet_string, oid, sequence, set_of, tlv
from tests.certificates.keys import Key, ec_key, rsa_key

SHORT = {
    "CN": "2.5.4.3",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "STREET": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "UID": "0.9.2342.19200300.100.1.1",
    "DC": "0.9.2342.19200300.100.1.25",
}
USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)
UTF8, PRINTABLE, T61, IA5, NUMERIC, VISIBLE, UNIVERSAL, BMP = 0x0C, 0x13, 0x14, 0x16, 0x12, 0x1A, 0x1C, 0x1E


@dataclass(frozen=True, slots=True)
class Name:
    """A distinguished name: its DER and its RFC 4514 text."""

    der: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """What a reader must say of one certificate: the fields that `inspect-ca --json` prints."""

    subject: str
    issuer: str
    serial_hex: str
    sha256: str
    spki_sha256: str
    not_before: str
    not_after: str
    key_type: str
    key_bits: int | None
    signature_algorithm: str
    is_ca: bool | None
    path_length: int | None
    key_usage: tuple[str, ...] | None
    self_issued: bool
    self_signed: bool | None


@dataclass(frozen=True, slots=True)
class Made:
    """A certificate's DER and its label."""

    der: bytes
    label: Label

    def but(self, **fields: object) -> Made:
        """The same bytes with another label, where the bytes alone do not give it."""
        return Made(self.der, replace(self.label, **fields))  # type: ignore[arg-type]


def attribute(kind: str, value: bytes, string: int = UTF8) -> bytes:
    """One AttributeTypeAndValue; the kind is a short name or a dotted number."""
    return sequence(oid(SHORT.get(kind, kind)), tlv(string, value))


def odd_name(text: str, *rdns: bytes) -> Name:
    """A name of single-valued RDNs, first to last as in the certificate, with its text."""
    return Name(sequence(*(set_of(rdn) for rdn in rdns)), text)


def name(text: str) -> Name:
    """A name from its text, which must hold no escapes: countries are PrintableString, the rest is UTF8String."""
    pairs = [pair.split("=", 1) for pair in reversed(text.split(","))] if text else []
    return odd_name(
        text, *(attribute(kind, value.encode(), PRINTABLE if kind == "C" else UTF8) for kind, value in pairs)
    )


def time(stamp: str) -> bytes:
    """A Time from `YYYY-MM-DDTHH:MM:SSZ`: UTCTime from 1950 to 2049, GeneralizedTime otherwise (RFC 5280, 4.1.2.5)."""
    digits = "".join(filter(str.isdigit, stamp)) + "Z"
    return tlv(0x17, digits[2:].encode()) if "1950" <= stamp[:4] <= "2049" else tlv(0x18, digits.encode())


def extension(dotted: str, value: bytes, *, critical: bool = False) -> bytes:
    """One extension."""
    return sequence(oid(dotted), *([boolean(True)] if critical else []), octet_string(value))


def basic_constraints(*, ca: bool, path_length: int | None = None, critical: bool = True) -> bytes:
    """The basicConstraints extension."""
    parts = ([boolean(True)] if ca else []) + ([] if path_length is None else [integer(path_length)])
    return extension("2.5.29.19", sequence(*parts), critical=critical)


def key_usage(*usages: str) -> bytes:
    """The keyUsage extension, its trailing zero bits left out."""
    bits = sum(0x8000 >> USAGES.index(usage) for usage in usages)
    if not bits:
        return extension("2.5.29.15", bit_string(b""), critical=True)
    content = bits.to_bytes(2, "big").rstrip(b"\0")
    unused = (content[-1] & -content[-1]).bit_length() - 1
    return extension("2.5.29.15", bit_string(content, unused), critical=True)


def subject_key_id(key: Key) -> bytes:
    """The subjectKeyIdentifier extension."""
    return extension("2.5.29.14", octet_string(bytes.fromhex(key.spki_sha256[:40])))


def authority_key_id(key: Key) -> bytes:
    """The authorityKeyIdentifier extension."""
    return extension("2.5.29.35", sequence(tlv(0x80, bytes.fromhex(key.spki_sha256[:40]))))


@cache
def default_key() -> Key:
    """The key of most certificates of the set."""
    return ec_key(ec.SECP256R1())


@cache
def another_key() -> Key:
    """A second key."""
    return rsa_key(2048)


NAME = name("CN=Test Anchor,O=Example Corp,C=DE")
CA_USAGES = ("keyCertSign", "cRLSign")
CA = (basic_constraints(ca=True), key_usage(*CA_USAGES))


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a certificate is made; as it stands, a root with nothing to find in it on the day of the set."""

    subject: Name = NAME
    issuer: Name | None = None
    key: Key | None = None
    signer: Key | None = None
    algorithm: Algorithm = algorithms.EC_SHA256
    outer: bytes | None = None
    serial: int = 0x1F2E3D4C5B6A7988
    serial_der: bytes | None = None
    serial_hex: str | None = None
    not_before: str = "2024-01-01T00:00:00Z"
    not_after: str = "2034-01-01T00:00:00Z"
    validity: bytes | None = None
    version: int = 3
    extensions: tuple[bytes, ...] = CA
    is_ca: bool | None = True
    path_length: int | None = None
    usages: tuple[str, ...] | None = CA_USAGES
    signature: bytes | None = None

    def tbs(self) -> bytes:
        """The part that is signed."""
        # 0 stands for version 1 where it is written out, which DER forbids.
        version = [] if self.version == 1 else [explicit(0, integer(max(self.version, 1) - 1))]
        return sequence(
            *version,
            self.serial_der or integer(self.serial),
            self.algorithm.identifier,
            (self.issuer or self.subject).der,
            self.validity or sequence(time(self.not_before), time(self.not_after)),
            self.subject.der,
            (self.key or default_key()).spki,
            *([explicit(3, sequence(*self.extensions))] if self.extensions else []),
        )

    def make(self) -> Made:
        """The certificate and its label."""
        tbs, key = self.tbs(), self.key or default_key()
        signature = self.signature or (self.signer or key).sign(tbs, self.algorithm.digest)
        der = sequence(tbs, self.outer or self.algorithm.identifier, bit_string(signature))
        issuer = self.issuer or self.subject
        label = Label(
            subject=self.subject.text,
            issuer=issuer.text,
            serial_hex=self.serial_hex or f"{self.serial:x}",
            sha256=hashlib.sha256(der).hexdigest(),
            spki_sha256=key.spki_sha256,
            not_before=self.not_before,
            not_after=self.not_after,
            key_type=key.key_type,
            key_bits=key.key_bits,
            signature_algorithm=self.algorithm.name,
            is_ca=self.is_ca,
            path_length=self.path_length,
            key_usage=self.usages,
            self_issued=issuer.der == self.subject.der,
            self_signed=issuer.der == self.subject.der and self.signer in {None, key} and self.signature is None,
        )
        return Made(der, label)


def make(**fields: object) -> Made:
    """A certificate that differs from the plain root in these fields."""
    return Recipe(**fields).make()  # type: ignore[arg-type]
