"""Keys of every kind for the labelled certificates: always the same ones, made from numbers, worth nothing.

The primes are the first ones above a number that SHAKE-256 gives; how far above was found once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.certificates.der import NULL, bit_string, integer, oid, sequence

Sign = Callable[[bytes, HashAlgorithm | None], bytes]

_ABOVE = {512: (842, 1130), 1024: (262, 408), 1536: (3244, 1134), 2048: (2570, 4168), 4096: (6968, 7810)}
_RSA = "1.2.840.113549.1.1.1"


@dataclass(frozen=True, slots=True)
class Key:
    """A public key as it stands in a certificate, what a reader should say of it, and how to sign with it."""

    spki: bytes
    key_type: str
    key_bits: int | None
    sign: Sign

    @property
    def spki_sha256(self) -> str:
        """SHA-256 of the public key's DER."""
        return hashlib.sha256(self.spki).hexdigest()


def number(bits: int, name: str) -> int:
    """An odd number of so many bits, the two highest set; the same for the same name."""
    raw = hashlib.shake_256(f"{name} {bits}".encode()).digest((bits + 7) // 8)
    return int.from_bytes(raw, "big") % (1 << bits) | (3 << (bits - 2)) | 1


def _unsigned(_data: bytes, _hash: HashAlgorithm | None) -> bytes:
    return bytes(range(64))


@cache
def rsa_private(bits: int, exponent: int = 65537) -> rsa.RSAPrivateKey:
    """The RSA key of so many bits; there are ones of 1024, 2048, 3072, 4096 and 8192."""
    p, q = (number(bits // 2, name) + above for name, above in zip("pq", _ABOVE[bits // 2], strict=True))
    d = pow(exponent, -1, (p - 1) * (q - 1))
    rest = d % (p - 1), d % (q - 1), pow(q, -1, p)
    numbers = rsa.RSAPrivateNumbers(p, q, d, *rest, rsa.RSAPublicNumbers(exponent, p * q))
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def rsa_key(bits: int = 2048, exponent: int = 65537) -> Key:
    """An RSA key that signs with PKCS #1 v1.5."""
    private = rsa_private(bits, exponent)

    def sign(data: bytes, digest: HashAlgorithm | None) -> bytes:
        assert digest is not None
        return private.sign(data, padding.PKCS1v15(), digest)

    return Key(_spki(private.public_key()), "RSA", bits, sign)


def pss(key: Key, bits: int, salt_bytes: int) -> Key:
    """The same RSA key, signing with PSS and MGF1 of the same hash."""
    private = rsa_private(bits)

    def sign(data: bytes, digest: HashAlgorithm | None) -> bytes:
        assert digest is not None
        return private.sign(data, padding.PSS(padding.MGF1(digest), salt_bytes), digest)

    return Key(key.spki, key.key_type, key.key_bits, sign)


def rsa_public(bits: int, exponent: int = 65537) -> Key:
    """An RSA key of any length of which nobody has the private part."""
    return Key(rsa_spki(number(bits, "n"), exponent), "RSA", bits, _unsigned)


def rsa_spki(modulus: int, exponent: int, algorithm: bytes | None = None) -> bytes:
    """A SubjectPublicKeyInfo of an RSA key, under another algorithm if one is given."""
    public = sequence(integer(modulus), integer(exponent))
    return sequence(algorithm or sequence(oid(_RSA), NULL), bit_string(public))


def ec_private(curve: ec.EllipticCurve) -> ec.EllipticCurvePrivateKey:
    """The key on this curve."""
    return ec.derive_private_key(number(curve.key_size - 8, "ec"), curve)


def ec_key(curve: ec.EllipticCurve) -> Key:
    """A key on this curve; its signatures are always the same (RFC 6979)."""
    private = ec_private(curve)

    def sign(data: bytes, digest: HashAlgorithm | None) -> bytes:
        assert digest is not None
        return private.sign(data, ec.ECDSA(digest, deterministic_signing=True))

    return Key(_spki(private.public_key()), "EC", curve.key_size, sign)


def dsa_key() -> Key:
    """A DSA key of 2048 bits."""
    q = number(256, "q") + 86
    below = number(2048, "p")
    p = below - below % (2 * q) + 1 + 2 * q * 350
    g, x = pow(2, (p - 1) // q, p), 0x1234567890ABCDEF
    parameters = dsa.DSAParameterNumbers(p, q, g)
    private = dsa.DSAPrivateNumbers(x, dsa.DSAPublicNumbers(pow(g, x, p), parameters)).private_key()

    def sign(data: bytes, digest: HashAlgorithm | None) -> bytes:
        assert digest is not None
        return private.sign(data, digest)

    return Key(_spki(private.public_key()), "DSA", 2048, sign)


def ed25519_key() -> Key:
    """An Ed25519 key."""
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return Key(_spki(private.public_key()), "Ed25519", 256, lambda data, _hash: private.sign(data))


def ed448_key() -> Key:
    """An Ed448 key."""
    private = ed448.Ed448PrivateKey.from_private_bytes(bytes(range(57)))
    return Key(_spki(private.public_key()), "Ed448", 456, lambda data, _hash: private.sign(data))


def ml_dsa_key(level: int) -> Key:
    """An ML-DSA key of level 44, 65 or 87."""
    private = _ml_dsa_private(level)
    return Key(_spki(private.public_key()), f"ML-DSA-{level}", None, lambda data, _hash: private.sign(data))


def _ml_dsa_private(level: int) -> mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey:
    seed = bytes(range(32))
    if level == 44:
        return mldsa.MLDSA44PrivateKey.from_seed_bytes(seed)
    if level == 65:
        return mldsa.MLDSA65PrivateKey.from_seed_bytes(seed)
    return mldsa.MLDSA87PrivateKey.from_seed_bytes(seed)


def foreign_key(dotted: str, bits_of_key: int = 256) -> Key:
    """A key of an algorithm that no library here knows."""
    material = hashlib.shake_256(dotted.encode()).digest(bits_of_key // 8)
    return Key(sequence(sequence(oid(dotted)), bit_string(material)), f"unknown ({dotted})", None, _unsigned)


def _spki(public: object) -> bytes:
    assert hasattr(public, "public_bytes")
    spki: bytes = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return spki
