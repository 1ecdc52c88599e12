"""Builds revocation lists, as a CA's owner would hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from tests.records import HAPPENED_AT, Key, make_key


def revocation_list(
    *serials: str,
    key: Key | None = None,
    issued_at: datetime = HAPPENED_AT - timedelta(days=1),
    lifetime: timedelta = timedelta(days=36_500),
    extensions: Sequence[x509.ExtensionType] = (),
) -> str:
    """A list in PEM of these serial numbers (hexadecimal), signed with ``key``; without one with a key of its own."""
    signer = key or make_key("ec")
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    builder = x509.CertificateRevocationListBuilder(
        x509.Name.from_rfc4514_string("CN=Harbour Root,O=Example"), issued_at, issued_at + lifetime
    )
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder(int(serial, 16), issued_at).build()
        builder = builder.add_revoked_certificate(revoked)
    for one in extensions:
        builder = builder.add_extension(one, critical=False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM).decode().strip()
