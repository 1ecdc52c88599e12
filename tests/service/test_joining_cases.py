"""Detections join the case of their trust anchor, each event once."""

from __future__ import annotations

import asyncio

from bot.domain.case import CaseState
from bot.domain.identity import case_id_for
from bot.service.show_case import CARD_EVENT_TYPE
from tests.fakes.desk import GRACE, Desk


async def test_the_same_event_counts_once(desk: Desk) -> None:
    """Redelivered or reported by another system: nothing is appended."""
    before = len(desk.disk.entries[desk.case_id])
    await desk.detect()
    await desk.detect(redelivered=True)
    assert len(desk.disk.entries[desk.case_id]) == before


async def test_the_same_event_at_once_counts_once() -> None:
    """Two receivers hold it at the same moment: one append wins, the other finds it there."""
    desk = Desk()
    await asyncio.gather(*(desk.detect() for _ in range(10)))
    assert [entry.kind for entry in desk.disk.entries[desk.case_id]] == ["detection:received", "post:reserved"]


async def test_another_event_joins_the_case(desk: Desk) -> None:
    """One case, one card, and the trust anchor is read again."""
    await desk.detect("event-2")
    await desk.work()
    case = await desk.case()
    assert len(case.detections) == 2
    assert len(desk.slack.standing(CARD_EVENT_TYPE)) == 1
    assert len(desk.kinds("anchor:observed")) == 2


async def test_another_anchor_is_another_case(desk: Desk) -> None:
    """It always rings."""
    desk.target = desk.aws.add_anchor(name="another")
    await desk.detect("event-2")
    assert case_id_for(desk.target.account, desk.target.region, str(desk.target.anchor_id)) in desk.disk.entries
    assert len(desk.disk.entries) == 2


async def test_another_event_opens_a_false_positive_again(desk: Desk) -> None:
    """The judgement was about the earlier event, so it does not hide a later one; the log says who opened it."""
    await desk.close("U1")
    await desk.detect("event-2")
    assert (await desk.case()).state is CaseState.NEW
    assert [entry.by for entry in desk.kinds("case:reopened")] == ["anchorwatch"]


async def test_the_same_event_opens_nothing_again(desk: Desk) -> None:
    """A late copy of what was judged changes nothing."""
    await desk.close("U1")
    await desk.detect()
    assert (await desk.case()).state is CaseState.FALSE_POSITIVE


async def test_a_redelivered_first_event_looks_before_it_posts() -> None:
    """An earlier life of a store that was lost may have posted the card."""
    desk = Desk()
    await desk.detect(redelivered=True)
    await desk.work()
    assert desk.slack.posts_tried == 0
    desk.clock.advance(GRACE)
    await desk.work()
    assert desk.slack.posts_tried == 1
