"""Names a certificate's signature algorithm, and says how such signatures are checked.

See: https://www.rfc-editor.org/rfc/rfc4055 (RSA and its PSS parameters)
See: https://www.rfc-editor.org/rfc/rfc5758 (ECDSA and DSA)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cryptography.hazmat.primitives import hashes

from bot.adapters.der import INTEGER, Element, elements, identifier, only

PKCS1, PSS, ECDSA, DSA, PLAIN = "pkcs1", "pss", "ecdsa", "dsa", "plain"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A signature algorithm: its usual name, the way of signing (None: unknown), and the hash that is signed, if any.

    ``mask_hash`` and ``salt_bytes`` are those of PSS.
    """

    name: str
    way: str | None = None
    hashed: str | None = None
    mask_hash: str | None = None
    salt_bytes: int = 0


_PKCS1 = "1.2.840.113549.1.1"
_NIST = "2.16.840.1.101.3.4.3"
_PSS_NUMBER = f"{_PKCS1}.10"
_KNOWN = {
    f"{_PKCS1}.2": Algorithm("md2WithRSAEncryption", PKCS1, "md2"),
    f"{_PKCS1}.3": Algorithm("md4WithRSAEncryption", PKCS1, "md4"),
    f"{_PKCS1}.4": Algorithm("md5WithRSAEncryption", PKCS1, "md5"),
    f"{_PKCS1}.5": Algorithm("sha1WithRSAEncryption", PKCS1, "sha1"),
    "1.3.14.3.2.29": Algorithm("sha1WithRSA", PKCS1, "sha1"),
    f"{_PKCS1}.14": Algorithm("sha224WithRSAEncryption", PKCS1, "sha224"),
    f"{_PKCS1}.11": Algorithm("sha256WithRSAEncryption", PKCS1, "sha256"),
    f"{_PKCS1}.12": Algorithm("sha384WithRSAEncryption", PKCS1, "sha384"),
    f"{_PKCS1}.13": Algorithm("sha512WithRSAEncryption", PKCS1, "sha512"),
    f"{_NIST}.13": Algorithm("RSA-SHA3-224", PKCS1, "sha3-224"),
    f"{_NIST}.14": Algorithm("RSA-SHA3-256", PKCS1, "sha3-256"),
    f"{_NIST}.15": Algorithm("RSA-SHA3-384", PKCS1, "sha3-384"),
    f"{_NIST}.16": Algorithm("RSA-SHA3-512", PKCS1, "sha3-512"),
    "1.2.840.10045.4.1": Algorithm("ecdsa-with-SHA1", ECDSA, "sha1"),
    "1.2.840.10045.4.3.1": Algorithm("ecdsa-with-SHA224", ECDSA, "sha224"),
    "1.2.840.10045.4.3.2": Algorithm("ecdsa-with-SHA256", ECDSA, "sha256"),
    "1.2.840.10045.4.3.3": Algorithm("ecdsa-with-SHA384", ECDSA, "sha384"),
    "1.2.840.10045.4.3.4": Algorithm("ecdsa-with-SHA512", ECDSA, "sha512"),
    f"{_NIST}.9": Algorithm("ecdsa-with-SHA3-224", ECDSA, "sha3-224"),
    f"{_NIST}.10": Algorithm("ecdsa-with-SHA3-256", ECDSA, "sha3-256"),
    f"{_NIST}.11": Algorithm("ecdsa-with-SHA3-384", ECDSA, "sha3-384"),
    f"{_NIST}.12": Algorithm("ecdsa-with-SHA3-512", ECDSA, "sha3-512"),
    "1.2.840.10040.4.3": Algorithm("dsa-with-sha1", DSA, "sha1"),
    f"{_NIST}.1": Algorithm("dsa-with-sha224", DSA, "sha224"),
    f"{_NIST}.2": Algorithm("dsa-with-sha256", DSA, "sha256"),
    f"{_NIST}.3": Algorithm("dsa-with-sha384", DSA, "sha384"),
    f"{_NIST}.4": Algorithm("dsa-with-sha512", DSA, "sha512"),
    "1.3.101.112": Algorithm("Ed25519", PLAIN),
    "1.3.101.113": Algorithm("Ed448", PLAIN),
    f"{_NIST}.17": Algorithm("ML-DSA-44", PLAIN),
    f"{_NIST}.18": Algorithm("ML-DSA-65", PLAIN),
    f"{_NIST}.19": Algorithm("ML-DSA-87", PLAIN),
    # What PSS is without parameters.
    _PSS_NUMBER: Algorithm("rsassaPss", PSS, "sha1", "sha1", 20),
}
_HASH_NUMBERS = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.4": "sha224",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
    "2.16.840.1.101.3.4.2.8": "sha3-256",
    "2.16.840.1.101.3.4.2.9": "sha3-384",
    "2.16.840.1.101.3.4.2.10": "sha3-512",
}
# Some are weak: they check signatures here and make none. What is older the library does not know.
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "md5": hashes.MD5,
    "sha1": hashes.SHA1,
    "sha224": hashes.SHA224,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
    "sha3-224": hashes.SHA3_224,
    "sha3-256": hashes.SHA3_256,
    "sha3-384": hashes.SHA3_384,
    "sha3-512": hashes.SHA3_512,
}
_HASH_TAG, _MASK_TAG, _SALT_TAG = 0xA0, 0xA1, 0xA2


def read_algorithm(whole: bytes) -> Algorithm:
    """Read an AlgorithmIdentifier; an unknown algorithm is named by its number.

    Raises:
        ValueError: it names none.
    """
    kind, *parameters = elements(only(whole))
    number = identifier(kind.content)
    known = _KNOWN.get(number, Algorithm(number))
    if number != _PSS_NUMBER or not parameters:
        return known
    try:
        return _with_parameters(known, parameters[0])
    except (ValueError, StopIteration):
        return Algorithm(known.name)


def hash_called(name: str | None) -> hashes.HashAlgorithm | None:
    """The hash of this name; None where there is none, or the library does not know it."""
    kind = _HASHES.get(name or "")
    return None if kind is None else kind()


def _with_parameters(default: Algorithm, parameters: Element) -> Algorithm:
    found = default
    for part in elements(parameters.content):
        if part.tag == _HASH_TAG:
            found = replace(found, hashed=_hash_name(only(part.content)))
        elif part.tag == _MASK_TAG:
            _, digest = elements(only(part.content))
            found = replace(found, mask_hash=_hash_name(digest.content))
        elif part.tag == _SALT_TAG:
            found = replace(found, salt_bytes=int.from_bytes(only(part.content, INTEGER), "big"))
    return found


def _hash_name(algorithm: bytes) -> str:
    number = identifier(next(elements(algorithm)).content)
    return _HASH_NUMBERS.get(number, number)
