"""By what an actor's other calls are found."""

from __future__ import annotations

import pytest

from bot.domain.detection import Actor
from bot.domain.event_search import By
from bot.service.guide.history import search_key, time_of

ROLE = "arn:aws:sts::111122223333:assumed-role/ci/build-7"


@pytest.mark.parametrize(
    ("actor", "key"),
    [
        (Actor(arn=ROLE, access_key_id="ASIAEXAMPLE"), (By.USERNAME, "build-7")),
        (Actor(arn="arn:aws:iam::1:user/ava", access_key_id="AKIAEXAMPLE"), (By.ACCESS_KEY, "AKIAEXAMPLE")),
        (Actor(access_key_id="ASIAEXAMPLE"), (By.ACCESS_KEY, "ASIAEXAMPLE")),
        (Actor(), None),
    ],
)
def test_the_key_that_finds_most(actor: Actor, key: tuple[By, str] | None) -> None:
    """A long-lived key, else the name of the user or session, else whatever key there is."""
    assert search_key(actor) == key


@pytest.mark.parametrize("written", [None, "", "yesterday", 5])
def test_a_record_without_a_time_is_neither_before_nor_after(written: object) -> None:
    """A time that can't be read is none."""
    assert time_of({"eventTime": written}) is None
