"""Reading and writing cases: appends of many at once are all decided, each on the case as it is then."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.domain.audit import Draft, verify_chain
from bot.domain.case import Case
from bot.domain.errors import LogConflict, StoreUnavailable
from bot.domain.events import Acknowledged, draft, slack_user
from tests.fakes.desk import Desk


async def test_many_at_once_are_all_decided(desk: Desk) -> None:
    """Sixty appends to one case at the same moment: all stand in the log, in one chain."""

    async def one(number: int) -> Case:
        return await desk.book.decide(desk.case_id, lambda _: [draft(Acknowledged(), slack_user(f"U{number}"))])

    await asyncio.gather(*(one(number) for number in range(60)))
    assert len({entry.by for entry in desk.kinds("case:acknowledged")}) == 60
    assert verify_chain(desk.disk.entries[desk.case_id]) == len(desk.disk.entries[desk.case_id])


async def test_one_of_many_wins(desk: Desk) -> None:
    """A rule that says no once it was done is asked again for each, so that it is done once."""

    def once(case: Case) -> Sequence[Draft]:
        return [] if case.acknowledged_by else [draft(Acknowledged(), slack_user("U1"))]

    await asyncio.gather(*(desk.book.decide(desk.case_id, once) for _ in range(60)))
    assert len(desk.kinds("case:acknowledged")) == 1


async def test_what_another_process_appended_is_seen(desk: Desk) -> None:
    """A case that was kept is read again after a conflict; nothing is overwritten."""
    kept = await desk.case()
    other = Desk(disk=desk.disk, aws=desk.aws)
    other.case_id = desk.case_id
    await other.appended(draft(Acknowledged(), slack_user("U2")))
    with pytest.raises(LogConflict):
        await desk.book.record(kept, [draft(Acknowledged(), slack_user("U1"))])
    assert (await desk.case()).acknowledged_by == "U2"


async def test_a_failing_store_changes_nothing(desk: Desk) -> None:
    """What could not be appended did not happen, also in memory."""
    before = await desk.case()
    desk.disk.failing = True
    with pytest.raises(StoreUnavailable):
        await desk.book.decide(desk.case_id, lambda _: [draft(Acknowledged(), slack_user("U1"))])
    desk.disk.failing = False
    assert await desk.case() == before
