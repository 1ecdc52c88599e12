"""What is said of a round of the investigation."""

from __future__ import annotations

from bot.domain.event_search import Scan
from bot.domain.investigation import RoundFinished
from bot.slack.guide_words import round_line


def test_a_round_says_what_its_searches_cost() -> None:
    """Time and calls are always said; bytes and money of all searches together, where they were paid."""
    free = RoundFinished(0, {"iam:GetRole": 3}, 4_200)
    scan = Scan("1 account", 4_000_000_000, 0.02, "SELECT ?", ("'x'",))
    paid = RoundFinished(1, {"iam:GetRole": 3}, 4_200, scans=(scan, scan))
    assert round_line(free).endswith("in 4 s with 3 AWS calls.")
    assert round_line(paid).endswith("in 4 s with 3 AWS calls; Athena: 8.0 GB scanned, about 0.04 USD.")
