"""People who break the glass at a desk, and those who review it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.domain.approval import ApprovalPolicy, Decision
from bot.domain.approval_rule import ApprovalRule, Scope
from bot.domain.case import Request, RequestState
from bot.domain.people import People
from bot.domain.terms import Terms
from bot.service import break_glass as breaking
from bot.service import review_glass as reviewing
from bot.service.review_glass import JUDGEMENT, NOT_RIGHT, RIGHT
from tests.fakes.desk import PEOPLE, Desk

MAY = People(("U1", "U4"), ("S9",), "night shift")


async def desk_with(people: People = MAY, scope: Scope | None = None, **terms: Any) -> Desk:
    """A house that wants two yes for everything, and lets these people break the glass; U5 is in the group S9."""
    terms = {"rule": "two", "needed": 2, "break_glass": people, **terms}
    desk = Desk(ApprovalPolicy((ApprovalRule(scope or Scope(), Terms(**terms)),)))
    desk.directory.people["U5"] = replace(PEOPLE["U5"], groups=frozenset({"S9"}))
    await desk.detect()
    await desk.work()
    return desk


async def request_of(desk: Desk, request_id: str = "R1") -> Request:
    """The request as the log has it."""
    return (await desk.case()).requests[request_id]


async def waiting(desk: Desk, user_id: str = "U1", action_id: str = "disable_trust_anchor") -> Desk:
    """The same desk once somebody's request waits."""
    assert (await desk.ask(user_id, action_id)).allowed
    assert (await request_of(desk)).state is RequestState.PENDING
    return desk


async def break_glass(desk: Desk, user_id: str, request_id: str = "R1", **more: Any) -> Decision:
    """Somebody sends the form of Break the Glass, opened on the card as it is, unless ``more`` says otherwise."""
    case = await desk.case()
    digest = case.requests[request_id].digest if request_id in case.requests else ""
    given = {"request_id": request_id, "digest": digest, "rendered": desk.surface.rendered(case), **more}
    given = {"revision": None, "reason": "Nobody else is awake.", **given}
    return await desk.press(user_id, "break_glass", breaking.break_glass(desk.surface), **given)


async def review_glass(
    desk: Desk, user_id: str, request_id: str = "R1", *, right: bool = True, reason: str = "It burned."
) -> Decision:
    """Somebody sends the form of the review."""
    given = {"revision": None, "request_id": request_id, "reason": reason}
    entered = {JUDGEMENT: RIGHT if right else NOT_RIGHT}
    return await desk.press(user_id, "review_glass", reviewing.review_glass(desk.policy), entered=entered, **given)
