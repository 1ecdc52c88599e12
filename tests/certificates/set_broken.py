"""Blocks that cannot be read, or that are something else, among good ones."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from tests.certificates.algorithms import EC_SHA256
from tests.certificates.armour import Case, block, bundle, escaped, of, quoted, wrapped
from tests.certificates.der import EMPTY, bit_string, integer, oid, sequence, tlv
from tests.certificates.keys import ec_key, ec_private, number, rsa_private
from tests.certificates.made import NAME, Made, Recipe, default_key, make, name, time
from tests.certificates.set_states import issued, root

UNREADABLE, BROKEN, NONE = "unreadable_certificate", "broken_block", "no_certificate"


def broken(title: str, middle: str, *read: Made, errors: str = UNREADABLE, findings: str = "") -> Case:
    """A bad block between two good ones; what can be read of it all the same stands between them too."""
    text = block(root().der) + middle + block(issued().der)
    return of(f"broken: {title}", text, root(), *read, issued(), errors=errors, findings=findings)


def middle_fields(**more: object) -> dict[str, object]:
    """A third certificate that the root signed."""
    fields = {"subject": name("CN=Middle"), "issuer": NAME, "key": ec_key(ec.SECP384R1()), "signer": default_key()}
    return {**fields, "serial": 5, **more}


def _middle(**more: object) -> Made:
    return make(**middle_fields(**more))


def _base64() -> list[Case]:
    good = block(_middle().der)
    body = good.split("\n")
    return [
        broken("base64 cut off", "\n".join([*body[:4], body[-2], ""])),
        broken(
            "base64 cut off by one character", good.replace("\n-----END", "", 1)[:-40] + "\n-----END CERTIFICATE-----\n"
        ),
        broken("a character lost", good.replace(body[3], body[3][:-1])),
        broken("a line lost", good.replace(body[3] + "\n", "")),
        broken("lines swapped", good.replace(body[1] + "\n" + body[2], body[2] + "\n" + body[1])),
        broken("padding in the middle", good.replace(body[3], body[3][:60] + "====")),
        broken("an ellipsis", good.replace(body[3], "...")),
        broken("an ellipsis of one character", good.replace(body[3], "…")),
        broken("stars", good.replace(body[3], "*" * 64)),
        broken("letters of another script", good.replace(body[3], "Ж" * 64)),
        broken("redacted", "-----BEGIN CERTIFICATE-----\nHIDDEN_DUE_TO_SECURITY_REASONS\n-----END CERTIFICATE-----\n"),
        broken("only padding", "-----BEGIN CERTIFICATE-----\n====\n-----END CERTIFICATE-----\n"),
        broken("empty", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
        broken("blank line", "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n"),
        broken("labels on one line, nothing between", "-----BEGIN CERTIFICATE----------END CERTIFICATE-----\n"),
    ]


def _labels() -> list[Case]:
    good = block(_middle().der)
    text = block(root().der)
    return [
        broken("BEGIN without END", good.replace("-----END CERTIFICATE-----\n", ""), errors=BROKEN),
        broken("BEGIN alone", "-----BEGIN CERTIFICATE-----\n", errors=BROKEN),
        broken("END alone", "-----END CERTIFICATE-----\n", errors=BROKEN),
        broken("another END", good.replace("END C", "END TRUSTED C"), _middle(), errors=BROKEN),
        broken("END cut off", good.replace("-----END CERTIFICATE-----", "-----END CERTIF"), errors=BROKEN),
        of("broken: BEGIN and half of the base64 at the end", text + good[:200], root(), errors=BROKEN),
        of("broken: cut off in the first label", "-----BEGIN CERT", errors=NONE),
        of("broken: cut off in the first block", good[:200], errors=f"{BROKEN} {NONE}"),
        of(
            "broken: END is all that is missing",
            good.replace("-----END CERTIFICATE-----\n", ""),
            errors=f"{BROKEN} {NONE}",
        ),
        of(
            "broken: BEGIN is all that is missing",
            good.replace("-----BEGIN CERTIFICATE-----\n", ""),
            errors=f"{BROKEN} {NONE}",
        ),
    ]


def _der() -> list[Case]:
    der = _middle().der
    tbs = Recipe(**middle_fields()).tbs()  # type: ignore[arg-type]
    no_certificates = {
        "DER cut off": der[:-20],
        "one byte of DER": der[:1],
        "zeros": bytes(300),
        "noise": bytes((i * 73 + 11) % 256 for i in range(400)),
        "text": b"There is no certificate here.",
        "an empty SEQUENCE": EMPTY,
        "the signed part alone": tbs,
        "without signature": sequence(tbs, EC_SHA256.identifier),
        "a public key": default_key().spki,
        "an RSA public key": _rsa_public(),
        "a request under CERTIFICATE": _request(),
        "a revocation list under CERTIFICATE": _crl(),
        "indefinite length": b"\x30\x80" + der[4:] + b"\0\0",
        "nested a thousand deep": _nested(1000),
        "a length of 4 GB": b"\x30\x84\xff\xff\xff\xff" + der[4:],
    }
    return [broken(name, block(content)) for name, content in no_certificates.items()]


def _odd_der() -> list[Case]:
    """What can be read all the same."""
    first, second, new = _middle(), _middle(serial=6), _middle(version=4)
    same_key = "same_key_in_bundle:1 same_key_in_bundle:2"
    two = _middle(outer=sequence(oid("1.2.840.10045.4.3.3"))).but(signature_algorithm="ecdsa-with-SHA384")
    long = _relabelled(b"\x30\x83\x00" + first.der[2:])
    key = block(_keys()["PRIVATE KEY"])
    alone = "missing_issuer:1 unrelated_certificates:"
    return [
        broken("DER and more behind it", block(first.der + b"\x05\x00"), first, errors=BROKEN),
        broken("DER and half an element behind it", block(first.der + b"\x30\x82"), first, errors=BROKEN),
        broken("DER and zeros behind it", block(first.der + bytes(200)), first, errors=BROKEN),
        broken("two in one block", block(first.der + second.der), first, second, errors="", findings=same_key),
        broken("length in too many bytes", block(long.der), long, errors=""),
        broken("version 4", block(new.der), new, errors="", findings="not_x509_v3:1"),
        broken("two signature algorithms", block(two.der), two, errors="", findings=alone),
        broken("a private key under CERTIFICATE", key, errors="", findings="private_key_inside:"),
    ]


def _relabelled(der: bytes) -> Made:
    label = _middle().label
    return Made(der, replace(label, sha256=hashlib.sha256(der).hexdigest()))


def _nested(depth: int) -> bytes:
    value = EMPTY
    for _ in range(depth):
        value = sequence(value)
    return value


def _request() -> bytes:
    information = sequence(integer(0), NAME.der, default_key().spki, tlv(0xA0))
    return sequence(information, EC_SHA256.identifier, bit_string(default_key().sign(information, EC_SHA256.digest)))


def _crl() -> bytes:
    tbs = sequence(
        integer(1), EC_SHA256.identifier, NAME.der, time("2026-01-01T00:00:00Z"), time("2027-01-01T00:00:00Z")
    )
    return sequence(tbs, EC_SHA256.identifier, bit_string(default_key().sign(tbs, EC_SHA256.digest)))


def _others() -> list[Case]:
    ssh = "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n"
    pgp = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQENBF\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n"
    return [
        broken("a request", block(_request(), "CERTIFICATE REQUEST"), errors=BROKEN),
        broken("an old request", block(_request(), "NEW CERTIFICATE REQUEST"), errors=BROKEN),
        broken("a revocation list", block(_crl(), "X509 CRL"), errors=BROKEN),
        broken("a public key with its label", block(default_key().spki, "PUBLIC KEY"), errors=BROKEN),
        broken("an RSA public key with its label", block(_rsa_public(), "RSA PUBLIC KEY"), errors=BROKEN),
        broken("curve parameters", block(oid("1.2.840.10045.3.1.7"), "EC PARAMETERS"), errors=BROKEN),
        broken("an unknown label", block(b"hello", "FRIENDLY GREETING"), errors=BROKEN),
        broken("PGP", pgp, errors=BROKEN),
        broken("SSH public key", ssh, errors=""),
        broken("an attribute certificate", block(sequence(EMPTY), "ATTRIBUTE CERTIFICATE"), errors=BROKEN),
        broken("PKCS7 that holds nothing", block(sequence(oid("1.2.840.113549.1.7.2")), "PKCS7"), errors=UNREADABLE),
    ]


def _rsa_public() -> bytes:
    numbers = rsa_private(2048).public_key().public_numbers()
    return sequence(integer(numbers.n), integer(numbers.e))


@cache
def _keys() -> dict[str, bytes]:
    """Private keys in DER by their PEM label."""
    rsa, curve = rsa_private(1024), ec_private(ec.SECP256R1())
    return {
        "PRIVATE KEY": curve.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        "RSA PRIVATE KEY": rsa.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "EC PRIVATE KEY": curve.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
        "DSA PRIVATE KEY": sequence(*(integer(part) for part in (0, *(number(256, name) for name in "pqgyx")))),
        "ENCRYPTED PRIVATE KEY": curve.private_bytes(
            Encoding.DER, PrivateFormat.PKCS8, BestAvailableEncryption(b"anchor")
        ),
        "OPENSSH PRIVATE KEY": b"openssh-key-v1\0" + bytes(range(200)),
        "ANY PRIVATE KEY": bytes(range(100)),
    }


def private_keys() -> dict[str, tuple[str, ...]]:
    """Pieces of each private key's base64 that must never be shown, by the key's label.

    Not from its beginning: there are the names of algorithms, which stand in certificates too.
    """
    letters = {label: base64.b64encode(der).decode() for label, der in _keys().items()}
    first = {"ENCRYPTED PRIVATE KEY": 200, "EC PRIVATE KEY": 8}
    return {
        label: tuple(text[start : start + 12] for start in range(first.get(label, 48), first.get(label, 48) + 40, 8))
        for label, text in letters.items()
    }


def _legacy() -> str:
    text = block(_keys()["RSA PRIVATE KEY"], "RSA PRIVATE KEY")
    return text.replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789ABCDEF\n\n", 1)


def _private() -> list[Case]:
    found = "private_key_inside:"
    key = block(_keys()["PRIVATE KEY"], "PRIVATE KEY")
    one = bundle(root())
    armoured = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBF\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n"
    return [
        *(broken(f"key: {label}", block(der, label), errors="", findings=found) for label, der in _keys().items()),
        broken("key: old encryption", _legacy(), errors="", findings=found),
        broken("key: PGP", armoured, errors="", findings=found),
        broken("key: cut off", key[:90] + "\n-----END PRIVATE KEY-----\n", errors="", findings=found),
        broken(
            "key: lower-case label", key.replace("BEGIN PRIVATE KEY", "begin private key"), errors="", findings=found
        ),
        broken("key: CRLF", key.replace("\n", "\r\n"), errors="", findings=found),
        of("key: no END", one + key[:120], root(), findings=found),
        of("key: escaped", escaped(one + key), root(), findings=found),
        of("key: escaped twice", escaped(one + key, 2), root(), findings=found),
        of("key: JSON", quoted(key + one), root(), findings=found),
        of("key: one line", (one + key).replace("\n", " "), root(), findings=found),
        of("key: UTF-16", (one + key).encode("utf-16"), root(), findings=found),
        of("key: alone", key, findings=found, errors=NONE),
        of("key: alone in DER", _keys()["PRIVATE KEY"], findings=found, errors=NONE),
        of("key: alone in base64", wrapped(_keys()["RSA PRIVATE KEY"]), findings=found, errors=NONE),
        of("key: base64 of PEM", base64.b64encode((one + key).encode()), root(), findings=found),
        of("key: only spoken of", "# The private key is kept elsewhere.\n" + one, root()),
    ]


def cases() -> list[Case]:
    """Every input with something in it that is no certificate."""
    return [*_base64(), *_labels(), *_der(), *_odd_der(), *_others(), *_private()]
