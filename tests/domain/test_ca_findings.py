"""What is odd about a CA's certificates at the time of the call."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ca_facts import CaFacts, Certificate
from bot.domain.ca_findings import ca_findings, ca_red_flags
from bot.domain.plain import from_plain, to_plain

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
        replace(CALM, key_type="EC", curve="P-256", key_bits=256),
        replace(CALM, key_type="Ed25519", key_bits=None),
        made(timedelta(hours=24, seconds=1)),
        replace(CALM, not_after=CALM.not_before.replace(year=CALM.not_before.year + 15)),
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
        (replace(CALM, not_after=CALM.not_before.replace(year=CALM.not_before.year + 15, second=59)), "long_lived_ca"),
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
def test_the_same_oddity_is_one_flag(certificates: list[Certificate]) -> None:
    """Equal flags of several certificates are one, however often they stand in the bundle."""
    numbered = (replace(one, sha256=f"{place:064x}") for place, one in enumerate(certificates))
    flags = ca_red_flags(CaFacts(tuple(numbered)), HAPPENED_AT)
    assert len(flags) == len(set(flags))


def codes(*certificates: Certificate, **how: Any) -> list[str]:
    """The codes of all findings about a bundle."""
    return [one.code for one in ca_findings(CaFacts(certificates), HAPPENED_AT, **how)]


GOOD = replace(
    CALM,
    issuer=CALM.subject,
    self_issued=True,
    self_signed=True,
    version=3,
    key_usage=("keyCertSign", "cRLSign"),
    signature_hash="sha256",
)


def test_a_sound_root_has_no_findings() -> None:
    """A root that Roles Anywhere takes and that is neither new nor famous gives nothing to say."""
    assert codes(GOOD) == []


@pytest.mark.parametrize(
    ("certificate", "code"),
    [
        (replace(GOOD, version=1), "not_x509_v3"),
        (replace(GOOD, is_ca=False), "not_a_ca"),
        (replace(GOOD, key_usage=("digitalSignature",)), "no_cert_sign"),
        (replace(GOOD, key_usage=()), "no_cert_sign"),
        (replace(GOOD, signature_hash="sha1"), "weak_hash"),
        (replace(GOOD, signature_hash="md5"), "weak_hash"),
        (replace(GOOD, key_type="Ed25519", key_bits=None), "key_type_not_taken"),
        (replace(GOOD, key_type="DSA"), "key_type_not_taken"),
        (replace(GOOD, key_bits=1024), "weak_key"),
        (replace(GOOD, public_root="Big Root", named_like="Big"), "public_root"),
        (replace(GOOD, public_issuer="Big Root", named_like="Big"), "issued_by_public_ca"),
        (replace(GOOD, named_like="Big"), "imitates_public_ca"),
        (replace(GOOD, named_by_tool="mkcert"), "tool_default"),
        (
            replace(GOOD, spki_sha256="f9836c632c21fab97e77fe60f8a75168554a0437cf08eb59cd47e425b30678bf"),
            "published_private_key",
        ),
        (replace(GOOD, self_issued=False, self_signed=False), "missing_issuer"),
        (replace(GOOD, self_signed=False), "missing_issuer"),
    ],
)
def test_each_oddity_is_one_finding_of_its_certificate(certificate: Certificate, code: str) -> None:
    """One odd thing gives exactly its own finding, which names the certificate."""
    (found,) = ca_findings(CaFacts((certificate,)), HAPPENED_AT)
    assert (found.code, found.certificate) == (code, certificate.sha256)


@pytest.mark.parametrize(
    "certificate",
    [
        replace(GOOD, key_type="ML-DSA-65", key_bits=None, signature_hash=None),
        replace(GOOD, key_type="EC", key_bits=256, signature_hash="sha512"),
        replace(GOOD, self_signed=None),
        replace(GOOD, is_ca=None, key_usage=None),
        replace(GOOD, self_issued=False, self_signed=False, issuer_sha256="c" * 64),
    ],
)
def test_what_is_sound_or_unknown_is_no_finding(certificate: Certificate) -> None:
    """Taken kinds of keys, what could not be read, and an issuer that is there give nothing to say."""
    assert codes(certificate) == []


def test_a_private_key_is_a_finding_of_the_bundle() -> None:
    """It belongs to no certificate."""
    (found,) = ca_findings(CaFacts((GOOD,)), HAPPENED_AT, held_private_key=True)
    assert (found.code, found.certificate) == ("private_key_inside", None)


def test_a_key_that_is_known_from_elsewhere() -> None:
    """The caller's own words say where."""
    (found,) = ca_findings(CaFacts((GOOD,)), HAPPENED_AT, known_keys={GOOD.spki_sha256: "case AW-1"})
    assert (found.code, "case AW-1" in found.message) == ("same_key_elsewhere", True)
    assert codes(GOOD, known_keys={"0" * 64: "case AW-1"}) == []


def test_one_key_in_two_certificates() -> None:
    """Both are named, and they are not unrelated."""
    assert codes(GOOD, replace(GOOD, sha256="d" * 64)) == ["same_key_in_bundle"] * 2


def test_unrelated_certificates() -> None:
    """Two roots are unrelated; a chain is not, in any order, nor are two that the same absent CA issued."""
    other = replace(GOOD, sha256="d" * 64, spki_sha256="e" * 64)
    issued = replace(other, self_issued=False, self_signed=False, issuer_sha256=GOOD.sha256, issuer_checked=True)
    assert codes(GOOD, other) == ["unrelated_certificates"]
    orphan = replace(other, issuer="CN=Absent", self_issued=False, self_signed=False)
    sibling = replace(orphan, sha256="f" * 64, spki_sha256="0" * 64)
    assert codes(orphan, sibling) == ["missing_issuer"] * 2
    assert codes(orphan, replace(sibling, authority_key_id="99")) == ["unrelated_certificates", *["missing_issuer"] * 2]
    assert codes(GOOD, issued) == codes(issued, GOOD) == []


def test_a_leap_day_has_no_fifteenth_birthday() -> None:
    """Fifteen years after a 29th of February end with the 1st of March; a life without end is long."""
    leap = replace(CALM, not_before=datetime(2024, 2, 29, tzinfo=UTC), not_after=datetime(2039, 3, 1, tzinfo=UTC))
    assert ca_red_flags(CaFacts((leap,)), HAPPENED_AT) == ()
    endless = replace(CALM, not_before=datetime(9990, 1, 1, tzinfo=UTC), not_after=datetime(9999, 12, 31, tzinfo=UTC))
    assert "long_lived_ca" not in [one.code for one in ca_red_flags(CaFacts((endless,)), HAPPENED_AT)]


def test_doubles_are_said() -> None:
    """A certificate that stood there twice is a finding, and none for the card."""
    facts = CaFacts((GOOD,), doubles=(GOOD.sha256,))
    assert [one.code for one in ca_findings(facts, HAPPENED_AT)] == ["duplicate_certificate"]
    assert [flag.code for flag in ca_red_flags(facts, HAPPENED_AT)] == ["self_signed_ca"]


def test_the_worst_comes_first() -> None:
    """Findings stand in the order of their codes, not of the bundle."""
    worst = replace(GOOD, sha256="d" * 64, named_like="Big")
    assert codes(replace(GOOD, key_bits=1024), worst, held_private_key=True)[:3] == [
        "private_key_inside",
        "imitates_public_ca",
        "weak_key",
    ]


def test_the_moment_has_the_callers_name() -> None:
    """The sentence about the age says what it was measured against."""
    (found,) = ca_findings(CaFacts((replace(GOOD, not_before=HAPPENED_AT),)), HAPPENED_AT, moment="this check")
    assert found.message == "The CA is brand new: made less than a minute before this check."


def test_an_older_log_still_decodes() -> None:
    """A certificate that was logged before the newer fields existed is read with their defaults."""
    plain = to_plain(CALM)
    old = {field: plain[field] for field in list(plain)[:13]}
    assert from_plain(Certificate, old) == CALM
    assert from_plain(Certificate, json.loads(json.dumps(to_plain(GOOD)))) == GOOD
