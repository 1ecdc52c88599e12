"""Names the signature of a certificate, and checks who made it, within a bounded amount of work.

See: https://cryptography.io/en/latest/x509/reference/
"""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.x509.oid import SignatureAlgorithmOID as Oid

from bot.adapters.x509_keys import PLAIN_KEYS, UNREADABLE

# See: https://github.com/openssl/openssl/blob/master/include/openssl/rsa.h
_MAX_CHECKED_RSA_BITS = 16_384
_ANY_EXPONENT_RSA_BITS = 3072
_MAX_EXPONENT_BITS = 64
# About what a check takes, in microseconds of one core: measured, so that a bundle can't be made to take long.
_RSA_BITS_A_MICROSECOND = 4_200_000
_CURVE_MICROSECONDS = {"secp224r1": 80, "secp256r1": 80}
_MICROSECONDS_A_CURVE_BIT = 2
_OTHER_MICROSECONDS = 150
_BUDGET_MICROSECONDS = 60_000

_SIGNATURES = {
    Oid.RSA_WITH_MD5: "md5WithRSAEncryption",
    Oid.RSA_WITH_SHA1: "sha1WithRSAEncryption",
    Oid.RSA_WITH_SHA224: "sha224WithRSAEncryption",
    Oid.RSA_WITH_SHA256: "sha256WithRSAEncryption",
    Oid.RSA_WITH_SHA384: "sha384WithRSAEncryption",
    Oid.RSA_WITH_SHA512: "sha512WithRSAEncryption",
    Oid.RSASSA_PSS: "rsassaPss",
    Oid.ECDSA_WITH_SHA1: "ecdsa-with-SHA1",
    Oid.ECDSA_WITH_SHA224: "ecdsa-with-SHA224",
    Oid.ECDSA_WITH_SHA256: "ecdsa-with-SHA256",
    Oid.ECDSA_WITH_SHA384: "ecdsa-with-SHA384",
    Oid.ECDSA_WITH_SHA512: "ecdsa-with-SHA512",
    Oid.DSA_WITH_SHA1: "dsa-with-sha1",
    Oid.DSA_WITH_SHA224: "dsa-with-sha224",
    Oid.DSA_WITH_SHA256: "dsa-with-sha256",
    x509.ObjectIdentifier("1.2.840.113549.1.1.2"): "md2WithRSAEncryption",
    x509.ObjectIdentifier("1.2.840.113549.1.1.3"): "md4WithRSAEncryption",
    x509.ObjectIdentifier("1.3.14.3.2.29"): "sha1WithRSA",
    **{oid: name for name, oid in PLAIN_KEYS.values()},
}
_OLD_RSA = frozenset({Oid.RSA_WITH_MD5, Oid.RSA_WITH_SHA1, x509.ObjectIdentifier("1.3.14.3.2.29")})
_PLAIN_OIDS = frozenset(oid for _, oid in PLAIN_KEYS.values())
# By the names above, for hashes that the library does not know any more.
_OLD_HASHES = {
    "md2WithRSAEncryption": "md2",
    "md4WithRSAEncryption": "md4",
    "md5WithRSAEncryption": "md5",
    "sha1WithRSA": "sha1",
    "sha1WithRSAEncryption": "sha1",
    "ecdsa-with-SHA1": "sha1",
    "dsa-with-sha1": "sha1",
}


def signature_algorithm(certificate: x509.Certificate) -> str:
    """The usual name of the algorithm, or its number."""
    oid = certificate.signature_algorithm_oid
    return _SIGNATURES.get(oid, oid.dotted_string)


def signature_hash(certificate: x509.Certificate) -> str | None:
    """The hash that was signed, such as ``sha256``; None when the algorithm has none or is unknown."""
    try:
        hashed = certificate.signature_hash_algorithm
    except UNREADABLE:
        return _OLD_HASHES.get(signature_algorithm(certificate))
    return None if hashed is None else hashed.name


def _scheme(certificate: x509.Certificate) -> padding.PSS | padding.PKCS1v15 | ec.ECDSA | None:
    """How RSA or ECDSA was used; None for other algorithms and for parameters that can't be read."""
    oid = certificate.signature_algorithm_oid
    # The library checks these signatures, though it no longer names their parameters.
    if oid in _OLD_RSA:
        return padding.PKCS1v15()
    if oid == Oid.ECDSA_WITH_SHA1:
        return ec.ECDSA(hashes.SHA1())  # noqa: S303 - It is checked, not made.
    return certificate.signature_algorithm_parameters


class SignatureChecks:
    """Checks signatures until the bundle's share of work is used up; from then on nothing is known of any."""

    def __init__(self) -> None:
        self._left_microseconds = _BUDGET_MICROSECONDS

    def made_by(self, certificate: x509.Certificate, signer: x509.Certificate) -> bool | None:
        """Whether the signer's key made the certificate's signature, whatever the names say; None: can't be checked."""
        try:
            return self._verifies(certificate, signer)
        except InvalidSignature:
            return False
        except UNREADABLE:
            return None

    def _verifies(self, certificate: x509.Certificate, signer: x509.Certificate) -> bool | None:
        key, signature, signed = signer.public_key(), certificate.signature, certificate.tbs_certificate_bytes
        how = _scheme(certificate)
        if isinstance(key, rsa.RSAPublicKey) and isinstance(how, padding.PSS | padding.PKCS1v15):
            hashed = certificate.signature_hash_algorithm
            if hashed is None or not _is_checkable(key) or not self._can_pay(_rsa_microseconds(key)):
                return None
            key.verify(signature, signed, how, hashed)
            return True
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(how, ec.ECDSA):
            if not self._can_pay(_CURVE_MICROSECONDS.get(key.curve.name, key.key_size * _MICROSECONDS_A_CURVE_BIT)):
                return None
            key.verify(signature, signed, how)
            return True
        for kind, (_, oid) in PLAIN_KEYS.items():
            if isinstance(key, kind) and certificate.signature_algorithm_oid == oid:
                if not self._can_pay(_OTHER_MICROSECONDS):
                    return None
                key.verify(signature, signed)
                return True
        # A signature of a known kind that such a key can't make was made by another key.
        is_known = how is not None or certificate.signature_algorithm_oid in _PLAIN_OIDS
        return False if is_known and not isinstance(key, dsa.DSAPublicKey) else None

    def _can_pay(self, microseconds: int) -> bool:
        self._left_microseconds -= microseconds
        return self._left_microseconds >= 0


def _rsa_microseconds(key: rsa.RSAPublicKey) -> int:
    return 50 + key.key_size**2 * key.public_numbers().e.bit_length() // _RSA_BITS_A_MICROSECOND


def _is_checkable(key: rsa.RSAPublicKey) -> bool:
    """Whether OpenSSL checks signatures of such a key: beyond its bounds it calls every signature wrong."""
    if key.key_size <= _ANY_EXPONENT_RSA_BITS:
        return True
    return key.key_size <= _MAX_CHECKED_RSA_BITS and key.public_numbers().e.bit_length() <= _MAX_EXPONENT_BITS
