"""Who must say yes to a ladder, and when nobody may ask for it."""

from __future__ import annotations

import pytest

from bot.domain.approval import ApprovalPolicy, Reason
from bot.domain.approval_rule import ApprovalRule, Scope, rules_by_risk
from bot.domain.case import RequestState
from bot.domain.people import People
from bot.domain.terms import Terms
from bot.service.ask_for_action import may_ask
from tests.fakes.desk import HANDLERS, Desk
from tests.fakes.ladder_desk import calls, knowing_desk, states

LADDER = HANDLERS.ladders["contain_all"]
RUNGS = LADDER.rungs
DONE = RequestState.DONE


@pytest.fixture
async def ladder(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A case in which every rung is possible."""
    return await knowing_desk(monkeypatch)


async def test_one_approval_is_for_all_rungs(ladder: Desk) -> None:
    """Where the rule wants somebody else's yes, it is given once to the whole plan; nothing runs before it."""
    ladder.policy = ApprovalPolicy(rules_by_risk(reversible=1))
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert await states(ladder) == [RequestState.PENDING]
    assert calls(ladder) == []
    assert not (await ladder.approve("U1")).allowed
    await ladder.approve("U3")
    await ladder.work()
    assert await states(ladder) == [DONE] * 6
    assert [acting.approvers for acting, _ in ladder.aws.acted if acting] == [("U3",)] * 5


async def test_its_rungs_can_not_be_asked_for_while_it_runs(ladder: Desk) -> None:
    """Neither a rung of a ladder that runs, nor a ladder one of whose rungs waits for a yes."""
    await ladder.ask("U1", "contain_all")
    for asked in RUNGS:
        assert (await ladder.ask("U2", asked)).reason is Reason.ALREADY_REQUESTED
    assert (await ladder.ask("U2", "contain_all")).reason is Reason.ALREADY_REQUESTED


async def test_when_all_of_it_is_done_there_is_nothing_to_ask_for(ladder: Desk) -> None:
    """A form that was left open is told so, and nothing is requested."""
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    rule = may_ask(ladder.policy, LADDER)
    decision = await ladder.press("U1", "contain_all", rule)
    assert (decision.reason, decision.sentence) == (
        Reason.NOT_IN_THIS_STATE,
        "Of “Contain All” nothing is left to be done.",
    )


async def test_a_stricter_rule_of_one_rung_holds_for_all(ladder: Desk) -> None:
    """Asking for all of it is no way around the rule of a part: two must say yes where one rung alone wants two."""
    scope = Scope(actions=("quarantine_actor",))
    rules = (ApprovalRule(scope, Terms(rule="callers", needed=2)), *rules_by_risk())
    ladder.policy = ApprovalPolicy(rules)
    await ladder.ask("U1", "contain_all")
    request = (await ladder.case()).requests["R1"]
    assert (request.state, request.needed) == (RequestState.PENDING, 2)
    for user in ("U3", "U4"):
        await ladder.approve(user)
    await ladder.work()
    assert await states(ladder) == [DONE] * 6


async def test_rules_that_ask_different_people_forbid_asking_for_all(ladder: Desk) -> None:
    """No one yes satisfies both, so the steps are asked for one by one."""
    scope = Scope(actions=("quarantine_actor",))
    people = People.parse(["S0SECURITY1"])
    rules = (ApprovalRule(scope, Terms(rule="callers", needed=1, approvers=people)), *rules_by_risk())
    ladder.policy = ApprovalPolicy(rules)
    decision = await ladder.ask("U1", "contain_all")
    assert (decision.allowed, decision.reason) == (False, Reason.NO_RULE)
    assert decision.sentence.endswith("Ask for them one by one.")
    assert (await ladder.ask("U1", "disable_profile")).allowed
