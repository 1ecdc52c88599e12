"""What people write to approve a CA: a scope and an end are needed, and what is wrong is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.ca_approval import APPROVAL_FORM, approval_of_form
from bot.domain.errors import AwsError
from bot.domain.evidence import Evidence
from bot.domain.identity import Target

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
GOOD = {
    "owner": " pki team ",
    "accounts": "111122223333; 444455556666 111122223333",
    "regions": "eu-west-1,us-gov-west-1",
    "ends": "2027-11-23",
}


def target(**entered: str) -> Target:
    """A trust anchor whose CA has two keys, and what was written about it."""
    known = Evidence(ca_keys=("a" * 64, "b" * 64), ca_name="CN=Vendor", entered=entered)
    return Target("111122223333", "eu-west-1", "arn", "id", known)


def test_a_good_form_is_an_approval_of_every_key() -> None:
    """Lists may be separated by commas, semicolons or spaces, each once; the longest end is a year and a day."""
    made = approval_of_form(target(**GOOD), NOW)
    assert (made.owner, made.accounts) == ("pki team", ("111122223333", "444455556666"))
    assert made.regions == ("eu-west-1", "us-gov-west-1")
    assert made.keys == ("a" * 64, "b" * 64)
    assert made.ticket == ""


def test_the_same_approval_has_the_same_id() -> None:
    """Whoever asks twice for the same gets one entry; a changed end is another."""
    first = approval_of_form(target(**GOOD), NOW)
    assert first.entry_id == approval_of_form(target(**GOOD), NOW).entry_id
    assert first.entry_id != replace(first, ends="2027-11-22").entry_id


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("owner", " "),
        ("accounts", ""),
        ("accounts", "11112222333"),
        ("accounts", "111122223333, all"),
        ("accounts", ",".join(f"{number:012}" for number in range(21))),
        ("regions", ""),
        ("regions", "*"),
        ("regions", "eu-west"),
        ("ends", ""),
        ("ends", "soon"),
        ("ends", "2026-11-21"),
        ("ends", "2027-11-24"),
    ],
)
def test_each_mistake_is_named_and_makes_no_approval(field: str, written: str) -> None:
    """Without an owner, a scope or an end within a year nothing can be asked for."""
    entered = {**GOOD, field: written}
    (mistake,) = APPROVAL_FORM.mistakes(target(), entered, NOW).items()
    assert mistake[0] == field
    assert 0 < len(mistake[1]) <= 150
    with pytest.raises(AwsError):
        approval_of_form(target(**entered), NOW)


def test_an_empty_form_and_a_ca_without_keys_make_none() -> None:
    """Before anything is written, or when no certificate is known, there is no plan."""
    with pytest.raises(AwsError, match="Nothing was entered"):
        approval_of_form(target(), NOW)
    unknown = replace(target(**GOOD), known=Evidence(entered=GOOD))
    with pytest.raises(AwsError, match="no report shows a certificate"):
        approval_of_form(unknown, NOW)


def test_the_form_begins_with_this_place_and_three_months() -> None:
    """Whoever changes nothing approves for this account and Region only."""
    fields = {one.id: one for one in APPROVAL_FORM.fields(target(), NOW)}
    assert (fields["accounts"].initial, fields["regions"].initial) == ("111122223333", "eu-west-1")
    assert fields["ends"].initial == "2027-02-20"
    assert [one.id for one in fields.values() if not one.required] == ["ticket"]
