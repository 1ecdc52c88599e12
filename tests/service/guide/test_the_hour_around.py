"""What the caller did around the call, told anew in each round."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.domain.answer import Answer, Standing
from bot.domain.detection import Actor
from bot.service.guide import the_hour_around
from tests.fakes.desk import Desk, detection_of
from tests.fakes.fake_search import FakeSearch
from tests.fakes.guide_desk import ask_step
from tests.service.guide.test_the_actor import USER, at, record


async def asked(
    desk: Desk, *records: dict[str, Any], actor: Actor = USER, number: int = 0
) -> tuple[Answer, FakeSearch]:
    """The answer in a round, three hours after the event, and what was searched for it."""
    detection = replace(detection_of(desk.target, "event-1"), actor=actor)
    case = replace(await desk.case(), detections=(detection,))
    search = FakeSearch(records)
    found = await ask_step(the_hour_around.STEP, case, desk.aws, search=search, number=number)
    return found["actor_timeline"], search


async def test_the_timeline_reads_forward(desk: Desk) -> None:
    """The hour around the event, oldest first, in IAM's Region too."""
    desk.aws.advance(timedelta(hours=3))
    calls = [record(desk, "CreateUser", 10), record(desk, "CreateAccessKey", 30), record(desk, "ListRoles", 90)]
    found, _ = await asked(desk, *calls)
    assert [line.split()[2] for line in found.lines] == ["CreateUser", "CreateAccessKey"]
    assert found.sentence == "2 calls in the hour before and after."
    assert any("us-east-1 only" in one for one in found.not_checked)


async def test_nothing_yet_is_no_quiet_hour(desk: Desk) -> None:
    """An alert is faster than CloudTrail: without even the reported call nothing is said of the hour."""
    found, _ = await asked(desk)
    assert found.sentence.endswith("so far, not even the reported one.")


async def test_later_rounds_ask_again_and_read_little(desk: Desk) -> None:
    """What came in meanwhile is told; the 90 days are not read again for it."""
    desk.aws.advance(timedelta(hours=3))
    found, search = await asked(desk, record(desk, "CreateUser", 10), number=1)
    assert the_hour_around.STEP.again
    assert found.facts == {"near": 1}
    assert {one.since for one in search.queries} == {at(desk, -60)}


async def test_nobody_named_is_said(desk: Desk) -> None:
    """A report without a caller leaves it open."""
    found, search = await asked(desk, actor=Actor())
    assert (found.standing, search.queries) == (Standing.COULD_NOT_CHECK, [])


async def test_each_partition_has_its_own_region_for_iam(desk: Desk) -> None:
    """In GovCloud nothing answers in us-east-1, and IAM's events are in us-gov-west-1."""
    anchor = f"arn:aws-us-gov:rolesanywhere:us-gov-east-1:{desk.target.account}:trust-anchor/{desk.target.anchor_id}"
    detection = detection_of(desk.target, "event-1")
    moved = replace(detection, region="us-gov-east-1", anchor=replace(detection.anchor, arn=anchor), actor=USER)
    search = FakeSearch()
    await ask_step(the_hour_around.STEP, replace(await desk.case(), detections=(moved,)), desk.aws, search=search)
    assert {one.region for one in search.queries} == {"us-gov-east-1", "us-gov-west-1"}
