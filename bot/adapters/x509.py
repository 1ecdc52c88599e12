"""Reads the certificates of a CA bundle; every byte of them may be hostile.

See: https://www.rfc-editor.org/rfc/rfc5280
See: https://cryptography.io/en/latest/x509/reference/
"""

from __future__ import annotations

import hashlib
import warnings
from typing import TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, rsa
from cryptography.x509.oid import SignatureAlgorithmOID as Oid

from bot.domain.ca_facts import CaFacts, Certificate

_MAX_NAME_CHARACTERS = 2048
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion)
# See: https://github.com/openssl/openssl/blob/master/include/openssl/rsa.h
_MAX_CHECKED_RSA_BITS = 16_384
_ANY_EXPONENT_RSA_BITS = 3072
_MAX_EXPONENT_BITS = 64
_TBS_FIELDS_BEFORE_KEY = 5
_VERSION_TAG = b"\xa0"

_PlainKey: TypeAlias = (
    ed25519.Ed25519PublicKey
    | ed448.Ed448PublicKey
    | mldsa.MLDSA44PublicKey
    | mldsa.MLDSA65PublicKey
    | mldsa.MLDSA87PublicKey
)
# Each of these keys has one signature algorithm, which goes by the key's name.
_PLAIN_KEYS: dict[type[_PlainKey], tuple[str, x509.ObjectIdentifier]] = {
    ed25519.Ed25519PublicKey: ("Ed25519", Oid.ED25519),
    ed448.Ed448PublicKey: ("Ed448", Oid.ED448),
    mldsa.MLDSA44PublicKey: ("ML-DSA-44", Oid.ML_DSA_44),
    mldsa.MLDSA65PublicKey: ("ML-DSA-65", Oid.ML_DSA_65),
    mldsa.MLDSA87PublicKey: ("ML-DSA-87", Oid.ML_DSA_87),
}
_CURVES = {"secp224r1": "P-224", "secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
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
    Oid.DSA_WITH_SHA256: "dsa-with-sha256",
    **{oid: name for name, oid in _PLAIN_KEYS.values()},
}


def read_certificates(blocks: tuple[str, ...]) -> CaFacts:
    """Read PEM blocks with one certificate each, in their order.

    A block that can't be read gives one line in ``unreadable``, with its number from 1. Subject and issuer are
    written as RFC 4514 says, at most 2,048 characters of each.
    """
    certificates: list[Certificate] = []
    unreadable: list[str] = []
    # What the library warns of (such as a negative serial number) is hostile input here, not our mistake.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, block in enumerate(blocks, start=1):
            try:
                certificates.append(_read(x509.load_pem_x509_certificate(block.encode())))
            except _UNREADABLE:
                unreadable.append(f"block {number} of {len(blocks)} can't be read as a certificate")
    return CaFacts(tuple(certificates), tuple(unreadable))


def _read(certificate: x509.Certificate) -> Certificate:
    key_type, key_bits = _key_kind(certificate)
    return Certificate(
        subject=certificate.subject.rfc4514_string()[:_MAX_NAME_CHARACTERS],
        issuer=certificate.issuer.rfc4514_string()[:_MAX_NAME_CHARACTERS],
        serial_hex=f"{certificate.serial_number:x}",
        sha256=certificate.fingerprint(hashes.SHA256()).hex(),
        spki_sha256=hashlib.sha256(_public_key_info(certificate.tbs_certificate_bytes)).hexdigest(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key_type=key_type,
        key_bits=key_bits,
        signature_algorithm=_signature_algorithm(certificate),
        is_ca=_is_ca(certificate),
        self_issued=certificate.subject == certificate.issuer,
        self_signed=_is_self_signed(certificate),
    )


def _key_kind(certificate: x509.Certificate) -> tuple[str, int | None]:
    try:
        key = certificate.public_key()
    except _UNREADABLE:
        return f"unknown ({certificate.public_key_algorithm_oid.dotted_string})", None
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {_CURVES.get(key.curve.name, key.curve.name)}", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    for kind, (name, _) in _PLAIN_KEYS.items():
        if isinstance(key, kind):
            return name, None
    return f"unknown ({certificate.public_key_algorithm_oid.dotted_string})", None


def _signature_algorithm(certificate: x509.Certificate) -> str:
    oid = certificate.signature_algorithm_oid
    return _SIGNATURES.get(oid, oid.dotted_string)


def _is_ca(certificate: x509.Certificate) -> bool | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
    except (*_UNREADABLE, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None


def _is_self_signed(certificate: x509.Certificate) -> bool | None:
    """Check the signature with the certificate's own key, whatever the names say; None where that can't be done."""
    try:
        return _verifies(certificate)
    except InvalidSignature:
        return False
    except _UNREADABLE:
        return None


def _verifies(certificate: x509.Certificate) -> bool | None:
    key, signed = certificate.public_key(), certificate.tbs_certificate_bytes
    how, hashed = certificate.signature_algorithm_parameters, certificate.signature_hash_algorithm
    if isinstance(key, rsa.RSAPublicKey) and hashed is not None and not isinstance(how, ec.ECDSA | None):
        if not _is_checkable(key):
            return None
        key.verify(certificate.signature, signed, how, hashed)
        return True
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(how, ec.ECDSA):
        key.verify(certificate.signature, signed, how)
        return True
    for kind, (_, oid) in _PLAIN_KEYS.items():
        if isinstance(key, kind) and certificate.signature_algorithm_oid == oid:
            key.verify(certificate.signature, signed)
            return True
    return None if isinstance(key, dsa.DSAPublicKey) else False


def _is_checkable(key: rsa.RSAPublicKey) -> bool:
    """Whether OpenSSL checks signatures of such a key: beyond its bounds it calls every signature wrong."""
    if key.key_size <= _ANY_EXPONENT_RSA_BITS:
        return True
    return key.key_size <= _MAX_CHECKED_RSA_BITS and key.public_numbers().e.bit_length() <= _MAX_EXPONENT_BITS


def _public_key_info(tbs: bytes) -> bytes:
    """The SubjectPublicKeyInfo as it stands in the DER, so that keys of unknown kinds have a fingerprint too."""
    start, _ = _element(tbs, 0)
    if tbs[start : start + 1] == _VERSION_TAG:
        start = _element(tbs, start)[1]
    for _ in range(_TBS_FIELDS_BEFORE_KEY):
        start = _element(tbs, start)[1]
    content, end = _element(tbs, start)
    if not start < content <= end <= len(tbs):
        raise ValueError("no public key in the certificate")
    return tbs[start:end]


def _element(der: bytes, start: int) -> tuple[int, int]:
    """Where the content of the DER element at ``start`` begins and ends."""
    if start + 1 >= len(der):
        raise ValueError("the DER ends early")
    size = der[start + 1]
    if not size & 0x80:
        return start + 2, start + 2 + size
    content = start + 2 + (size & 0x7F)
    return content, content + int.from_bytes(der[start + 2 : content], "big")
