"""What the operations channel hears of the inventory: who, what, until when, and nothing that can bite."""

from __future__ import annotations

import pytest

from bot.domain.inventory_log import AlertSilenced, ApprovalEnds, CaApproved, CaRemoved, InventoryNotice, SelfChecked
from bot.slack.inventory_notices import inventory_words

APPROVED = CaApproved(
    "e1",
    "Vendor <!channel>",
    ("a" * 64,),
    "pki",
    ("111122223333",),
    (),
    "2027-01-31",
    "",
    "AW-0000000000",
    "U1",
    ("U2",),
)
SILENCED = AlertSilenced(
    "event-1", "CreateTrustAnchor", "111122223333", "eu-west-1", "arn:`x`<!here>", "arn:aws:x", ("a" * 64,), "“Vendor”"
)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (APPROVED, ("<@U1> and <@U2> approved", "111122223333 in all Regions", "until 2027-01-31", "a" * 16)),
        (CaRemoved("e1", "AW-0000000000", "U1"), ("<@U1> removed", "AW-0000000000", "it rings again")),
        (SILENCED, ("Approved CA, not rung", "CreateTrustAnchor", "arn:aws:x")),
        (ApprovalEnds("e1", "Vendor", "pki", "2027-01-31", ended=False), ("ends on 2027-01-31", "Approve it anew")),
        (ApprovalEnds("e1", "Vendor", "pki", "2027-01-31", ended=True), ("has ended on 2027-01-31", "it rings")),
        (
            SelfChecked(rang=False, why="In account 1: x"),
            ("self-check failed", "Alerts may be missing", "In account 1"),
        ),
    ],
)
def test_each_line_says_what_happened(event: InventoryNotice, words: tuple[str, ...]) -> None:
    """The line names people, place and time, and text of others can't mention anybody."""
    line = inventory_words(event)
    assert all(one in line for one in words), line
    assert "<!" not in line
