"""The contract of ``CaseLog.cases_of``, over the fake and over each real store."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.audit import Draft, Entry, Head, link
from tests.fakes.chains import NOON, piece
from tests.fakes.stores import CASE_LOGS


def detected(case_id: str, event_id: str, anchor_id: str | None) -> tuple[Entry, ...]:
    """A case with one detection in it."""
    data = {"detection": {"event_id": event_id, "anchor": {"anchor_id": anchor_id}}}
    return link(case_id, Head(), NOON, [Draft("detection:received", "anchorwatch", data)])


@pytest.mark.parametrize("store", CASE_LOGS)
async def test_cases_of_an_event_and_of_an_anchor(store: str, tmp_path: Path) -> None:
    """Cases are found by the event or the trust anchor of any of their detections, oldest first, also reopened."""
    open_log = CASE_LOGS[store](tmp_path)
    log = await open_log()
    for case_id, event_id, anchor_id in (("AW-2", "e1", "a1"), ("AW-1", "e2", "a1"), ("AW-3", "e1", None)):
        await log.append(detected(case_id, event_id, anchor_id), wake_at=None)
    await log.append(piece("AW-4", 1), wake_at=None)
    await log.close()

    log = await open_log()
    assert await log.cases_of("e1", None) == ("AW-2", "AW-3")
    assert await log.cases_of("e1", "a1") == ("AW-2", "AW-1", "AW-3")
    assert await log.cases_of("e2", "a2") == ("AW-1",)
    assert await log.cases_of("e' OR 1", "\x00") == ()
    await log.close()
