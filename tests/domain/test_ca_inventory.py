"""The inventory of approved CAs: by key, for a place and a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.ca_inventory import Approval, approval_of, keys_of
from bot.domain.house import ApprovedCa

TODAY = date(2026, 11, 22)
KEY, OTHER = "aa" * 32, "bb" * 32


def entry(key: str = KEY, **more: Any) -> ApprovedCa:
    """An entry of the inventory."""
    return ApprovedCa("Vendor PKI", key, "platform team", **more)


def says(*inventory: ApprovedCa) -> Approval:
    """What the inventory says of the key in our account and Region today."""
    return approval_of(KEY, inventory, "111122223333", "eu-west-1", TODAY).approval


@pytest.mark.parametrize(
    ("more", "approval"),
    [
        ({}, Approval.HERE),
        ({"accounts": ("111122223333",), "regions": ("eu-west-1",)}, Approval.HERE),
        ({"accounts": ("999999999999",)}, Approval.ELSEWHERE),
        ({"regions": ("us-east-1",)}, Approval.ELSEWHERE),
        ({"ends": TODAY + timedelta(days=31)}, Approval.HERE),
        ({"ends": TODAY + timedelta(days=30)}, Approval.ENDS_SOON),
        ({"ends": TODAY}, Approval.ENDS_SOON),
        ({"ends": TODAY - timedelta(days=1)}, Approval.ENDED),
        ({"regions": ("us-east-1",), "ends": TODAY - timedelta(days=1)}, Approval.ELSEWHERE),
    ],
)
def test_an_entry_counts_for_its_places_and_days(more: dict[str, Any], approval: Approval) -> None:
    """Accounts and Regions limit an entry, and so does its end."""
    assert says(entry(**more)) is approval


def test_a_key_that_nobody_listed_is_unknown() -> None:
    """Another key of the same name says nothing."""
    assert says(entry(OTHER)) is Approval.UNKNOWN
    assert says() is Approval.UNKNOWN


def test_the_best_of_several_entries_counts() -> None:
    """One key may be approved for several places, each with an entry."""
    ended = entry(ends=TODAY - timedelta(days=1))
    assert says(entry(regions=("us-east-1",)), ended, entry(accounts=("111122223333",))) is Approval.HERE
    assert says(entry(regions=("us-east-1",)), ended) is Approval.ENDED


def test_each_key_is_judged_once() -> None:
    """Certificates of one key make one answer."""
    found = keys_of([KEY, OTHER, KEY], [entry()], "1", "eu-west-1", TODAY)
    assert [(one.spki_sha256, one.is_here) for one in found] == [(KEY, True), (OTHER, False)]
