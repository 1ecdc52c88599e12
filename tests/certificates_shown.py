"""Certificates as callers of CreateSession show them: the base64 of their DER."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_FROM = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ShownCa:
    """A CA that issues certificates for tests; ``pem`` is its own."""

    name: str
    key: ec.EllipticCurvePrivateKey
    pem: str

    def shows(self, serial: int, subject: str = "build") -> str:
        """A certificate of this CA as callers show it."""
        return base64.b64encode(self._issued(serial, subject).public_bytes(serialization.Encoding.DER)).decode()

    def shows_pem(self, serial: int, subject: str = "build") -> str:
        """A certificate of this CA as GetSubject has it."""
        return self._issued(serial, subject).public_bytes(serialization.Encoding.PEM).decode()

    def _issued(self, serial: int, subject: str) -> x509.Certificate:
        return _signed(self.name, subject, ec.generate_private_key(ec.SECP256R1()), self.key, serial)


def ca_shown(name: str = "Test CA") -> ShownCa:
    """A new CA; two of the same name have different keys."""
    key = ec.generate_private_key(ec.SECP256R1())
    return ShownCa(name, key, _signed(name, name, key, key, 1).public_bytes(serialization.Encoding.PEM).decode())


def certificate_shown(serial: int) -> str:
    """A certificate of some CA."""
    return ca_shown().shows(serial)


def _signed(
    issuer: str, subject: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, serial: int
) -> x509.Certificate:
    names = [x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, one)]) for one in (issuer, subject)]
    builder = x509.CertificateBuilder(names[0], names[1], key.public_key(), serial, _FROM, _FROM + timedelta(days=90))
    return builder.sign(by, hashes.SHA256())
