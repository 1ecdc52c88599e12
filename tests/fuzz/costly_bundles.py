"""CA bundles as long as the API takes that are made to take as much time as they can."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable, Mapping
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, mldsa
from cryptography.hazmat.primitives.serialization import Encoding

from bot.adapters.formats.pem_bundle import MAX_BUNDLE_CHARACTERS
from tests.authorities import block, element_of, sequence
from tests.fuzz.der_trees import elements_of
from tests.records import HAPPENED_AT, make_ca

Signer = ec.EllipticCurvePrivateKey | ed448.Ed448PrivateKey | mldsa.MLDSA87PrivateKey

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_RSA_ALGORITHM = sequence(bytes.fromhex("06092a864886f70d0101010500"))
_COMMON_NAME = bytes.fromhex("0603550403")
_INTEGER, _BIT_STRING, _UTF8, _SET = 0x02, 0x03, 0x0C, 0x31
_ISSUER, _SUBJECT, _KEY = 3, 5, 6


def _certificate(key: Signer, name: str, serial: int, signer: Signer, *more: x509.ExtensionType) -> bytes:
    builder = x509.CertificateBuilder(
        subject_name=x509.Name.from_rfc4514_string(name),
        issuer_name=x509.Name.from_rfc4514_string(name),
        public_key=key.public_key(),
        serial_number=serial,
        not_valid_before=HAPPENED_AT,
        not_valid_after=HAPPENED_AT + timedelta(days=3000),
    )
    for extension in (x509.BasicConstraints(ca=True, path_length=None), *more):
        builder = builder.add_extension(extension, critical=False)
    hashed = hashes.SHA256() if isinstance(signer, ec.EllipticCurvePrivateKey) else None
    return builder.sign(signer, hashed).public_bytes(Encoding.DER)


def _full(make: Callable[[int], bytes]) -> str:
    """Blocks of different certificates until there is no more room."""
    text, number = "", 0
    while len(text) + len(new := block(make(number := number + 1))) <= MAX_BUNDLE_CHARACTERS:
        text += new
    return text


def _roots(key: Signer) -> str:
    return _full(lambda number: _certificate(key, f"CN=Root {number}", number, key))


def _namesakes(curve: ec.EllipticCurve) -> str:
    """Certificates of one name that another key signed: each may be the issuer of each."""
    key, signer = ec.generate_private_key(curve), ec.generate_private_key(curve)
    return _full(lambda number: _certificate(key, "CN=Root", number, signer))


def _rsa(bits: int, exponent: int) -> str:
    """RSA keys of any size: a signature that does not hold takes as long to check as one that does."""
    (root,) = elements_of(_plain())

    def make(serial: int) -> bytes:
        modulus = random.Random(serial).getrandbits(bits) | 1 | 1 << (bits - 1)  # noqa: S311 - Any number will do.
        numbers = sequence(_integer(modulus) + _integer(exponent))
        fields = [one.der() for one in root.inner[0].inner]
        fields[1] = _integer(serial)
        fields[_KEY] = sequence(_RSA_ALGORITHM + element_of(_BIT_STRING, b"\0" + numbers))
        signature = (modulus - 2).to_bytes(bits // 8, "big")
        signed = [sequence(b"".join(fields)), root.inner[1].der(), element_of(_BIT_STRING, b"\0" + signature)]
        return sequence(b"".join(signed))

    return _full(make)


def _plain() -> bytes:
    certificate = x509.load_pem_x509_certificate(make_ca(key="rsa-2048").encode())
    return certificate.public_bytes(Encoding.DER)


def _integer(number: int) -> bytes:
    return element_of(_INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _with_name(name: bytes, other: bytes) -> str:
    (root,) = elements_of(_plain())
    fields = [one.der() for one in root.inner[0].inner]
    fields[_ISSUER], fields[_SUBJECT] = name, other
    return block(sequence(sequence(b"".join(fields)) + root.inner[1].der() + root.inner[2].der()))


def _parts(count: int, letter: bytes) -> bytes:
    return element_of(_SET, sequence(_COMMON_NAME + element_of(_UTF8, letter))) * count


def _extended(*more: x509.ExtensionType) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return block(_certificate(key, "CN=Root", 1, key, *more))


_P256, _P521, _RARE = ec.SECP256R1(), ec.SECP521R1(), ec.BrainpoolP512R1()
_DIRECTORY = x509.DirectoryName(x509.Name.from_rfc4514_string("CN=a"))
_ADDRESS = x509.IPAddress(ipaddress.ip_address("192.0.2.1"))

BUNDLES: Mapping[str, Callable[[], str]] = {
    "P-256 roots": lambda: _roots(ec.generate_private_key(_P256)),
    "P-521 roots": lambda: _roots(ec.generate_private_key(_P521)),
    "roots on a rare curve": lambda: _roots(ec.generate_private_key(_RARE)),
    "Ed448 roots": lambda: _roots(ed448.Ed448PrivateKey.generate()),
    "ML-DSA-87 roots": lambda: _roots(mldsa.MLDSA87PrivateKey.generate()),
    "P-256 namesakes": lambda: _namesakes(_P256),
    "P-521 namesakes": lambda: _namesakes(_P521),
    "RSA with 16,384 bits": lambda: _rsa(16_384, 65_537),
    "RSA with a long exponent": lambda: _rsa(3072, (1 << 3070) + 1),
    "RSA with 4,096 bits and a 64-bit exponent": lambda: _rsa(4096, (1 << 63) + 1),
    "a name of many parts": lambda: _with_name(sequence(_parts(11_000, b"a")), sequence(_parts(1, b"a"))),
    "two names of many parts": lambda: _with_name(sequence(_parts(5000, b"a")), sequence(_parts(5000, b"b"))),
    "a long name": lambda: _with_name(sequence(_parts(1, b"\xe2\x80\xae" * 24_000)), sequence(_parts(1, b"a"))),
    "many directory names": lambda: _extended(x509.SubjectAlternativeName([_DIRECTORY] * 9000)),
    "many addresses": lambda: _extended(x509.SubjectAlternativeName([_ADDRESS] * 24_000)),
    "many extensions": lambda: _extended(
        *(x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.2.3.{number}"), b"") for number in range(12_000))
    ),
    "broken blocks": lambda: f"{_BEGIN}\nMAXRgs+EAAAH0LLRjM6yOAC2DKo=\n{_END}" * 2400,
    "beginnings": lambda: _BEGIN * 7500,
    "escapes": lambda: _BEGIN + r"\n" * 95_000 + _END,
    "markup": lambda: _BEGIN + "&amp;" * 20_000 + "<a" * 40_000 + _END,
    "foreign lines": lambda: _BEGIN + "a: b\n" * 38_000 + _END,
    "dashes": lambda: "-" * MAX_BUNDLE_CHARACTERS,
}
