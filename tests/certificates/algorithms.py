"""Signature algorithms by their usual names, with what stands in a certificate for each.

See: RFC 4055 (RSA and PSS), RFC 5758 (ECDSA, DSA), RFC 8410 (EdDSA), RFC 9881 (ML-DSA).
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes

from tests.certificates.der import NULL, explicit, integer, oid, sequence

_PKCS1 = "1.2.840.113549.1.1"
_SHA1 = "1.3.14.3.2.26"
_SHA2 = "2.16.840.1.101.3.4.2"
_MGF1 = f"{_PKCS1}.8"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A signature algorithm: its name, its AlgorithmIdentifier, and the hash that is signed, if one is."""

    name: str
    identifier: bytes
    digest: hashes.HashAlgorithm | None


def _with_null(name: str, dotted: str, digest: hashes.HashAlgorithm) -> Algorithm:
    return Algorithm(name, sequence(oid(dotted), NULL), digest)


def _bare(name: str, dotted: str, digest: hashes.HashAlgorithm | None = None) -> Algorithm:
    return Algorithm(name, sequence(oid(dotted)), digest)


def pss_identifier(hash_oid: str, salt_bytes: int) -> bytes:
    """RSASSA-PSS with its parameters written out."""
    digest = sequence(oid(hash_oid), NULL)
    parameters = sequence(
        explicit(0, digest), explicit(1, sequence(oid(_MGF1), digest)), explicit(2, integer(salt_bytes))
    )
    return sequence(oid(f"{_PKCS1}.10"), parameters)


PSS_SHA1 = Algorithm("rsassaPss", sequence(oid(f"{_PKCS1}.10"), sequence()), hashes.SHA1())  # noqa: S303 - A label.
PSS_SHA256 = Algorithm("rsassaPss", pss_identifier(f"{_SHA2}.1", 32), hashes.SHA256())
PSS_SHA384 = Algorithm("rsassaPss", pss_identifier(f"{_SHA2}.2", 48), hashes.SHA384())
PSS_SHA512 = Algorithm("rsassaPss", pss_identifier(f"{_SHA2}.3", 64), hashes.SHA512())

RSA_MD2 = _with_null("md2WithRSAEncryption", f"{_PKCS1}.2", hashes.MD5())  # noqa: S303 - Nobody has MD2 any more.
RSA_MD5 = _with_null("md5WithRSAEncryption", f"{_PKCS1}.4", hashes.MD5())  # noqa: S303 - A weak one is the point.
RSA_SHA1 = _with_null("sha1WithRSAEncryption", f"{_PKCS1}.5", hashes.SHA1())  # noqa: S303 - The same.
RSA_SHA224 = _with_null("sha224WithRSAEncryption", f"{_PKCS1}.14", hashes.SHA224())
RSA_SHA256 = _with_null("sha256WithRSAEncryption", f"{_PKCS1}.11", hashes.SHA256())
RSA_SHA384 = _with_null("sha384WithRSAEncryption", f"{_PKCS1}.12", hashes.SHA384())
RSA_SHA512 = _with_null("sha512WithRSAEncryption", f"{_PKCS1}.13", hashes.SHA512())
RSA_SHA3 = _with_null("RSA-SHA3-256", "2.16.840.1.101.3.4.3.14", hashes.SHA3_256())

EC_SHA1 = _bare("ecdsa-with-SHA1", "1.2.840.10045.4.1", hashes.SHA1())  # noqa: S303 - The same.
EC_SHA224 = _bare("ecdsa-with-SHA224", "1.2.840.10045.4.3.1", hashes.SHA224())
EC_SHA256 = _bare("ecdsa-with-SHA256", "1.2.840.10045.4.3.2", hashes.SHA256())
EC_SHA384 = _bare("ecdsa-with-SHA384", "1.2.840.10045.4.3.3", hashes.SHA384())
EC_SHA512 = _bare("ecdsa-with-SHA512", "1.2.840.10045.4.3.4", hashes.SHA512())
EC_SHA3 = _bare("ecdsa-with-SHA3-256", "2.16.840.1.101.3.4.3.10", hashes.SHA3_256())

DSA_SHA1 = _bare("dsa-with-sha1", "1.2.840.10040.4.3", hashes.SHA1())  # noqa: S303 - The same.
DSA_SHA256 = _bare("dsa-with-sha256", "2.16.840.1.101.3.4.3.2", hashes.SHA256())
ED25519 = _bare("Ed25519", "1.3.101.112")
ED448 = _bare("Ed448", "1.3.101.113")
ML_DSA = {
    level: _bare(f"ML-DSA-{level}", f"2.16.840.1.101.3.4.3.{17 + place}") for place, level in enumerate((44, 65, 87))
}
SLH_DSA = _bare("2.16.840.1.101.3.4.3.20", "2.16.840.1.101.3.4.3.20")
UNKNOWN = _bare("1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.1")
