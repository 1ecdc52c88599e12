"""An imported revocation list expires: people are told before, until somebody has imported the next one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.audit import Draft
from bot.domain.crl_facts import CrlFacts
from bot.domain.events import ActionRequested, Outcome, RunFinished, RunStarted, draft, slack_user
from bot.domain.evidence import Evidence
from bot.domain.followups import FollowupEnded
from bot.domain.plan import Risk
from bot.service.show_followups import FOLLOWUPS_EVENT_TYPE
from tests.fakes.desk import Desk
from tests.fakes.stories import PLAN

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


def run(number: int, action_id: str, ends: datetime | None = None) -> tuple[Draft, ...]:
    """An action on a list that expires then."""
    name, sha256 = f"R{number}", f"{number}" * 64
    crl = CrlFacts(("0a",), signed_by_ca=True, issued_at=MONDAY, next_update=ends, sha256=sha256)
    plan = replace(PLAN, action_id=action_id, evidence=Evidence(crl=crl))
    asked = ActionRequested(name, action_id, Risk.REVERSIBLE, "why", plan, plan.digest(), 0, MONDAY + timedelta(days=1))
    ended = RunFinished(name, Outcome.DONE, "It ended.")
    return draft(asked, slack_user("U1")), draft(RunStarted(name, "life-1", MONDAY, {}, {"crl": sha256})), draft(ended)


async def imported(days: float | None) -> Desk:
    """A case on a Monday in which a list was imported that expires so many days later."""
    desk = Desk()
    desk.clock.time = MONDAY
    await desk.detect()
    await desk.work()
    await desk.appended(*run(1, "import_crl", None if days is None else MONDAY + timedelta(days=days)))
    await desk.note_due()
    return desk


async def points(desk: Desk, days: float) -> list[str]:
    """The open points so many days after the import."""
    desk.clock.time = MONDAY + timedelta(days=days)
    await desk.work()
    await desk.note_due()
    return [one.sentence.partition(".")[0] for one in (await desk.case()).followups.open]


async def test_a_week_before_it_ends_the_thread_says_so() -> None:
    """Not earlier; once it has expired the point says that; it says plainly that AWS does not."""
    desk = await imported(30)
    assert await points(desk, 22.9) == []
    assert await points(desk, 23.1) == ["The revocation list that was imported here expires on 2026-12-23 12:00 UTC"]
    (point,) = (await desk.case()).followups.open
    assert "AWS does not say whether such a list still counts" in point.sentence
    assert len(point.sentence) <= 300
    assert len(desk.slack.standing(FOLLOWUPS_EVENT_TYPE)) == 1
    assert await points(desk, 30.1) == [
        "The revocation list that was imported here has expired on 2026-12-23 12:00 UTC"
    ]


async def test_a_short_lived_list_is_told_at_half_of_its_time() -> None:
    """A list of two days would else be told of at once, each time."""
    desk = await imported(2)
    assert await points(desk, 0.9) == []
    assert len(await points(desk, 1.1)) == 1


async def test_a_list_without_an_end_is_never_told() -> None:
    """Some CAs write none."""
    assert await points(await imported(None), 4_000) == []


async def test_a_newer_list_ends_the_point_of_the_older() -> None:
    """Its own end is told of instead, when it comes."""
    desk = await imported(10)
    assert len(await points(desk, 6)) == 1
    await desk.appended(*run(2, "import_crl", MONDAY + timedelta(days=40)))
    assert await points(desk, 6.1) == []
    assert await points(desk, 33.1) == ["The revocation list that was imported here expires on 2027-01-02 12:00 UTC"]


async def test_a_list_that_was_removed_is_not_told_of() -> None:
    """Nobody needs the next one then; the point that was open becomes void."""
    desk = await imported(10)
    assert len(await points(desk, 6)) == 1
    await desk.appended(*run(2, "remove_crl"))
    assert await points(desk, 6.1) == []
    assert await points(desk, 11) == []
    assert (await desk.case()).followups.points["crl:" + "1" * 16].ended_by == ""


async def test_who_said_done_is_left_alone() -> None:
    """Somebody imported the next list by hand and pressed Done: nothing comes when the old one ends."""
    desk = await imported(10)
    assert len(await points(desk, 6)) == 1
    (point,) = (await desk.case()).followups.open
    await desk.appended(draft(FollowupEnded(point.key), slack_user("U1")))
    assert await points(desk, 11) == []
