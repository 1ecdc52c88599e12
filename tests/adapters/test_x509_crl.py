"""Revocation lists are read whole, and only the CA's own key makes one that counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from bot.adapters.x509_crl import read_revocation_list
from bot.domain.revocation_list import text_sha256
from tests.authorities import pem, sound_ca
from tests.records import make_key
from tests.revocation_lists import revocation_list

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CA = pem(sound_ca())
STRANGER = pem(sound_ca("CN=Harbour Root,O=Example", key=make_key("rsa-2048")))


def test_everything_that_counts_is_read() -> None:
    """Serial numbers in hexadecimal, times, number, and a hash over the text as it was pasted."""
    text = revocation_list("0a1b", "ff", issued_at=AT, lifetime=timedelta(days=7), extensions=[x509.CRLNumber(9)])
    found = read_revocation_list(text, (CA,))
    assert found is not None
    assert found.serials == ("a1b", "ff")
    assert (found.issued_at, found.next_update) == (AT, AT + timedelta(days=7))
    assert (found.number, found.is_partial, found.sha256) == (9, False, text_sha256(text))


@pytest.mark.parametrize(
    ("certificates", "signed"),
    [((CA,), True), ((STRANGER, CA), True), ((STRANGER,), False), ((), False), (("x",), False)],
)
def test_only_the_ca_s_own_key_signs(certificates: tuple[str, ...], signed: bool) -> None:  # noqa: FBT001 - The answer.
    """A certificate of the same name with another key did not sign it; what can't be read signs nothing."""
    found = read_revocation_list(revocation_list("1"), certificates)
    assert found is not None
    assert found.signed_by_ca is signed


def test_a_delta_is_said_to_be_one() -> None:
    """It holds changes only, so that certificates which are revoked may not be on it."""
    found = read_revocation_list(revocation_list("1", extensions=[x509.DeltaCRLIndicator(3)]), (CA,))
    assert found is not None
    assert found.is_partial


@pytest.mark.parametrize("text", ["", "x", CA, "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----", "\u0661"])
def test_what_is_no_list_is_none(text: str) -> None:
    """A certificate, rubbish and broken base64 are no lists."""
    assert read_revocation_list(text, (CA,)) is None
