"""What the certificates of a CA say about themselves, and what is odd about that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate of the bundle.

    ``sha256`` is over the DER, ``spki_sha256`` over the public key, both lower-case hex without colons.
    ``self_signed`` is True or False only when the signature was checked with the certificate's own key, and None
    where it could not be checked. ``key_bits`` is None for keys whose size says nothing.

    See: https://www.rfc-editor.org/rfc/rfc5280
    """

    subject: str
    issuer: str
    serial_hex: str
    sha256: str
    spki_sha256: str
    not_before: datetime
    not_after: datetime
    key_type: str
    key_bits: int | None
    signature_algorithm: str
    is_ca: bool | None
    self_issued: bool
    self_signed: bool | None


@dataclass(frozen=True, slots=True)
class CaFacts:
    """The certificates in the bundle's order, and one line for each block that could not be read."""

    certificates: tuple[Certificate, ...] = ()
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RedFlag:
    """Something that a responder should know: a stable code and one plain sentence."""

    code: str
    sentence: str


_FRESH = timedelta(hours=24)
_LONG_LIFE = timedelta(days=15 * 365)
_SMALL_RSA_BITS = 2048


def ca_red_flags(facts: CaFacts, happened_at: datetime) -> tuple[RedFlag, ...]:
    """Everything odd about the certificates at the time of the event, worst first."""
    flags = [flag for certificate in facts.certificates for flag in _odd(certificate, happened_at)]
    if facts.unreadable:
        flags.append(RedFlag("unreadable_certificate", "Part of the CA bundle can't be read as a certificate."))
    return tuple(dict.fromkeys(flags))


def _odd(certificate: Certificate, happened_at: datetime) -> list[RedFlag]:
    flags = []
    age = happened_at - certificate.not_before
    if timedelta(0) <= age <= _FRESH:
        flags.append(RedFlag("fresh_ca", f"The CA is brand new: made {_age_words(age)} before the call."))
    if certificate.not_after < happened_at:
        flags.append(RedFlag("expired_ca", "A CA certificate had expired before the call."))
    if certificate.not_before > happened_at:
        flags.append(RedFlag("not_yet_valid_ca", "A CA certificate is not valid yet."))
    if certificate.not_after - certificate.not_before > _LONG_LIFE:
        flags.append(RedFlag("long_lived_ca", "A CA certificate lives longer than 15 years."))
    if certificate.key_type == "RSA" and (certificate.key_bits or 0) < _SMALL_RSA_BITS:
        flags.append(RedFlag("weak_key", f"A CA key is weak: RSA with {certificate.key_bits} bits."))
    if certificate.is_ca is False:
        flags.append(RedFlag("not_a_ca", "A certificate in the bundle is not marked as a CA."))
    if certificate.self_signed:
        flags.append(RedFlag("self_signed_ca", "The CA is self-signed: nobody else vouches for it."))
    return flags


def _age_words(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:  # noqa: PLR2004 - Up to two hours, minutes read better.
        return f"{minutes} minutes" if minutes > 1 else "1 minute"
    return f"{minutes // 60} hours"
