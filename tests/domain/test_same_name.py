"""Whether somebody in Slack may be the caller: a hint by names that errs to neither side too far."""

from __future__ import annotations

import pytest

from bot.domain.detection import Actor
from bot.domain.same_name import may_be

ADA = ("ada", "Ada Lovelace")
USER, SESSION = "arn:aws:iam::1:user/", "arn:aws:sts::1:assumed-role/pki-admin/"


@pytest.mark.parametrize(
    "actor",
    [
        Actor(name="ada"),
        Actor(arn=f"{USER}Ada.Lovelace"),
        Actor(arn=f"{USER}staff/lovelace-ada"),
        Actor(arn=f"{SESSION}ada.lovelace@example.com"),
        Actor(source_identity="alovelace"),
    ],
)
def test_the_same_name_is_seen(actor: Actor) -> None:
    """In the user's name, the session's and the source identity, however it is written."""
    assert may_be(ADA, actor)


@pytest.mark.parametrize(
    "actor",
    [
        Actor(),
        Actor(name="build-bot"),
        Actor(name="adam"),
        Actor(arn="arn:aws:iam::1:role/ada"),
        Actor(arn=f"{SESSION}i-0abc"),
    ],
)
def test_another_name_is_not(actor: Actor) -> None:
    """Nor is a role of that name, which is nobody's."""
    assert not may_be(ADA, actor)


@pytest.mark.parametrize("names", [(), ("",), ("..",), ("a",), ("x" * 100_000,)])
def test_names_that_say_nothing_fit_nobody(names: tuple[str, ...]) -> None:
    """Empty and very short ones, and ones without end."""
    assert not may_be(names, Actor(name="a", arn=f"{USER}..", source_identity=""))
