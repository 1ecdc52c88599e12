"""What is wrong with a revocation list for one trust anchor is said under its field, before anything is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.crl_facts import CrlFacts
from bot.domain.errors import AwsError
from bot.domain.evidence import Evidence
from bot.domain.identity import Target
from bot.domain.revocation_list import LIST_FORM, checked_list, list_state, wanted_serials

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GOOD = CrlFacts(("a1b", "ff"), signed_by_ca=True, issued_at=NOW - timedelta(days=1), next_update=NOW, sha256="0" * 64)
GOOD = replace(GOOD, next_update=NOW + timedelta(days=6))


def target(crl: CrlFacts | None, serials: str = "0A:1B", *, ours: bool = True) -> Target:
    """A trust anchor whose CA is ours, and what was entered."""
    entered = {"crl": "x", "serials": serials}
    return Target("1", "r", "arn", "id", Evidence(ca_is_ours=ours, crl=crl, entered=entered))


def test_a_sound_list_names_what_it_revokes() -> None:
    """Serial numbers may be written with colons, in capitals, with zeros in front."""
    assert checked_list(target(GOOD, "0A:1B, 0xFF a1b"), NOW) == (GOOD, ("a1b", "ff"))


@pytest.mark.parametrize(
    ("crl", "serials", "field", "words"),
    [
        (None, "a1b", "crl", "can't be read as a CRL"),
        (replace(GOOD, signed_by_ca=False), "a1b", "crl", "did not sign this list"),
        (replace(GOOD, is_partial=True), "a1b", "crl", "delta CRL"),
        (replace(GOOD, next_update=NOW), "a1b", "crl", "expired on 2026-11-22 12:00"),
        (replace(GOOD, issued_at=NOW + timedelta(hours=1)), "a1b", "crl", "not valid before"),
        (GOOD, "a1b, c0ffee", "serials", "Not on the list: c0ffee."),
        (GOOD, "", "serials", "Write 1 to 10 serial numbers"),
        (GOOD, "12 g4", "serials", "in hexadecimal"),
        (GOOD, " ".join(f"{one:x}" for one in range(11)), "serials", "Write 1 to 10"),
    ],
)
def test_each_mistake_is_named(crl: CrlFacts | None, serials: str, field: str, words: str) -> None:
    """One sentence under the field that it is about, and no plan."""
    entered = {"crl": "x", "serials": serials}
    found = LIST_FORM.mistakes(target(crl, serials), entered, NOW)
    assert words in found[field]
    assert all(len(one) <= 150 for one in found.values())
    with pytest.raises(AwsError):
        checked_list(target(crl, serials), NOW)


def test_a_ca_of_nobody_gets_no_list() -> None:
    """Against an attacker's CA a list is useless, so there is no plan for one."""
    with pytest.raises(AwsError, match="nobody says that this CA is ours"):
        checked_list(target(GOOD, ours=False), NOW)


def test_the_state_is_in_words() -> None:
    """As plans show and compare it."""
    found = [list_state(one)["this list"] for one in (None, {"enabled": True}, {"enabled": False})]
    assert found == ["not there", "enabled", "disabled"]
    assert wanted_serials({}) == ()
