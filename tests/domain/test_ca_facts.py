"""What is odd about a CA's certificates at the time of the call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ca_facts import CaFacts, Certificate, ca_red_flags

HAPPENED_AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
CALM = Certificate(
    subject="CN=Issuing",
    issuer="CN=Root",
    serial_hex="1",
    sha256="a" * 64,
    spki_sha256="b" * 64,
    not_before=HAPPENED_AT - timedelta(days=400),
    not_after=HAPPENED_AT + timedelta(days=400),
    key_type="RSA",
    key_bits=2048,
    signature_algorithm="sha256WithRSAEncryption",
    is_ca=True,
    self_issued=False,
    self_signed=False,
)


def made(age: timedelta) -> Certificate:
    """A certificate that was so old when the call was made."""
    return replace(CALM, not_before=HAPPENED_AT - age)


@pytest.mark.parametrize(
    "certificate",
    [
        CALM,
        replace(CALM, self_signed=None),
        replace(CALM, is_ca=None),
        replace(CALM, key_type="EC P-256", key_bits=256),
        replace(CALM, key_type="Ed25519", key_bits=None),
        made(timedelta(hours=24, seconds=1)),
        replace(CALM, not_after=CALM.not_before + timedelta(days=15 * 365)),
        replace(CALM, not_after=HAPPENED_AT),
    ],
)
def test_an_ordinary_certificate_has_no_flags(certificate: Certificate) -> None:
    """Nothing is claimed about what is ordinary, unknown, or just within a bound."""
    assert ca_red_flags(CaFacts((certificate,)), HAPPENED_AT) == ()


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        (made(timedelta()), "fresh_ca"),
        (made(timedelta(hours=24)), "fresh_ca"),
        (replace(CALM, not_after=HAPPENED_AT - timedelta(seconds=1)), "expired_ca"),
        (replace(CALM, not_before=HAPPENED_AT + timedelta(seconds=1)), "not_yet_valid_ca"),
        (replace(CALM, not_after=CALM.not_before + timedelta(days=15 * 365 + 1)), "long_lived_ca"),
        (replace(CALM, key_bits=1024), "weak_key"),
        (replace(CALM, is_ca=False), "not_a_ca"),
        (replace(CALM, self_signed=True), "self_signed_ca"),
    ],
)
def test_each_oddity_is_one_flag(certificate: Certificate, code: str) -> None:
    """One odd thing about a certificate gives exactly its own flag."""
    (flag,) = ca_red_flags(CaFacts((certificate,)), HAPPENED_AT)
    assert flag.code == code


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute before"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=23, minutes=59), "23 hours"),
    ],
)
def test_the_age_is_said_in_words(age: timedelta, words: str) -> None:
    """Fresh CAs have an age that a person would say."""
    (flag,) = ca_red_flags(CaFacts((made(age),)), HAPPENED_AT)
    assert words in flag.sentence


def test_unreadable_parts_are_said_once() -> None:
    """However many blocks are broken, there is one flag."""
    (flag,) = ca_red_flags(CaFacts((), ("block 1", "block 2")), HAPPENED_AT)
    assert flag.code == "unreadable_certificate"


@given(st.lists(st.sampled_from([CALM, made(timedelta(minutes=3)), replace(CALM, self_signed=True)]), max_size=6))
def test_the_same_oddity_is_said_once(certificates: list[Certificate]) -> None:
    """Equal flags of several certificates are one, in the order of the bundle."""
    flags = ca_red_flags(CaFacts(tuple(certificates)), HAPPENED_AT)
    assert len(flags) == len(set(flags)) == len(set(certificates) - {CALM})
