"""Payloads with exactly one violation of Slack's limits each, and valid ones that stand right at a limit."""

from __future__ import annotations

from tests.slack.block_corpus_controls import CONTROLS, DATA
from tests.slack.block_corpus_messages import MESSAGES, TEXT_BLOCKS
from tests.slack.block_corpus_valid import VALID
from tests.slack.block_corpus_views import VIEWS
from tests.slack.block_pieces import Case

__all__ = ["VALID", "VIOLATIONS", "Case"]

VIOLATIONS: list[Case] = [*MESSAGES, *TEXT_BLOCKS, *CONTROLS, *DATA, *VIEWS]
