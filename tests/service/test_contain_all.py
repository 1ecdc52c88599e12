"""A ladder: its rungs one after the other, each exactly once, and honest about what is done and what is not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.domain.answer import answered
from bot.domain.approval import ApprovalPolicy, Reason
from bot.domain.approval_rule import ApprovalRule, Scope, rules_by_risk
from bot.domain.case import CaseState, RequestState
from bot.domain.case_evidence import evidence_of
from bot.domain.events import AnchorObserved, Outcome, RunFinished, RunStarted, draft, slack_user
from bot.domain.investigation import StepAnswered
from bot.domain.people import People
from bot.domain.receipt import OutcomeTold
from bot.domain.terms import Terms
from bot.ports import Acting
from bot.service.ask_for_action import may_ask
from bot.service.known_state import known_plan
from tests.fakes import desk as desks
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import HANDLERS, Desk, Killed
from tests.fakes.ladder import user_actor

LADDER = HANDLERS.ladders["contain_all"]
RUNGS = ("disable_trust_anchor", "disable_profile", "revoke_role_sessions", "quarantine_actor")
CALLS = ["DisableTrustAnchor", "DisableProfile", "DisableProfile", "PutRolePolicy", "PutRolePolicy", "UpdateAccessKey"]
MOST_STEPS = 100
DONE, STOPPED, FAILED = RequestState.DONE, RequestState.STOPPED, RequestState.FAILED


@pytest.fixture
async def ladder(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A case that knows two profiles, two roles and the user who made the call: every rung is possible."""
    desk = Desk()
    made = desks.detection_of
    by = user_actor(desk.target.account)
    monkeypatch.setattr(desks, "detection_of", lambda *given: replace(made(*given), actor=by))
    desk.aws.iam().keys["mallory", "AKIAEXAMPLE000000001"] = "Active"
    await desk.detect()
    await desk.work()
    roles = [desk.aws.add_role(name, trust_policy()) for name in ("deployer", "reader")]
    profiles = [desk.aws.add_profile(name, [role]) for name, role in zip(("one", "two"), roles, strict=True)]
    named = [{"arn": arn, "name": name} for arn, name in zip(profiles, ("one", "two"), strict=True)]
    await known(desk, "reachable_roles", {"open_profiles": named, "open_roles": roles})
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


async def test_all_rungs_run_in_their_order_and_the_case_is_contained(ladder: Desk) -> None:
    """One press, four actions: each has its intent and its outcome in the log, under its own request."""
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert await states(ladder) == [DONE] * 5
    assert calls(ladder) == CALLS
    case = await ladder.case()
    assert (case.state, case.contained_by) == (CaseState.CONTAINED, "R1.1")
    assert case.last_containment is case.requests["R1"]
    assert case.requests["R1"].sentence == "4 of 4 rungs are done."
    for kind in ("run:started", "run:finished"):
        assert [entry.data["request_id"] for entry in ladder.kinds(kind)] == ["R1.1", "R1.2", "R1.3", "R1.4"]


async def test_each_rung_has_a_session_of_its_own(ladder: Desk) -> None:
    """A session may touch what its rung is about, and nothing of another's."""
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    request = (await ladder.case()).requests["R1"]
    assert ladder.aws.acted == [
        (Acting(ladder.case_id, f"R1.{number}", "U1", source_identity="U1"), rung.plan.touches)
        for number, rung in enumerate(request.plan.rungs, 1)
    ]
    assert len({touches for _, touches in ladder.aws.acted}) == 4


async def test_what_it_did_is_taken_back_by_the_ways_back_of_its_rungs(ladder: Desk) -> None:
    """Each way back finds what its rung kept, as if that had been run alone."""
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert set(evidence_of(await ladder.case()).ran) == set(RUNGS)
    for number, rung in enumerate(LADDER.actions, 2):
        await ladder.ask("U1", str(rung.undo))
        await ladder.work()
        assert (await states(ladder, f"R{number}")) == [DONE]
    assert all(one["enabled"] for one in (*ladder.aws.anchors(), *ladder.aws.profiles()))
    assert ladder.aws.iam().policies == {}
    assert set(ladder.aws.iam().keys.values()) == {"Active"}
    assert (await ladder.case()).state is CaseState.NEW


@pytest.mark.parametrize("steps", range(MOST_STEPS))
async def test_a_death_at_any_write_or_call_does_each_rung_once(ladder: Desk, steps: int) -> None:
    """Between any two writes and calls the process may die: the next one goes on there, and no rung is left out."""
    await ladder.ask("U1", "contain_all")
    ladder.life.steps_left = steps
    with contextlib.suppress(Killed):
        await ladder.work(30)
    assert ladder.life.is_over or steps > MOST_STEPS / 2
    assert steps < MOST_STEPS - 1 or not ladder.life.is_over, "more steps than are tried"
    ladder.rise()
    await ladder.note_due()
    assert list(dict.fromkeys(calls(ladder))) == list(dict.fromkeys(CALLS))
    assert [calls(ladder).count(once) for once in ("DisableTrustAnchor", "UpdateAccessKey")] == [1, 1]
    finished = [entry.data["request_id"] for entry in ladder.kinds("run:finished")]
    assert finished == ["R1.1", "R1.2", "R1.3", "R1.4"]
    assert await states(ladder) == [DONE] * 5


async def test_a_rung_that_fails_ends_it_there(ladder: Desk) -> None:
    """What comes after is not begun, what is done stays done, and the case says that it failed."""
    ladder.aws.fail("iam:PutRolePolicy", "deny")
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert await states(ladder) == [FAILED, DONE, DONE, FAILED, STOPPED]
    case = await ladder.case()
    assert (case.state, case.contained_by) == (CaseState.FAILED, "R1.1")
    assert case.requests["R1.4"].sentence == "Not begun."
    assert calls(ladder) == CALLS[:4], "one role's policy was refused, the other's was put"


async def test_it_goes_on_from_the_rung_that_failed(ladder: Desk) -> None:
    """Asking again plans the rest only, from that rung on, under a request of its own."""
    ladder.aws.fail("iam:PutRolePolicy", "deny")
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    await ladder.ask("U2", "contain_all")
    await ladder.work()
    case = await ladder.case()
    assert [rung.plan.action_id for rung in case.requests["R2"].plan.rungs] == list(RUNGS[2:])
    assert len(case.requests["R2"].plan.left_out) == 2
    assert await states(ladder, "R2") == [DONE] * 3
    assert calls(ladder) == [*CALLS[:4], *CALLS[3:]]
    assert case.state is CaseState.CONTAINED


async def test_a_rung_that_differs_ends_it_there(ladder: Desk) -> None:
    """Right before each rung its own plan is made again: a profile that was renamed stops the second."""
    await ladder.ask("U1", "contain_all")
    ladder.aws.profiles()[1]["name"] = "another"
    await ladder.work()
    assert await states(ladder) == [FAILED, DONE, STOPPED, STOPPED, STOPPED]
    case = await ladder.case()
    assert [(one.shown, one.live) for one in case.requests["R1.2"].differences] == [("two", "another")]
    assert calls(ladder) == CALLS[:1]


async def test_nothing_runs_where_the_first_rung_differs(ladder: Desk) -> None:
    """The trust anchor was changed since: nothing of the plan runs, and the ladder says so."""
    await ladder.ask("U1", "contain_all")
    ladder.aws.anchors()[0]["name"] = "another"
    await ladder.work()
    assert await states(ladder) == [STOPPED] * 5
    assert calls(ladder) == []


async def test_an_unknown_outcome_ends_it_there(ladder: Desk) -> None:
    """Where not even AWS can tell, nothing after it begins and a person must look."""
    await ladder.ask("U1", "contain_all")
    until = ladder.clock.now()
    await ladder.appended(draft(RunStarted("R1.1", "life-0", until, {}, {})))
    await ladder.appended(draft(RunFinished("R1.1", Outcome.UNKNOWN, "AWS can't tell.")))
    await ladder.work()
    assert await states(ladder) == [RequestState.UNKNOWN, RequestState.UNKNOWN, STOPPED, STOPPED, STOPPED]
    case = await ladder.case()
    assert (case.state, case.last_run) == (CaseState.UNKNOWN_OUTCOME, case.requests["R1.1"])


async def test_what_is_found_out_later_settles_the_ladder_and_begins_nothing(ladder: Desk) -> None:
    """Somebody looked and says that it was done: the ladder says how far it came, and the rest can be asked for."""
    await ladder.ask("U1", "contain_all")
    await ladder.appended(draft(RunFinished("R1.1", Outcome.UNKNOWN, "AWS can't tell.")))
    await ladder.appended(draft(OutcomeTold("R1.1", done=True, reason="I looked."), slack_user("U2")))
    await ladder.work()
    assert await states(ladder) == [FAILED, DONE, STOPPED, STOPPED, STOPPED]
    case = await ladder.case()
    assert (case.contained_by, case.requests["R1"].sentence) == ("R1.1", "1 of 4 rungs are done.")
    assert calls(ladder) == []


async def test_somebody_stops_it_after_the_step_that_runs(ladder: Desk) -> None:
    """The step under way comes to its end and is read back; no other begins, and the rest can go on later."""
    await ladder.ask("U1", "contain_all")
    runs = asyncio.create_task(ladder.work())
    for _ in range(1_000):
        await asyncio.sleep(0)
        if (await ladder.case()).requests["R1.2"].state is RequestState.RUNNING:
            break
    assert (await ladder.stop_ladder("U2")).allowed
    await runs
    assert await states(ladder) == [STOPPED, DONE, DONE, STOPPED, STOPPED]
    assert calls(ladder) == CALLS[:3]
    case = await ladder.case()
    assert (case.state, case.requests["R1"].stopped_by) == (CaseState.CONTAINED, "U2")
    again = await ladder.stop_ladder("U2")
    assert (again.allowed, again.reason) == (False, Reason.SETTLED)


async def test_stopping_before_the_first_rung_begins_runs_nothing(ladder: Desk) -> None:
    """Whose turn it is but who has not begun does not begin; a stranger can't stop anything."""
    await ladder.ask("U1", "contain_all")
    assert (await ladder.stop_ladder("U5")).reason is Reason.NOT_A_RESPONDER
    assert (await ladder.stop_ladder("U2", "R1.1")).reason is Reason.SETTLED
    assert (await ladder.stop_ladder("U2", "R9")).reason is Reason.FORGED
    assert (await ladder.stop_ladder("U2")).allowed
    await ladder.work()
    assert await states(ladder) == [STOPPED] * 5
    assert calls(ladder) == []
    assert (await ladder.case()).state is CaseState.NEW


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
    assert await states(ladder) == [DONE] * 5
    assert [acting.approvers for acting, _ in ladder.aws.acted if acting] == [("U3",)] * 4


async def test_its_rungs_can_not_be_asked_for_while_it_runs(ladder: Desk) -> None:
    """Neither a rung of a ladder that runs, nor a ladder one of whose rungs waits for a yes."""
    await ladder.ask("U1", "contain_all")
    for asked in RUNGS:
        assert (await ladder.ask("U2", asked)).reason is Reason.ALREADY_REQUESTED
    assert (await ladder.ask("U2", "contain_all")).reason is Reason.ALREADY_REQUESTED


async def test_what_is_not_needed_is_left_out_and_named(ladder: Desk) -> None:
    """A trust anchor that is disabled already is not disabled again, and a caller that is unknown is not stopped."""
    await ladder.ask("U1", "disable_trust_anchor")
    await ladder.work()
    case = await ladder.case()
    plan = await known_plan(LADDER, case, ladder.clock.now())
    assert [rung.plan.action_id for rung in plan.rungs] == list(RUNGS[1:])
    assert plan.left_out == ("Disable Trust Anchor: not needed, as far as AWS has shown the trust anchor.",)
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert calls(ladder) == CALLS


async def test_it_contains_a_case_whose_trust_anchor_somebody_else_disabled(ladder: Desk) -> None:
    """None of the rungs that were left contains the case alone; all of them together do."""
    ladder.aws.anchors()[0]["enabled"] = False
    await ladder.appended(draft(AnchorObserved({"enabled": "no"})))
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    case = await ladder.case()
    assert (case.state, case.contained_by, len(case.requests["R1"].rungs)) == (CaseState.CONTAINED, "R1", 3)


async def test_a_refusal_of_the_people_ends_it_there(ladder: Desk) -> None:
    """Right before each rung everybody is asked for again: who may not any more stops what is left."""
    await ladder.ask("U1", "contain_all")
    del ladder.directory.people["U1"]
    await ladder.work()
    assert await states(ladder) == [STOPPED] * 5
    assert calls(ladder) == []


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
    assert await states(ladder) == [DONE] * 5


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
