"""Keys of every kind and size, and signatures by every algorithm."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from tests.certificates import algorithms as by
from tests.certificates.algorithms import Algorithm
from tests.certificates.armour import Case, block, of
from tests.certificates.der import NULL, bit_string, integer, octet_string, oid, sequence
from tests.certificates.keys import (
    Key,
    dsa_key,
    ec_key,
    ed448_key,
    ed25519_key,
    foreign_key,
    ml_dsa_key,
    number,
    pss,
    rsa_key,
    rsa_private,
    rsa_public,
    rsa_spki,
)
from tests.certificates.made import Made, default_key, make

WEAK_HASH, WEAK_KEY, OTHER_KEY = "weak_hash:0", "weak_key:0", "key_type_not_taken:0"


def _one(name: str, made: Made, findings: str = "") -> Case:
    return of(name, block(made.der), made, findings=findings)


def _own(name: str, key: Key, algorithm: Algorithm, findings: str = "", **label: object) -> Case:
    """A root that its own key signed."""
    made = make(key=key, algorithm=algorithm)
    return _one(f"key: {name}", made.but(**label), findings)


def _carried(name: str, key: Key, findings: str = "", **label: object) -> Case:
    """A root that carries this key, which did not sign it; where nobody can tell, no issuer is missed."""
    made = make(key=key, signer=default_key()).but(**label)
    missing = "" if made.label.self_signed is None else "missing_issuer:0"
    return _one(f"key: {name}, signed by another", made, f"{missing} {findings}")


def _rsa() -> list[Case]:
    return [
        _own("RSA 1024", rsa_key(1024), by.RSA_SHA256, WEAK_KEY),
        _own("RSA 2048", rsa_key(2048), by.RSA_SHA256),
        _own("RSA 3072", rsa_key(3072), by.RSA_SHA256),
        _own("RSA 4096", rsa_key(4096), by.RSA_SHA256),
        _own("RSA 8192", rsa_key(8192), by.RSA_SHA256),
        _own("RSA 2048, exponent 3", rsa_key(2048, 3), by.RSA_SHA256),
        _own("RSA 2048, exponent 17", rsa_key(2048, 17), by.RSA_SHA256),
        _own("RSA 2048, exponent 2^32 + 15", rsa_key(2048, 2**32 + 15), by.RSA_SHA256),
        _carried("RSA 512", rsa_public(512), WEAK_KEY),
        _carried("RSA 1023", rsa_public(1023), WEAK_KEY),
        _carried("RSA 2047", rsa_public(2047), WEAK_KEY),
        _carried("RSA 2049", rsa_public(2049)),
        _carried("RSA 16384", rsa_public(16384)),
        _carried("RSA 16392", rsa_public(16392)),
        _carried("RSA 2048, exponent 1", rsa_public(2048, 1), self_signed=None),
        _carried("RSA 2048, exponent 65536", rsa_public(2048, 65536), self_signed=None),
        _carried("RSA 2048, exponent of 200 bits", rsa_public(2048, number(200, "e"))),
        _own("RSA key under the PSS name", _pss_only(), by.PSS_SHA256),
    ]


def _pss_only() -> Key:
    key = pss(rsa_key(2048), 2048, 32)
    numbers = rsa_private(2048).public_key().public_numbers()
    identifier = sequence(oid("1.2.840.113549.1.1.10"))
    return Key(rsa_spki(numbers.n, numbers.e, identifier), "RSA", 2048, key.sign)


def _curves() -> list[Case]:
    return [
        _own("P-192", ec_key(ec.SECP192R1()), by.EC_SHA256),
        _own("P-224", ec_key(ec.SECP224R1()), by.EC_SHA256),
        _own("P-256", ec_key(ec.SECP256R1()), by.EC_SHA256),
        _own("P-384", ec_key(ec.SECP384R1()), by.EC_SHA384),
        _own("P-521", ec_key(ec.SECP521R1()), by.EC_SHA512),
        _own("secp256k1", ec_key(ec.SECP256K1()), by.EC_SHA256),
        _own("brainpoolP256r1", ec_key(ec.BrainpoolP256R1()), by.EC_SHA256),
        _own("brainpoolP384r1", ec_key(ec.BrainpoolP384R1()), by.EC_SHA384),
        _own("brainpoolP512r1", ec_key(ec.BrainpoolP512R1()), by.EC_SHA512),
        _own("P-256, compressed point", _compressed(), by.EC_SHA256),
        _own("P-256, parameters written out", _written_out(), by.EC_SHA256),
        _carried("P-256, point not on the curve", _ec_spki(bytes((4, *([1] * 64)))), self_signed=None),
        _carried(
            "curve that nobody knows",
            _ec_spki(bytes((4, *([1] * 64))), "1.3.6.1.4.1.99999.7"),
            key_bits=None,
            self_signed=None,
        ),
    ]


def _compressed() -> Key:
    key = default_key()
    point = key.spki[-64:]
    return Key(_ec_spki(bytes((2 + point[-1] % 2,)) + point[:32]).spki, "EC", 256, key.sign)


def _ec_spki(point: bytes, curve: str = "1.2.840.10045.3.1.7") -> Key:
    spki = sequence(sequence(oid("1.2.840.10045.2.1"), oid(curve)), bit_string(point))
    return Key(spki, "EC", 256, default_key().sign)


def _written_out() -> Key:
    """P-256 by its numbers instead of its name, as old tools write it (FIPS 186-4, D.1.2.3)."""
    p = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    x = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
    y = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
    base = bytes((4,)) + x.to_bytes(32, "big") + y.to_bytes(32, "big")
    parameters = sequence(
        integer(1),
        sequence(oid("1.2.840.10045.1.1"), integer(p)),
        sequence(octet_string((p - 3).to_bytes(32, "big")), octet_string(b.to_bytes(32, "big"))),
        octet_string(base),
        integer(n),
        integer(1),
    )
    point = default_key().spki[-65:]
    spki = sequence(sequence(oid("1.2.840.10045.2.1"), parameters), bit_string(point))
    return Key(spki, "EC", 256, default_key().sign)


def _others() -> list[Case]:
    no_bits = sequence(sequence(oid("1.2.840.113549.1.1.1"), NULL), bit_string(b""))
    empty = Key(no_bits, "RSA", None, rsa_key().sign)
    return [
        _own("Ed25519", ed25519_key(), by.ED25519, OTHER_KEY),
        _own("Ed448", ed448_key(), by.ED448, OTHER_KEY),
        _own("DSA 2048", dsa_key(), by.DSA_SHA256, OTHER_KEY),
        *(_own(f"ML-DSA-{level}", ml_dsa_key(level), by.ML_DSA[level]) for level in (44, 65, 87)),
        _carried("X25519", foreign_key("1.3.101.110"), OTHER_KEY, key_type="X25519", key_bits=256, self_signed=None),
        _own("SLH-DSA", foreign_key("2.16.840.1.101.3.4.3.20"), by.SLH_DSA, OTHER_KEY, self_signed=None),
        _own("no known algorithm", foreign_key("1.3.6.1.4.1.99999.2"), by.UNKNOWN, OTHER_KEY, self_signed=None),
        _carried("no known algorithm", foreign_key("1.3.6.1.4.1.99999.2"), OTHER_KEY, self_signed=None),
        _carried("RSA without modulus", empty, self_signed=None),
    ]


def _signed(algorithm: Algorithm, key: Key, findings: str = "", **label: object) -> Case:
    return _one(
        f"signature: {algorithm.name}, {algorithm.digest.name if algorithm.digest else None}",
        make(key=key, algorithm=algorithm).but(**label),
        findings,
    )


def _signatures() -> list[Case]:
    rsa, curve = rsa_key(2048), default_key()
    return [
        _signed(by.RSA_MD2, rsa, WEAK_HASH, self_signed=None),
        _signed(by.RSA_MD5, rsa, WEAK_HASH),
        _signed(by.RSA_SHA1, rsa, WEAK_HASH),
        _signed(by.RSA_SHA224, rsa, WEAK_HASH),
        _signed(by.RSA_SHA384, rsa),
        _signed(by.RSA_SHA512, rsa),
        _signed(by.RSA_SHA3, rsa),
        _signed(by.PSS_SHA256, pss(rsa, 2048, 32)),
        _signed(by.PSS_SHA384, pss(rsa, 2048, 48)),
        _signed(by.PSS_SHA512, pss(rsa, 2048, 64)),
        _signed(by.PSS_SHA1, pss(rsa, 2048, 20), WEAK_HASH),
        _signed(by.EC_SHA1, curve, WEAK_HASH),
        _signed(by.EC_SHA224, curve, WEAK_HASH),
        _signed(by.EC_SHA384, curve),
        _signed(by.EC_SHA512, curve),
        _signed(by.EC_SHA3, curve),
        _signed(by.DSA_SHA1, dsa_key(), f"{WEAK_HASH} {OTHER_KEY}"),
    ]


def _wrong_signatures() -> list[Case]:
    wrong = {
        "of other bytes": make(signature=default_key().sign(b"something else", by.EC_SHA256.digest)),
        "of one byte": make(signature=b" "),
        "zeros": make(signature=bytes(64)),
        "of another kind of key": make(algorithm=by.RSA_SHA256, signer=rsa_key(2048)),
        "that the key's own algorithm made, with another hash named": make(outer=by.EC_SHA384.identifier).but(
            signature_algorithm="ecdsa-with-SHA384", self_signed=False
        ),
    }
    right = _one("signature: right", make())
    return [right, *(_one(f"signature: {name}", made, "missing_issuer:0") for name, made in wrong.items())]


def cases() -> list[Case]:
    """Every kind of key and signature."""
    return [*_rsa(), *_curves(), *_others(), *_signatures(), *_wrong_signatures()]
