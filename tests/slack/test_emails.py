"""Whose e-mail address may name them in CloudTrail, and by which name a session knows a person."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.people import Person
from bot.domain.source_identity import source_identity
from bot.slack.emails import email_of

DOMAINS = frozenset({"example.com"})


def user(email: object = "Ava.Lindqvist@Example.com", **more: Any) -> dict[str, Any]:
    """Slack's user object of a full member."""
    return {"id": "U1", "is_email_confirmed": True, "profile": {"email": email}, **more}


def test_a_verified_address_of_ours_names_its_owner() -> None:
    """In small letters, as the trust policy compares it."""
    assert email_of(user(), DOMAINS) == "ava.lindqvist@example.com"


@pytest.mark.parametrize(
    "other",
    [
        user(is_email_confirmed=False),
        user(is_email_confirmed=None),
        user(is_email_confirmed="yes"),
        user("ava@example.com.evil.example"),
        user("ava@evil.example"),
        user("ava@sub.example.com"),
        user("\N{KELVIN SIGN}ate@example.com"),
        user("@example.com"),
        user("example.com"),
        user(None),
        user(7),
        user(profile=None),
        {"id": "U1"},
    ],
)
def test_no_other_address_names_anybody(other: dict[str, Any]) -> None:
    """Not confirmed, of another domain, no address, or not told by Slack."""
    assert email_of(other, DOMAINS) is None


def test_without_domains_nobody_is_named_by_address() -> None:
    """The default."""
    assert email_of(user(), frozenset()) is None


@pytest.mark.parametrize(
    ("email", "name"),
    [
        ("ava+oncall@example.com", "ava+oncall@example.com"),
        ("AVA@example.com", "ava@example.com"),
        (None, "U1"),
        ("a" * 53 + "@example.com", "U1"),
        ("a" * 52 + "@example.com", "a" * 52 + "@example.com"),
        ("o'brien@example.com", "U1"),
        ("jürgen@example.com", "U1"),
    ],
)
def test_what_aws_does_not_take_as_it_is_gives_way_to_the_id(email: str | None, name: str) -> None:
    """An address is never cut or changed: it could then be somebody else's."""
    assert source_identity(Person("U1", email=email)) == name
