"""Written limits, held against a trust anchor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.adapters.x509 import read_certificates
from bot.domain.anchor_limits import checked_limits
from bot.domain.ca_facts import Certificate
from bot.domain.house import Limits
from tests.authorities import pem, sound_ca
from tests.records import make_key

ACCOUNT, REGION = "111122223333", "eu-west-1"


def passed(limits: Limits, *certificates: Certificate, account: str = ACCOUNT) -> list[bool | None]:
    """Each limit's outcome."""
    return [one.passed for one in checked_limits(limits, account, REGION, certificates)]


def read(**how: object) -> Certificate:
    """A CA as it is read."""
    return read_certificates((pem(sound_ca(**how)),)).certificates[0]  # type: ignore[arg-type]


def test_no_limit_is_no_check() -> None:
    """Empty limits check nothing."""
    assert passed(Limits(), read()) == []


@pytest.mark.parametrize(
    ("limits", "outcome"),
    [
        (Limits(accounts=(ACCOUNT,)), [True]),
        (Limits(accounts=("999999999999",)), [False]),
        (Limits(regions=("us-east-1",)), [False]),
        (Limits(accounts=(ACCOUNT,), regions=(REGION,)), [True, True]),
    ],
)
def test_places(limits: Limits, outcome: list[bool | None]) -> None:
    """Accounts and Regions must be among the allowed ones."""
    assert passed(limits, read()) == outcome


def test_an_unknown_account_is_not_passed() -> None:
    """What the report does not name is neither passed nor broken."""
    assert passed(Limits(accounts=(ACCOUNT,)), account="") == [None]


@pytest.mark.parametrize(("kind", "outcome"), [("rsa-2048", False), ("ec", True)])
def test_rsa_bits(kind: str, outcome: bool) -> None:  # noqa: FBT001 - The outcome that is expected.
    """The smallest RSA key counts, and keys of other families do not."""
    assert passed(Limits(least_rsa_bits=3072), read(key=make_key(kind))) == [outcome]


def test_without_a_certificate_nothing_is_measured() -> None:
    """Keys and lives that nobody saw are not passed."""
    assert passed(Limits(least_rsa_bits=2048, longest_years=1)) == [None, None]


@pytest.mark.parametrize(("lifetime", "outcome"), [(timedelta(days=366), True), (timedelta(days=367), False)])
def test_years_are_those_of_the_calendar(lifetime: timedelta, outcome: bool) -> None:  # noqa: FBT001 - The outcome.
    """From a leap day one year lasts until the first of March, and not a day longer."""
    begins = datetime(2024, 2, 29, tzinfo=UTC)
    assert passed(Limits(longest_years=1), read(not_before=begins, lifetime=lifetime)) == [outcome]


def test_years_beyond_the_calendar_are_allowed() -> None:
    """A limit of ten thousand years breaks nothing."""
    assert passed(Limits(longest_years=10_000), read()) == [True]
