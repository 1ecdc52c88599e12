"""The use of one-time codes in memory."""

from __future__ import annotations

from datetime import datetime

from bot.domain.code_check import NEVER_USED, CodeCheck, judge_code
from tests.fakes.memory_log import MemoryDisk


class MemoryCodeUses:
    """:class:`bot.domain.code_check.CodeUses` in memory."""

    def __init__(self, disk: MemoryDisk) -> None:
        self._disk = disk

    async def judge(self, user_id: str, step: int | None, now: datetime) -> CodeCheck:
        """See :meth:`bot.domain.code_check.CodeUses.judge`."""
        check, self._disk.code_uses[user_id] = judge_code(self._disk.code_uses.get(user_id, NEVER_USED), step, now)
        return check
