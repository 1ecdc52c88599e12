"""Certificates of every kind are read truly, and no hostile bytes get further than a line of words."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.x509 import read_certificates
from bot.domain.ca_facts import Certificate
from tests import records


def read(pem: str) -> Certificate:
    """The one certificate in a block."""
    facts = read_certificates((pem,))
    assert facts.unreadable == ()
    return facts.certificates[0]


def block(der: bytes) -> str:
    """A PEM block around bytes."""
    return f"-----BEGIN CERTIFICATE-----\n{base64.b64encode(der).decode()}\n-----END CERTIFICATE-----"


@cache
def der_of(key: str) -> bytes:
    """The DER of a certificate with such a key, the same one for the whole run."""
    return base64.b64decode("".join(records.make_ca(key=key).split("-----")[2].split()))


def test_a_certificate_is_read_field_by_field() -> None:
    """Each field is what went into the certificate; the hashes are of its DER and of its public key."""
    pem = records.make_ca("CN=Harbour Root,O=Example")
    certificate = read(pem)
    key = records.make_key("ec").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    der = base64.b64decode("".join(pem.split("-----")[2].split()))
    not_before = records.HAPPENED_AT - timedelta(minutes=12)
    assert certificate == Certificate(
        subject="CN=Harbour Root,O=Example",
        issuer="CN=Harbour Root,O=Example",
        serial_hex="c0ffee",
        sha256=hashlib.sha256(der).hexdigest(),
        spki_sha256=hashlib.sha256(key).hexdigest(),
        not_before=not_before,
        not_after=not_before + timedelta(days=3650),
        key_type="EC",
        key_bits=256,
        signature_algorithm="ecdsa-with-SHA256",
        is_ca=True,
        self_issued=True,
        self_signed=True,
        curve="P-256",
        version=3,
        key_usage=(),
        signature_hash="sha256",
    )


@pytest.mark.parametrize(
    ("key", "key_type", "key_bits", "signature_algorithm"),
    [
        ("rsa-1024", "RSA", 1024, "sha256WithRSAEncryption"),
        ("rsa-2048", "RSA", 2048, "sha256WithRSAEncryption"),
        ("ed25519", "Ed25519", 256, "Ed25519"),
        ("ml-dsa-65", "ML-DSA-65", None, "ML-DSA-65"),
    ],
)
def test_every_kind_of_key(key: str, key_type: str, key_bits: int | None, signature_algorithm: str) -> None:
    """Each kind of key is named, and its own signature is checked."""
    certificate = read(records.make_ca(key=key))
    assert (certificate.key_type, certificate.key_bits) == (key_type, key_bits)
    assert certificate.signature_algorithm == signature_algorithm
    assert certificate.self_signed is True


@pytest.mark.parametrize("signer", ["rsa-2048", "ed25519", "ml-dsa-65"])
def test_a_foreign_signature_is_not_self_signed(signer: str) -> None:
    """Equal names do not make a certificate self-signed when another key signed it."""
    certificate = read(records.make_ca(key="rsa-1024", signed_with=signer))
    assert (certificate.self_issued, certificate.self_signed) == (True, False)


@pytest.mark.parametrize(("bits", "exponent_bits"), [(16_392, 17), (4096, 65)])
def test_a_key_too_large_to_check_is_left_open(bits: int, exponent_bits: int) -> None:
    """OpenSSL checks no signature of such a key, so nobody may claim that another key signed."""
    huge = rsa.RSAPublicNumbers((1 << (exponent_bits - 1)) + 1, (1 << (bits - 1)) + 1).public_key()
    signed = x509.CertificateBuilder(
        issuer_name=x509.Name([]),
        subject_name=x509.Name([]),
        public_key=huge,
        serial_number=1,
        not_valid_before=records.HAPPENED_AT,
        not_valid_after=records.HAPPENED_AT + timedelta(days=1),
    ).sign(records.make_key("rsa-1024"), hashes.SHA256())
    certificate = read(signed.public_bytes(Encoding.PEM).decode())
    assert (certificate.key_bits, certificate.self_signed) == (bits, None)


def test_names_and_signature_are_apart() -> None:
    """A certificate that names another issuer may still be signed by its own key."""
    certificate = read(records.make_ca("CN=A", issuer="CN=B"))
    assert (certificate.self_issued, certificate.self_signed) == (False, True)


@pytest.mark.parametrize(("is_ca", "seen"), [(True, True), (False, False), (None, False)])
def test_the_ca_flag(is_ca: bool | None, seen: bool) -> None:  # noqa: FBT001
    """A certificate without the extension is no CA."""
    assert read(records.make_ca(is_ca=is_ca)).is_ca is seen


def test_an_unreadable_extension_leaves_the_ca_flag_open() -> None:
    """Where the extension's bytes are broken, nobody can tell."""
    der = der_of("ed25519")
    # The extension's value CA:TRUE (SEQUENCE of BOOLEAN) becomes a SEQUENCE of NULL with a byte in it.
    broken = der.replace(bytes.fromhex("30030101ff"), bytes.fromhex("30030501ff"))
    assert broken != der
    certificate = read(block(broken))
    assert certificate.is_ca is None
    assert certificate.self_signed is False


def test_a_key_of_an_unknown_kind_has_a_fingerprint_and_no_verdict() -> None:
    """An algorithm that the library does not know is named by its number; the rest is still read."""
    der = der_of("ed25519")
    # 1.3.101.112 (Ed25519) becomes 1.3.101.100, both as key and as signature.
    certificate = read(block(der.replace(bytes.fromhex("06032b6570"), bytes.fromhex("06032b6564"))))
    assert certificate.key_type == "unknown (1.3.101.100)"
    assert certificate.signature_algorithm == "1.3.101.100"
    assert certificate.self_signed is None
    assert len(certificate.spki_sha256) == 64


def test_broken_blocks_among_good_ones_are_counted() -> None:
    """Each block that can't be read gives a line with its number; the good ones are read."""
    good = records.make_ca()
    facts = read_certificates((block(b"nonsense"), good, "no block at all", block(b"")))
    assert [certificate.subject for certificate in facts.certificates] == ["CN=Harbour Root,O=Example"]
    assert facts.unreadable == tuple(f"block {n} of 4 can't be read as a certificate" for n in (1, 3, 4))


def test_long_and_hostile_names_are_kept_short() -> None:
    """A subject is at most 2,048 characters, and is RFC 4514 text of what stands in the certificate."""
    pem = records.make_ca(",".join(f"OU={'x' * 60}" for _ in range(200)))
    assert len(read(pem).subject) == 2048
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "<!channel> a,b\nc")]).rfc4514_string()
    assert read(records.make_ca(name)).subject == name


def test_nothing_gives_nothing() -> None:
    """An empty bundle has no certificates and nothing unreadable."""
    facts = read_certificates(())
    assert (facts.certificates, facts.unreadable) == ((), ())


@given(st.lists(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(block)), max_size=4))
def test_any_text_survives(blocks: list[str]) -> None:
    """Every block ends as a certificate or as a line."""
    facts = read_certificates(tuple(blocks))
    assert len(facts.certificates) + len(facts.unreadable) == len(blocks)


@settings(max_examples=400)
@given(st.sampled_from(["rsa-1024", "ec", "ed25519", "ml-dsa-65"]), st.data())
def test_any_damage_survives(key: str, data: st.DataObject) -> None:
    """A real certificate with bytes changed or cut is read or named, and a changed one is not self-signed."""
    der = der_of(key)
    signed = x509.load_der_x509_certificate(der).tbs_certificate_bytes
    broken = bytearray(der)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    facts = read_certificates((block(bytes(broken[: data.draw(st.integers(len(der) - 3, len(der)))])),))
    assert len(facts.certificates) + len(facts.unreadable) == 1
    for certificate in facts.certificates:
        assert signed in broken or certificate.self_signed is not True
