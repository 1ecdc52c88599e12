"""Checks who made the signature of a certificate, within a bounded amount of work.

See: https://cryptography.io/en/latest/hazmat/primitives/asymmetric/
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa

from bot.adapters.x509_algorithms import DSA, ECDSA, PKCS1, PSS, Algorithm, hash_called
from bot.adapters.x509_keys import PLAIN_KEYS, UNREADABLE, CheckingKey

# See: https://github.com/openssl/openssl/blob/master/include/openssl/rsa.h
_MAX_CHECKED_RSA_BITS = 16_384
_ANY_EXPONENT_RSA_BITS = 3072
_MAX_EXPONENT_BITS = 64
# See: https://github.com/openssl/openssl/blob/master/include/openssl/dsa.h
_MAX_CHECKED_DSA_BITS = 10_000
# About what a check takes, in microseconds of one core: measured, so that a bundle can't be made to take long.
_RSA_BITS_A_MICROSECOND = 4_200_000
_CURVE_MICROSECONDS = {"secp224r1": 80, "secp256r1": 80, "secp384r1": 350, "secp521r1": 450}
_MICROSECONDS_A_CURVE_BIT = 2
_DSA_BITS_A_MICROSECOND = 3500
_OTHER_MICROSECONDS = 200


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed, the signature, and how it was made."""

    content: bytes
    signature: bytes
    algorithm: Algorithm


class SignatureChecks:
    """Checks signatures as long as ``microseconds`` last, about as one core has them; of the others nothing is known.

    Attributes:
        left_out: how many checks were left out for that.
    """

    def __init__(self, microseconds: int) -> None:
        self._left_microseconds = microseconds
        self.left_out = 0

    def made_by(self, signed: Signed, key: CheckingKey | None) -> bool | None:
        """Whether this key made the signature; None: it can't be checked."""
        if key is None or signed.algorithm.way is None:
            return None
        if not _fits(key, signed.algorithm):
            # A signature that such a key can't make was made by another key.
            return False
        if not _is_checkable(key) or not self._can_pay(_microseconds(key)):
            return None
        try:
            return _verify(signed, key)
        except InvalidSignature:
            return False
        except UNREADABLE:
            return None

    def _can_pay(self, microseconds: int) -> bool:
        # One that would take too long by itself is left out, and the cheaper ones behind it are still checked.
        if microseconds > self._left_microseconds:
            self.left_out += 1
            return False
        self._left_microseconds -= microseconds
        return True


def _fits(key: CheckingKey, algorithm: Algorithm) -> bool:
    if isinstance(key, rsa.RSAPublicKey):
        return algorithm.way in (PKCS1, PSS)
    if isinstance(key, ec.EllipticCurvePublicKey):
        return algorithm.way == ECDSA
    if isinstance(key, dsa.DSAPublicKey):
        return algorithm.way == DSA
    return any(isinstance(key, kind) and name == algorithm.name for kind, name in PLAIN_KEYS.items())


def _verify(signed: Signed, key: CheckingKey) -> bool | None:
    """True; None where the library does not know the hash.

    Raises:
        InvalidSignature: another key made the signature.
    """
    content, signature, algorithm = signed.content, signed.signature, signed.algorithm
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey):
        key.verify(signature, content)
        return True
    hashed = hash_called(algorithm.hashed)
    if hashed is None:
        return None
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, content, ec.ECDSA(hashed))
    elif isinstance(key, dsa.DSAPublicKey):
        key.verify(signature, content, hashed)
    elif algorithm.way == PKCS1:
        key.verify(signature, content, padding.PKCS1v15(), hashed)
    else:
        mask = hash_called(algorithm.mask_hash)
        if mask is None:
            return None
        key.verify(signature, content, padding.PSS(padding.MGF1(mask), algorithm.salt_bytes), hashed)
    return True


def _microseconds(key: CheckingKey) -> int:
    if isinstance(key, rsa.RSAPublicKey):
        return 5 + key.key_size**2 * key.public_numbers().e.bit_length() // _RSA_BITS_A_MICROSECOND
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _CURVE_MICROSECONDS.get(key.curve.name, key.key_size * _MICROSECONDS_A_CURVE_BIT)
    if isinstance(key, dsa.DSAPublicKey):
        return key.key_size**2 // _DSA_BITS_A_MICROSECOND
    return _OTHER_MICROSECONDS


def _is_checkable(key: CheckingKey) -> bool:
    """Whether OpenSSL checks signatures of such a key: beyond its bounds it calls every signature wrong."""
    if isinstance(key, dsa.DSAPublicKey):
        return key.key_size <= _MAX_CHECKED_DSA_BITS
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size <= _ANY_EXPONENT_RSA_BITS:
        return True
    return key.key_size <= _MAX_CHECKED_RSA_BITS and key.public_numbers().e.bit_length() <= _MAX_EXPONENT_BITS
