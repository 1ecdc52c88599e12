"""What the organization knows of itself, asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from ipaddress import ip_network

import pytest

from bot.domain.house import ApprovedCa, House, Network, Window

DAY = Window(("mon", "fri"), time(8), time(18))
NIGHT = Window(("sun",), time(22), time(4))


@pytest.mark.parametrize(
    ("window", "moment", "inside"),
    [
        (DAY, "2026-11-23T08:00", True),
        (DAY, "2026-11-23T18:00", False),
        (DAY, "2026-11-24T12:00", False),
        (NIGHT, "2026-11-22T23:00", True),
        (NIGHT, "2026-11-23T03:59", True),
        (NIGHT, "2026-11-23T23:00", False),
        (NIGHT, "2026-11-22T03:00", False),
        (Window(("mon",), time(0), time(0)), "2026-11-23T15:00", True),
    ],
)
def test_windows_of_the_week(window: Window, moment: str, inside: bool) -> None:  # noqa: FBT001 - A table.
    """A window holds its days and hours, over midnight into the next day."""
    assert window.holds(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is inside


@pytest.mark.parametrize(("address", "name"), [("10.1.2.3", "vpn"), ("11.0.0.1", None), ("cloudtrail", None)])
def test_networks(address: str, name: str | None) -> None:
    """An address of a network of ours has its name; a service's name is no address."""
    found = House(networks=(Network(ip_network("10.0.0.0/8"), "vpn"),)).network_of(address)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("account", "region", "on", "covers"),
    [
        ("1", "eu-west-1", date(2027, 1, 31), True),
        ("1", "eu-west-1", date(2027, 2, 1), False),
        ("2", "eu-west-1", date(2027, 1, 1), False),
        ("1", "us-east-1", date(2027, 1, 1), False),
    ],
)
def test_an_approval_covers_its_places_and_days(account: str, region: str, on: date, covers: bool) -> None:  # noqa: FBT001 - A table.
    """A CA counts as approved where and as long as somebody said so."""
    ca = ApprovedCa("x", "0" * 64, "y", ("1",), ("eu-west-1",), ends=date(2027, 1, 31))
    assert ca.covers(account, region, on) is covers


def test_owners_are_patterns() -> None:
    """A principal is an owner when one of the patterns fits its whole ARN."""
    house = House(owners=("arn:aws:sts::*:assumed-role/platform-*",))
    assert house.owns_anchors("arn:aws:sts::1:assumed-role/platform-ci/x")
    assert not house.owns_anchors("arn:aws:iam::1:user/platform")
