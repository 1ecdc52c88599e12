"""The contract of ``CodeUses``, over the fake and over each real store."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.code_check import MOST_WRONG, WRONG_WINDOW, CodeCheck
from tests.fakes.chains import NOON
from tests.fakes.stores import CODE_USES, OpenCodeUses


@pytest.fixture(params=list(CODE_USES))
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> OpenCodeUses:
    """Opens the store under test; a second use is its next life."""
    return CODE_USES[request.param](tmp_path)


class TestCodeUses:
    """What all of them promise."""

    async def test_a_code_counts_once_also_after_a_restart(self, opened: OpenCodeUses) -> None:
        """The code of a step counts for one person once; the next step's and another person's count."""
        async with opened() as uses:
            assert await uses.judge("U1", 100, NOON) is CodeCheck.RIGHT
        async with opened() as uses:
            found = [await uses.judge(user, step, NOON) for user, step in (("U1", 100), ("U1", 101), ("U2", 100))]
        assert found == [CodeCheck.USED, CodeCheck.RIGHT, CodeCheck.RIGHT]

    async def test_one_of_many_at_once_counts(self, opened: OpenCodeUses) -> None:
        """Three clicks with one code at the same moment are one yes."""
        async with opened() as uses:
            found = Counter(await asyncio.gather(*(uses.judge("U1", 7, NOON) for _ in range(3))))
        assert found == {CodeCheck.RIGHT: 1, CodeCheck.USED: 2}

    async def test_wrong_codes_lock_also_after_a_restart(self, opened: OpenCodeUses) -> None:
        """After too many wrong codes even a right one is not looked at, until the window is over."""
        async with opened() as uses:
            wrong = [await uses.judge("U1", None, NOON) for _ in range(MOST_WRONG)]
        async with opened() as uses:
            later = NOON + WRONG_WINDOW
            locked = await uses.judge("U1", 5, later - timedelta(microseconds=1))
            free = await uses.judge("U1", 5, later)
            other = await uses.judge("U2", 5, NOON)
        assert set(wrong) == {CodeCheck.WRONG}
        assert (locked, free, other) == (CodeCheck.LOCKED, CodeCheck.RIGHT, CodeCheck.RIGHT)
