"""Builders of certificates that a test needs in a certain state: chains, extensions, weak hashes, old versions."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from bot.adapters.der import element
from tests.records import HAPPENED_AT, Key, make_key

_VERSION_3 = bytes.fromhex("a003020102")
_SHA256_WITH_RSA = bytes.fromhex("06092a864886f70d01010b")
_ECDSA_WITH_SHA256 = bytes.fromhex("06082a8648ce3d040302")
_WEAK_RSA = {"md5": bytes.fromhex("06092a864886f70d010104"), "sha1": bytes.fromhex("06092a864886f70d010105")}
_SHA1_ECDSA = bytes.fromhex("06072a8648ce3d0401")
_HASHES: dict[str, hashes.HashAlgorithm] = {"md5": hashes.MD5(), "sha1": hashes.SHA1()}  # noqa: S303 - To be found.


def name(subject: str) -> x509.Name:
    """A name of RFC 4514 text."""
    return x509.Name.from_rfc4514_string(subject)


def usage(*names: str) -> x509.KeyUsage:
    """A key usage by the library's names."""
    every = (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    )
    return x509.KeyUsage(**{one: one in names for one in every})


def sound_ca(
    subject: str = "CN=Harbour Root,O=Example",
    *,
    key: Key | None = None,
    issuer: str | None = None,
    issuer_key: Key | None = None,
    serial: int = 7,
    path_length: int | None = None,
    extensions: Sequence[x509.ExtensionType] = (),
    not_before: datetime = HAPPENED_AT - timedelta(days=90),
    lifetime: timedelta = timedelta(days=3650),
) -> x509.Certificate:
    """A CA that Roles Anywhere takes; without ``issuer_key`` it is self-signed."""
    key = key or make_key("ec")
    signer = issuer_key or key
    builder = x509.CertificateBuilder(
        subject_name=name(subject),
        issuer_name=name(issuer or subject),
        public_key=key.public_key(),
        serial_number=serial,
        not_valid_before=not_before,
        not_valid_after=not_before + lifetime,
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
    builder = builder.add_extension(usage("key_cert_sign", "crl_sign"), critical=True)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    hashed = hashes.SHA256() if isinstance(signer, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) else None
    return builder.sign(signer, hashed)


def pem(*certificates: x509.Certificate) -> str:
    """PEM text, one block a certificate."""
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def block(der: bytes, label: str = "CERTIFICATE") -> str:
    """A PEM block around bytes."""
    return f"-----BEGIN {label}-----\n{base64.encodebytes(der).decode()}-----END {label}-----\n"


def der_of(certificate: x509.Certificate) -> bytes:
    """The DER."""
    return certificate.public_bytes(Encoding.DER)


def weakly_signed(hashed: str, key: str = "rsa-2048") -> bytes:
    """The DER of a self-signed CA over ``md5`` or ``sha1``, which the library's builder refuses to make."""
    signer = make_key(key)
    tbs = sound_ca(key=signer).tbs_certificate_bytes
    if isinstance(signer, rsa.RSAPrivateKey):
        algorithm = bytes.fromhex("300d") + _WEAK_RSA[hashed] + bytes.fromhex("0500")
        tbs = tbs.replace(_SHA256_WITH_RSA, _WEAK_RSA[hashed])
        signature = signer.sign(tbs, padding.PKCS1v15(), _HASHES[hashed])
    else:
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        algorithm = sequence(_SHA1_ECDSA)
        content, end = element(tbs, 0)
        tbs = sequence(tbs[content:end].replace(sequence(_ECDSA_WITH_SHA256), algorithm, 1))
        signature = signer.sign(tbs, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - To be found.
    return _signed(tbs, algorithm, signature)


def version_1() -> bytes:
    """The DER of a self-signed certificate without version and extensions, as ``openssl x509 -req`` once made them."""
    signer = make_key("rsa-2048")
    assert isinstance(signer, rsa.RSAPrivateKey)
    tbs = sound_ca(key=signer).tbs_certificate_bytes
    start, end = element(tbs, 0)
    assert tbs[start:].startswith(_VERSION_3)
    start += len(_VERSION_3)
    fields = []
    while start < end:
        _, behind = element(tbs, start)
        fields.append(tbs[start:behind])
        start = behind
    plain = sequence(b"".join(fields[:6]))
    signature = signer.sign(plain, padding.PKCS1v15(), hashes.SHA256())
    return _signed(plain, bytes.fromhex("300d") + _SHA256_WITH_RSA + bytes.fromhex("0500"), signature)


def sequence(content: bytes) -> bytes:
    """A DER sequence."""
    return element_of(0x30, content)


def element_of(tag: int, content: bytes) -> bytes:
    """A DER element."""
    return bytes([tag]) + _length(len(content)) + content


def _signed(tbs: bytes, algorithm: bytes, signature: bytes) -> bytes:
    return sequence(tbs + algorithm + b"\x03" + _length(len(signature) + 1) + b"\x00" + signature)


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    written = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(written)]) + written
