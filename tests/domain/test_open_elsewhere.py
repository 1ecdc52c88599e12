"""What the actions of one card can't reach is said."""

from __future__ import annotations

import pytest

from bot.domain.answer import Answer, Sign, answered
from bot.domain.open_elsewhere import open_elsewhere


def same(number: int, code: str) -> Answer:
    """So many trust anchors with the CA, this case's among them."""
    anchors = [f"arn:{one}" for one in range(number)]
    return answered("same_ca", "Found.", signs=(Sign(code, "?"),), facts={"anchors": anchors})


def moved(*accounts: str) -> Answer:
    """Sessions that went on into other accounts."""
    return answered("lateral_movement", "Found.", facts={"other_accounts": list(accounts)})


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((), ""),
        ((same(5, "ca_established"),), ""),
        ((same(1, "ca_spread"),), ""),
        (
            (same(5, "ca_spread"),),
            "This card's actions do not reach the 4 other trust anchors of this CA: the guide names them.",
        ),
        (
            (same(2, "same_ca_elsewhere"),),
            "This card's actions do not reach the other trust anchor of this CA: the guide names it.",
        ),
        ((moved(),), ""),
        ((moved("333344445555"),), "Sessions went on into account 333344445555: act there too."),
        ((moved("<!channel>"),), ""),
        (
            (moved(*(f"{one}" * 12 for one in range(1, 6))),),
            "Sessions went on into accounts 111111111111, 222222222222, 333333333333 and 2 more: act there too.",
        ),
    ],
)
def test_each_place_that_stays_open(answers: tuple[Answer, ...], words: str) -> None:
    """Other trust anchors count when the CA came there at the same time; accounts are named when they are accounts."""
    assert open_elsewhere({one.question: one for one in answers}) == words
