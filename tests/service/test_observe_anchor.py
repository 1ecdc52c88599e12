"""Looks at a trust anchor that was contained: what AWS shows of it counts, and never what it showed before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.case_evidence import known_state
from bot.domain.session_ends import sessions_end
from tests.fakes.slack_in_memory import NOON
from tests.fakes.watched_desk import WatchedDesk, contained_desk


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> WatchedDesk:
    """A case that is contained at noon, and a session of an hour that began ten minutes before."""
    return await contained_desk(monkeypatch)


async def test_a_trust_anchor_that_is_open_again_rings_without_any_event(desk: WatchedDesk) -> None:
    """Somebody enables it and no rule reports that: the next look sees it, and the end is no all-clear."""
    anchor = desk.aws.anchor(desk.target)
    assert anchor is not None
    anchor["enabled"] = True
    await desk.until(NOON + timedelta(hours=3))
    assert len(desk.alarms()) == 1
    assert "AWS shows the trust anchor as enabled" in desk.alarms()[0]
    await desk.until(NOON + timedelta(hours=24))
    assert (await desk.case()).aftermath.all_clear is None
    assert len(desk.alarms()) == 1


async def test_a_case_that_is_open_again_is_not_called_contained_and_can_be_contained(desk: WatchedDesk) -> None:
    """AWS is looked at after the alarm; disabling is offered again, and the time counts from then."""
    anchor = desk.aws.anchor(desk.target)
    assert anchor is not None
    anchor["enabled"] = True
    await desk.until(NOON + timedelta(hours=3))
    case = await desk.case()
    assert case.contained_by is None
    assert desk.actions["disable_trust_anchor"].offered(known_state(case))
    assert (await desk.ask("U1", "disable_trust_anchor")).allowed
    await desk.until(NOON + timedelta(hours=3))
    assert anchor["enabled"] is False
    assert sessions_end(await desk.case()) == NOON + timedelta(hours=15)
    anchor["enabled"] = True
    await desk.until(NOON + timedelta(hours=6))
    assert len(desk.alarms()) == 2


async def test_what_was_read_before_a_containment_does_not_open_it(desk: WatchedDesk) -> None:
    """Somebody disables while AWS is looked at: what that look brought is thrown away, and it is looked at again."""
    anchor = desk.aws.anchor(desk.target)
    assert anchor is not None
    anchor["enabled"] = True
    await desk.until(NOON + timedelta(minutes=20))
    before = await desk.case()
    assert before.contained_by is None
    assert (await desk.ask("U1", "disable_trust_anchor")).allowed
    await desk.until(NOON + timedelta(minutes=20))
    await desk.detect("event-2")
    anchor["enabled"] = True
    await desk.observe(before)
    anchor["enabled"] = False
    assert (await desk.case()).contained_by is not None
    desk.clock.advance(timedelta(seconds=11))
    await desk.until(desk.clock.now())
    assert (await desk.case()).contained_by is not None
    assert known_state(await desk.case())["enabled"] == "no"
