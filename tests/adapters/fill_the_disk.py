"""A process whose file-size limit plays the full disk: appends fail, then room is made and they work again.

Arguments: the database. Prints one line of JSON: what was confirmed, what was refused and how.
A process of its own, because the limit holds for every file of a process.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.sqlite_log import SqliteLog
from bot.domain.audit import Draft, Entry, link
from bot.domain.errors import StoreUnavailable

_NOW = datetime(2026, 11, 22, tzinfo=UTC)


async def _offer(log: SqliteLog, case_id: str) -> tuple[Entry, ...]:
    drafts = [Draft("a:b", "anchorwatch", {"fill": "x" * 9000}) for _ in range(3)]
    return link(case_id, await log.head(case_id), _NOW, drafts)


async def _append_some(log: SqliteLog) -> tuple[int, list[str]]:
    """Sixteen appends to sixteen cases at once: how many were confirmed, and what the others were told."""
    cases = [f"AW-00000000{number:02}" for number in range(16)]
    offers = [await _offer(log, case_id) for case_id in cases]
    results = await asyncio.gather(*(log.append(offer, wake_at=_NOW) for offer in offers), return_exceptions=True)
    refused = [str(result) for result in results if isinstance(result, StoreUnavailable)]
    assert len(refused) == sum(result is not None for result in results), results
    return results.count(None), refused


async def _main(path: Path) -> None:
    log = SqliteLog.open(path)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    before, _ = await _append_some(log)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name(f"{path.name}-wal").stat().st_size, unlimited[1]))
    during, refused = await _append_some(log)
    read_back = sum([len(await log.read(case_id)) async for case_id in log.case_ids()])
    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    after, _ = await _append_some(log)
    await log.close()
    told = {"before": before, "during": during, "refused": refused, "after": after, "read_back": read_back}
    print(json.dumps(told))  # noqa: T201 - The parent reads it.


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1])))
