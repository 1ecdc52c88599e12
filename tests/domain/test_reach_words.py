"""What shuts a role, in words that fit the card's line."""

from __future__ import annotations

import pytest

from bot.domain.reach.verdicts import Reason, Verdict
from bot.domain.reach_words import shut_by

SHUTTING = [one for one in Reason if one.verdict is Verdict.NOT_USABLE]


@pytest.mark.parametrize("reason", SHUTTING)
def test_each_reason_fits_behind_shut_by(reason: Reason) -> None:
    """The card says "1 is shut by …": no whole sentence may follow."""
    words = shut_by(reason)
    assert words
    assert not words.startswith(("it ", "its ", "the role "))
    assert " is " not in words
