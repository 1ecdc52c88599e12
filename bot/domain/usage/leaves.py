"""Which certificates a CA's key has signed, so that those of other trust anchors are not taken for this one's."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.ca_facts import Certificate, ReadCertificates

MOST_LEAVES = 100
"""How many certificates are read: what a CA's owner can make is without end, and reading takes time."""

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_LINE = 64


@dataclass(frozen=True, slots=True)
class Leaf:
    """A certificate that somebody showed.

    ``of_ca`` says whether the CA's key made it, through certificates of the bundle; None when that can't be checked.
    """

    serial: str
    subject: str
    issuer: str
    of_ca: bool | None


def read_leaves(
    certificates: Iterable[str], ca_pems: Sequence[str], read_certificates: ReadCertificates
) -> dict[str, Leaf]:
    """What is known of each certificate (PEM, or the base64 of its DER), by the text that was given.

    What can't be read is left out, and so is what comes after the first hundred distinct ones.
    """
    ders = {one: der for one in dict.fromkeys(certificates) if one and (der := _der(one)) is not None}
    asked = dict(list(ders.items())[:MOST_LEAVES])
    facts = read_certificates((*ca_pems, *(_pem(der) for der in asked.values())))
    by_sha256 = {one.sha256: one for one in facts.certificates}
    own = frozenset(hashlib.sha256(der).hexdigest() for pem in ca_pems if (der := _der(pem)) is not None)
    found = {}
    for given, der in asked.items():
        one = by_sha256.get(hashlib.sha256(der).hexdigest())
        if one is not None:
            of_ca = _is_of(one, own, by_sha256) if own else None
            found[given] = Leaf(one.serial_hex, one.subject, one.issuer, of_ca)
    return found


def certificate_blocks(bundle: str) -> tuple[str, ...]:
    """The PEM blocks of certificates in a bundle that AWS has accepted."""
    parts = bundle.split(_BEGIN)[1:]
    return tuple(f"{_BEGIN}{part.partition(_END)[0]}{_END}\n" for part in parts if _END in part)


def _is_of(one: Certificate, own: frozenset[str], by_sha256: Mapping[str, Certificate]) -> bool | None:
    passed: set[str] = set()
    while one.sha256 not in own:
        passed.add(one.sha256)
        issuer = by_sha256.get(one.issuer_sha256 or "")
        if issuer is None or issuer.sha256 in passed:
            return False
        if one.issuer_checked is not True:
            return one.issuer_checked
        one = issuer
    return True


def _der(certificate: str) -> bytes | None:
    body = certificate.partition(_BEGIN)[2].partition(_END)[0] if _BEGIN in certificate else certificate
    try:
        return base64.b64decode("".join(body.split()), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _pem(der: bytes) -> str:
    body = base64.b64encode(der).decode()
    lines = [body[start : start + _LINE] for start in range(0, len(body), _LINE)]
    return "\n".join((_BEGIN, *lines, _END, ""))
