"""Names the public key of a certificate: its family, its size and its curve.

See: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, rsa
from cryptography.x509.oid import PublicKeyAlgorithmOID, SignatureAlgorithmOID

from bot.adapters.der import element
from bot.adapters.x509_fields import tbs_fields

UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
"""What the library raises for a part of a certificate that it can't read."""

PlainKey: TypeAlias = (
    ed25519.Ed25519PublicKey
    | ed448.Ed448PublicKey
    | mldsa.MLDSA44PublicKey
    | mldsa.MLDSA65PublicKey
    | mldsa.MLDSA87PublicKey
)
PLAIN_KEYS: dict[type[PlainKey], tuple[str, x509.ObjectIdentifier]] = {
    ed25519.Ed25519PublicKey: ("Ed25519", SignatureAlgorithmOID.ED25519),
    ed448.Ed448PublicKey: ("Ed448", SignatureAlgorithmOID.ED448),
    mldsa.MLDSA44PublicKey: ("ML-DSA-44", SignatureAlgorithmOID.ML_DSA_44),
    mldsa.MLDSA65PublicKey: ("ML-DSA-65", SignatureAlgorithmOID.ML_DSA_65),
    mldsa.MLDSA87PublicKey: ("ML-DSA-87", SignatureAlgorithmOID.ML_DSA_87),
}
"""Keys with one signature algorithm each, which goes by the key's name."""

_CURVES = {"secp224r1": "P-224", "secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
# The families of keys that the library may refuse to load, such as RSA with few bits or EC on a rare curve.
_FAMILIES = {
    PublicKeyAlgorithmOID.RSAES_PKCS1_v1_5: "RSA",
    PublicKeyAlgorithmOID.RSASSA_PSS: "RSA",
    PublicKeyAlgorithmOID.EC_PUBLIC_KEY: "EC",
    PublicKeyAlgorithmOID.DSA: "DSA",
    **{oid: name for name, oid in PLAIN_KEYS.values()},
}


@dataclass(frozen=True, slots=True)
class KeyKind:
    """The family, the bits (None when they say nothing or can't be read), and the curve of an EC key."""

    family: str
    bits: int | None = None
    curve: str | None = None


def key_kind(certificate: x509.Certificate) -> KeyKind:
    """What kind of key a certificate holds; an unknown algorithm is named by its number."""
    try:
        key = certificate.public_key()
    except UNREADABLE:
        return _by_number(certificate)
    if isinstance(key, rsa.RSAPublicKey):
        return KeyKind("RSA", key.key_size)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return KeyKind("EC", key.key_size, _CURVES.get(key.curve.name, key.curve.name))
    if isinstance(key, dsa.DSAPublicKey):
        return KeyKind("DSA", key.key_size)
    names = (name for kind, (name, _) in PLAIN_KEYS.items() if isinstance(key, kind))
    return KeyKind(next(names, None) or _by_number(certificate).family)


def _by_number(certificate: x509.Certificate) -> KeyKind:
    oid = certificate.public_key_algorithm_oid
    family = _FAMILIES.get(oid)
    if family is None:
        return KeyKind(f"unknown ({oid.dotted_string})")
    return KeyKind(family, _rsa_bits(certificate) if family == "RSA" else None)


def _rsa_bits(certificate: x509.Certificate) -> int | None:
    """The size of the modulus: the first integer in the key's bit string."""
    info = tbs_fields(certificate).public_key
    try:
        _, algorithm_end = element(info, element(info, 0)[0])
        bit_string, _ = element(info, algorithm_end)
        # A bit string begins with the number of unused bits.
        start, end = element(info, element(info, bit_string + 1)[0])
    except ValueError:
        return None
    return int.from_bytes(info[start:end], "big").bit_length() or None
