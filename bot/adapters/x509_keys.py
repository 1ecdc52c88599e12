"""Reads the public key of a certificate: its family, its size and its curve, and the key itself where it can be used.

See: https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, rsa, x448, x25519
from cryptography.hazmat.primitives.serialization import load_der_public_key

from bot.adapters.der import BIT_STRING, INTEGER, OBJECT_IDENTIFIER, Element, elements, identifier, only

UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)
"""What the library raises for a key or a signature that it can't read."""

PlainKey: TypeAlias = (
    ed25519.Ed25519PublicKey
    | ed448.Ed448PublicKey
    | mldsa.MLDSA44PublicKey
    | mldsa.MLDSA65PublicKey
    | mldsa.MLDSA87PublicKey
)
CheckingKey: TypeAlias = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey | PlainKey
PLAIN_KEYS: dict[type[PlainKey], str] = {
    ed25519.Ed25519PublicKey: "Ed25519",
    ed448.Ed448PublicKey: "Ed448",
    mldsa.MLDSA44PublicKey: "ML-DSA-44",
    mldsa.MLDSA65PublicKey: "ML-DSA-65",
    mldsa.MLDSA87PublicKey: "ML-DSA-87",
}
"""Keys with one signature algorithm each, which goes by the key's name."""

_CURVES = {"secp224r1": "P-224", "secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
_RSA, _EC = "RSA", "EC"
# Families by the key's algorithm, for keys that the library may refuse to load too.
_FAMILIES = {
    "1.2.840.113549.1.1.1": _RSA,
    "1.2.840.113549.1.1.10": _RSA,
    "1.2.840.10045.2.1": _EC,
    "1.2.840.10040.4.1": "DSA",
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
    "2.16.840.1.101.3.4.3.17": "ML-DSA-44",
    "2.16.840.1.101.3.4.3.18": "ML-DSA-65",
    "2.16.840.1.101.3.4.3.19": "ML-DSA-87",
}
# See: https://www.rfc-editor.org/rfc/rfc8032 (what is said of the size of these keys).
_FIXED_BITS = {"X25519": 256, "X448": 448, "Ed25519": 256, "Ed448": 456}
# Curves that are written by their number and that the library does not have: name and bits.
_RARE_CURVES = {
    "1.2.840.10045.3.1.7": ("P-256", 256),
    "1.3.132.0.33": ("P-224", 224),
    "1.3.132.0.34": ("P-384", 384),
    "1.3.132.0.35": ("P-521", 521),
    "1.3.132.0.26": ("sect233k1", 233),
    "1.3.132.0.27": ("sect233r1", 233),
    "1.3.132.0.16": ("sect283k1", 283),
    "1.3.132.0.17": ("sect283r1", 283),
    "1.3.132.0.36": ("sect409k1", 409),
    "1.3.132.0.37": ("sect409r1", 409),
    "1.3.132.0.38": ("sect571k1", 571),
    "1.3.132.0.39": ("sect571r1", 571),
    "1.3.36.3.3.2.8.1.1.5": ("brainpoolP224r1", 224),
    "1.3.36.3.3.2.8.1.1.9": ("brainpoolP320r1", 320),
    "1.2.156.10197.1.301": ("SM2", 256),
}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key's family, bits (None when they say nothing or can't be read), curve if any, and the key if it loads."""

    family: str
    bits: int | None = None
    curve: str | None = None
    checking: CheckingKey | None = None


def read_key(info: bytes) -> PublicKey:
    """Read a SubjectPublicKeyInfo; an unknown algorithm is named by its number.

    Raises:
        ValueError: it names no algorithm.
    """
    algorithm, bits = _parts(info)
    kind, *parameters = elements(algorithm.content)
    number = identifier(kind.content)
    family = _FAMILIES.get(number, f"unknown ({number})")
    try:
        loaded = load_der_public_key(info)
    except UNREADABLE:
        return _unloaded(family, parameters, bits)
    if isinstance(loaded, x25519.X25519PublicKey | x448.X448PublicKey) or not isinstance(loaded, CheckingKey):
        return PublicKey(family, _FIXED_BITS.get(family))
    if isinstance(loaded, ec.EllipticCurvePublicKey):
        return PublicKey(_EC, loaded.key_size, _CURVES.get(loaded.curve.name, loaded.curve.name), loaded)
    if isinstance(loaded, rsa.RSAPublicKey | dsa.DSAPublicKey):
        return PublicKey(family, loaded.key_size, None, loaded)
    return PublicKey(family, _FIXED_BITS.get(family), None, loaded)


def _parts(info: bytes) -> tuple[Element, Element]:
    found = list(elements(only(info)))
    if len(found) != 2 or found[1].tag != BIT_STRING:  # noqa: PLR2004 - Algorithm and key.
        raise ValueError("no public key")
    return found[0], found[1]


def _unloaded(family: str, parameters: list[Element], bits: Element) -> PublicKey:
    if family == _RSA:
        return _rsa_key(bits)
    if family == _EC and parameters and parameters[0].tag == OBJECT_IDENTIFIER:
        curve, size = _RARE_CURVES.get(identifier(parameters[0].content), (None, None))
        return PublicKey(_EC, size, curve)
    return PublicKey(family, _FIXED_BITS.get(family))


def _rsa_key(bits: Element) -> PublicKey:
    """From modulus and exponent, whatever stands around them; the size is the modulus's."""
    try:
        modulus, exponent = (
            int.from_bytes(one.content, "big") for one in elements(only(bits.content[1:])) if one.tag == INTEGER
        )
    except ValueError:
        return PublicKey(_RSA)
    try:
        return PublicKey(_RSA, modulus.bit_length(), None, rsa.RSAPublicNumbers(exponent, modulus).public_key())
    except UNREADABLE:
        return PublicKey(_RSA, modulus.bit_length() or None)
