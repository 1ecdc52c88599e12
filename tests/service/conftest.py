"""What the tests of the use cases share."""

from __future__ import annotations

import pytest

from bot.service import read_back, still_allowed
from tests.fakes.desk import Desk
from tests.fakes.receipt_desk import prove


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk with one case whose card is out and whose trust anchor was read; nobody waits in real time."""
    monkeypatch.setattr(read_back, "_LOOK_AGAIN_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(still_allowed, "_ASK_AGAIN_SECONDS", (0.0, 0.0))
    made = Desk()
    await made.detect()
    await made.work()
    return made


@pytest.fixture
async def proving(desk: Desk) -> Desk:
    """A desk that asks CloudTrail, which is four minutes late."""
    return prove(desk)
