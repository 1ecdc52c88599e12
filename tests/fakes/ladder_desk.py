"""A desk whose case knows enough for every rung of a ladder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest

from bot.domain.answer import answered
from bot.domain.case import Case, RequestState
from bot.domain.events import draft
from bot.domain.investigation import StepAnswered
from bot.domain.made_keys import MADE
from bot.domain.plain import to_plain
from tests.fakes import desk as desks
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import Desk
from tests.fakes.ladder import MADE_KEY, user_actor


async def knowing_desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A case that knows two profiles, two roles, who made the call and a key that they made: every rung is possible."""
    desk = Desk()
    made = desks.detection_of
    by = user_actor(desk.target.account)
    monkeypatch.setattr(desks, "detection_of", lambda *given: replace(made(*given), actor=by))
    desk.aws.iam().keys["mallory", "AKIAEXAMPLE000000001"] = "Active"
    desk.aws.iam().keys[MADE_KEY.user_name, MADE_KEY.key_id] = "Active"
    await desk.detect()
    await desk.work()
    roles = [desk.aws.add_role(name, trust_policy()) for name in ("deployer", "reader")]
    profiles = [desk.aws.add_profile(name, [role]) for name, role in zip(("one", "two"), roles, strict=True)]
    named = [{"arn": arn, "name": name} for arn, name in zip(profiles, ("one", "two"), strict=True)]
    await known(desk, "reachable_roles", {"open_profiles": named, "open_roles": roles})
    await known(desk, "credential_paths", {MADE: [to_plain(MADE_KEY)]})
    return desk


async def known(desk: Desk, question: str, facts: Mapping[str, object]) -> None:
    """The investigation answers a question."""
    await desk.appended(draft(StepAnswered(0, question, (answered(question, "Found.", facts=facts),))))


async def states(desk: Desk, request_id: str = "R1") -> list[RequestState]:
    """How a ladder stands, and behind it each rung."""
    requests = (await desk.case()).requests
    return [requests[one].state for one in (request_id, *requests[request_id].rungs)]


def calls(desk: Desk) -> list[str]:
    """The calls that changed something, in their order."""
    return [call.operation for call in desk.aws.effects()]


def out_of_turn(case: Case) -> list[str]:
    """The rungs that were begun before the one before them was done, or are not done although their ladder is."""
    ladders = [[case.requests[one] for one in ladder.rungs] for ladder in case.requests.values()]
    early = [
        after.request_id
        for rungs in ladders
        for before, after in pairwise(rungs)
        if before.state is not RequestState.DONE and after.starts
    ]
    done = [one for one in case.requests.values() if one.state is RequestState.DONE]
    left = [rung for one in done for rung in one.rungs if case.requests[rung].state is not RequestState.DONE]
    return [*early, *left]
