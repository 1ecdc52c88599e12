"""Nothing is deleted before the guide has asked its first questions, and no refused read puts it off for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.answer import Standing
from bot.domain.approval import Reason
from bot.domain.case import RequestState
from bot.domain.evidence_saved import LONGEST_WAIT
from bot.service import read_back, still_allowed
from tests.fakes.desk import TWO_APPROVALS
from tests.fakes.watched_desk import WatchedDesk, nobody

DELETE = "delete_trust_anchor"


@pytest.fixture
async def desk(monkeypatch: pytest.MonkeyPatch) -> WatchedDesk:
    """A house with the guide on, and an alert that has just come in."""
    monkeypatch.setattr(read_back, "_LOOK_AGAIN_SECONDS", (0.0, 0.0, 0.0))
    monkeypatch.setattr(still_allowed, "_ASK_AGAIN_SECONDS", (0.0, 0.0))
    made = WatchedDesk(replace(TWO_APPROVALS, evidence_first=True), investigates=True)
    await made.detect()
    return made


async def test_deleting_waits_for_the_first_round(desk: WatchedDesk) -> None:
    """Before it the person reads what to do at once instead, which may be done; after it deleting is asked for."""
    decision = await desk.ask("U1", DELETE)
    assert (decision.allowed, decision.reason) == (False, Reason.EVIDENCE_NOT_SAVED)
    assert decision.sentence.startswith("The evidence is not saved yet: ")
    assert "Disable Trust Anchor stops the same sessions now." in decision.sentence
    latest = desk.clock.now() + LONGEST_WAIT
    assert f"at {latest:%H:%M:%S} UTC at the latest" in decision.sentence
    assert (await desk.ask("U1", "disable_trust_anchor")).allowed
    assert await desk.until(desk.clock.now()) == [0]
    assert (await desk.ask("U1", DELETE)).allowed


async def test_a_round_that_could_look_at_nothing_is_over_too(desk: WatchedDesk) -> None:
    """A refused read is an answer, and a later event begins the rounds anew without shutting the way again."""
    desk.aws.fail("ec2:DescribeRegions", "deny", 100)
    desk.aws.fail("cloudwatch:GetMetricData", "deny", 100)
    await desk.until(desk.clock.now())
    assert Standing.NOT_ALLOWED in {one.standing for one in (await desk.case()).investigation.answers.values()}
    await desk.detect("event-2")
    assert (await desk.ask("U1", DELETE)).allowed


async def test_nobody_waits_for_longer_than_ten_minutes(desk: WatchedDesk) -> None:
    """Where no round ends, because AWS or Slack hangs, the person decides."""
    desk.clock.advance(LONGEST_WAIT - timedelta(seconds=1))
    assert not (await desk.ask("U1", DELETE)).allowed
    desk.clock.advance(timedelta(seconds=1))
    assert (await desk.ask("U1", DELETE)).allowed


async def test_without_the_guide_there_is_nothing_to_wait_for(desk: WatchedDesk) -> None:
    """Who has switched it off saves no such evidence."""
    desk.policy = TWO_APPROVALS
    assert (await desk.ask("U1", DELETE)).allowed


async def test_what_was_asked_for_before_is_not_run_before(desk: WatchedDesk) -> None:
    """A request from before the guide was switched on is stopped right before its call."""
    desk.policy = TWO_APPROVALS
    await desk.ask("U1", DELETE)
    for user in ("U2", "U3"):
        assert (await desk.approve(user)).allowed
    await desk.run(desk.case_id, "R1", nobody)
    request = (await desk.case()).requests["R1"]
    assert request.state is RequestState.STOPPED
    assert request.sentence.startswith("The evidence is not saved yet")
    assert request.sentence.endswith("Nothing was run.")
    assert desk.aws.effects() == []
