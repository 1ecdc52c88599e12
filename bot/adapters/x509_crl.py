"""Reads a certificate revocation list and checks its signature with the certificates of a CA."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from bot.domain.crl_facts import CrlFacts
from bot.domain.revocation_list import text_sha256


def read_revocation_list(text: str, certificates_pem: Sequence[str]) -> CrlFacts | None:
    """What a list in PEM says; None when it can't be read as one.

    ``certificates_pem`` are the CA's certificates, one PEM block each.

    See: https://www.rfc-editor.org/rfc/rfc5280#section-5
    """
    try:
        crl = x509.load_pem_x509_crl(text.encode())
        extensions = crl.extensions
        serials = tuple(f"{one.serial_number:x}" for one in crl)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension):
        return None
    return CrlFacts(
        serials=serials,
        signed_by_ca=any(_signed(crl, one) for one in certificates_pem),
        issued_at=crl.last_update_utc,
        next_update=crl.next_update_utc,
        sha256=text_sha256(text),
        number=_number(extensions),
        is_partial=any(isinstance(one.value, x509.DeltaCRLIndicator) for one in extensions),
    )


def _signed(crl: x509.CertificateRevocationList, certificate_pem: str) -> bool:
    try:
        key = x509.load_pem_x509_certificate(certificate_pem.encode()).public_key()
        return bool(crl.is_signature_valid(key))  # type: ignore[arg-type]  # Keys that sign nothing are refused below.
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        return False


def _number(extensions: x509.Extensions) -> int | None:
    found = (one.value.crl_number for one in extensions if isinstance(one.value, x509.CRLNumber))
    return next(found, None)
