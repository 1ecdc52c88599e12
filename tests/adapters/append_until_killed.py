"""A process that appends as fast as it can and says so on its standard output, until somebody kills it.

Arguments: the database. Each confirmed append is one line: case, seq and hash of its last entry.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.sqlite_log import SqliteLog
from bot.domain.audit import Draft, link

_WRITERS = 6


async def _append_forever(log: SqliteLog, case_id: str) -> None:
    for number in itertools.count():
        head = await log.head(case_id)
        drafts = [Draft("a:b", "anchorwatch", {"number": number, "fill": "x" * 400}) for _ in range(1 + number % 3)]
        entries = link(case_id, head, datetime.now(UTC), drafts)
        await log.append(entries, wake_at=datetime.now(UTC))
        os.write(1, f"{case_id} {entries[-1].seq} {entries[-1].hash}\n".encode())


async def _main(path: Path) -> None:
    log = SqliteLog.open(path)
    await asyncio.gather(*(_append_forever(log, f"AW-000000000{number}") for number in range(_WRITERS)))


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
