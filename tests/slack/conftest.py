"""The real bot on the loopback interface, for the tests of what Slack sends and shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.slack.bot_on_loopback import LoopbackBot


@pytest.fixture
async def bot(tmp_path: Path) -> AsyncIterator[LoopbackBot]:
    """A bot whose clicks come over HTTP."""
    async with LoopbackBot(tmp_path) as running:
        yield running
