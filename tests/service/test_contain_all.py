"""A ladder: its rungs one after the other, each exactly once, and honest about what is done and what is not."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta

import pytest

from bot.domain.alarms import AlarmRaised
from bot.domain.approval import Reason
from bot.domain.case import CaseState, RequestState
from bot.domain.case_evidence import evidence_of
from bot.domain.events import AnchorObserved, Outcome, RunFinished, RunStarted, draft, slack_user
from bot.domain.receipt import OutcomeTold
from bot.ports import Acting
from bot.service.known_state import known_plan
from tests.fakes.desk import HANDLERS, Desk, Killed
from tests.fakes.ladder_desk import calls, knowing_desk, states

LADDER = HANDLERS.ladders["contain_all"]
RUNGS = (
    "disable_trust_anchor",
    "disable_profile",
    "revoke_role_sessions",
    "quarantine_actor",
    "deactivate_made_keys",
)
CALLS = [
    "DisableTrustAnchor",
    *["DisableProfile"] * 2,
    *["PutRolePolicy"] * 2,
    *["UpdateAccessKey"] * 2,
]
MOST_STEPS = 130
DONE, STOPPED, FAILED = RequestState.DONE, RequestState.STOPPED, RequestState.FAILED


@pytest.fixture
async def ladder(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A case in which every rung is possible."""
    return await knowing_desk(monkeypatch)


async def test_all_rungs_run_in_their_order_and_the_case_is_contained(ladder: Desk) -> None:
    """One press, five actions: each has its intent and its outcome in the log, under its own request."""
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert await states(ladder) == [DONE] * 6
    assert calls(ladder) == CALLS
    case = await ladder.case()
    assert (case.state, case.contained_by) == (CaseState.CONTAINED, "R1.1")
    assert case.last_containment is case.requests["R1"]
    assert case.requests["R1"].sentence == "5 of 5 steps are done."
    for kind in ("run:started", "run:finished"):
        assert [entry.data["request_id"] for entry in ladder.kinds(kind)] == ["R1.1", "R1.2", "R1.3", "R1.4", "R1.5"]


async def test_each_rung_has_a_session_of_its_own(ladder: Desk) -> None:
    """A session may touch what its rung is about, and nothing of another's."""
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    request = (await ladder.case()).requests["R1"]
    assert ladder.aws.acted == [
        (Acting(ladder.case_id, f"R1.{number}", "U1", source_identity="U1"), rung.plan.touches)
        for number, rung in enumerate(request.plan.rungs, 1)
    ]
    assert len({touches for _, touches in ladder.aws.acted}) == 5


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
    assert [calls(ladder).count(once) for once in ("DisableTrustAnchor", "UpdateAccessKey")] == [1, 2]
    finished = [entry.data["request_id"] for entry in ladder.kinds("run:finished")]
    assert finished == ["R1.1", "R1.2", "R1.3", "R1.4", "R1.5"]
    assert await states(ladder) == [DONE] * 6


async def test_a_rung_that_fails_ends_it_there(ladder: Desk) -> None:
    """What comes after is not begun, what is done stays done, and the case says that it failed."""
    ladder.aws.fail("iam:PutRolePolicy", "deny")
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert await states(ladder) == [FAILED, DONE, DONE, FAILED, STOPPED, STOPPED]
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
    assert await states(ladder, "R2") == [DONE] * 4
    assert calls(ladder) == [*CALLS[:4], *CALLS[3:]]
    assert case.state is CaseState.CONTAINED


async def test_a_rung_that_differs_ends_it_there(ladder: Desk) -> None:
    """Right before each rung its own plan is made again: a profile that was renamed stops the second."""
    await ladder.ask("U1", "contain_all")
    ladder.aws.profiles()[1]["name"] = "another"
    await ladder.work()
    assert await states(ladder) == [FAILED, DONE, *[STOPPED] * 4]
    case = await ladder.case()
    assert [(one.shown, one.live) for one in case.requests["R1.2"].differences] == [("two", "another")]
    assert calls(ladder) == CALLS[:1]


async def test_nothing_runs_where_the_first_rung_differs(ladder: Desk) -> None:
    """The trust anchor was changed since: nothing of the plan runs, and the ladder says so."""
    await ladder.ask("U1", "contain_all")
    ladder.aws.anchors()[0]["name"] = "another"
    await ladder.work()
    assert await states(ladder) == [STOPPED] * 6
    assert calls(ladder) == []


async def test_an_unknown_outcome_ends_it_there(ladder: Desk) -> None:
    """Where not even AWS can tell, nothing after it begins and a person must look."""
    await ladder.ask("U1", "contain_all")
    until = ladder.clock.now()
    await ladder.appended(draft(RunStarted("R1.1", "life-0", until, {}, {})))
    await ladder.appended(draft(RunFinished("R1.1", Outcome.UNKNOWN, "AWS can't tell.")))
    await ladder.work()
    assert await states(ladder) == [RequestState.UNKNOWN, RequestState.UNKNOWN, *[STOPPED] * 4]
    case = await ladder.case()
    assert (case.state, case.last_run) == (CaseState.UNKNOWN_OUTCOME, case.requests["R1.1"])


async def test_what_is_found_out_later_settles_the_ladder_and_begins_nothing(ladder: Desk) -> None:
    """Somebody looked and says that it was done: the ladder says how far it came, and the rest can be asked for."""
    await ladder.ask("U1", "contain_all")
    await ladder.appended(draft(RunFinished("R1.1", Outcome.UNKNOWN, "AWS can't tell.")))
    await ladder.appended(draft(OutcomeTold("R1.1", done=True, reason="I looked."), slack_user("U2")))
    await ladder.work()
    assert await states(ladder) == [FAILED, DONE, *[STOPPED] * 4]
    case = await ladder.case()
    assert (case.contained_by, case.requests["R1"].sentence) == ("R1.1", "1 of 5 steps are done.")
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
    assert await states(ladder) == [STOPPED, DONE, DONE, *[STOPPED] * 3]
    assert calls(ladder) == CALLS[:3]
    case = await ladder.case()
    assert (case.state, case.requests["R1"].stopped_by) == (CaseState.CONTAINED, "U2")
    again = await ladder.stop_ladder("U2")
    assert (again.allowed, again.reason) == (False, Reason.SETTLED)


async def test_what_is_stopped_over_a_death_stays_stopped(ladder: Desk) -> None:
    """The process died over the first rung: the next one finds out what came of it, and begins no other."""
    await ladder.ask("U1", "contain_all")
    await ladder.appended(draft(RunStarted("R1.1", "life-0", ladder.clock.now(), {}, {})))
    assert (await ladder.stop_ladder("U2")).allowed
    await ladder.note_due()
    assert await states(ladder) == [STOPPED, DONE, *[STOPPED] * 4]
    assert calls(ladder) == CALLS[:1]


async def test_stopping_before_the_first_rung_begins_runs_nothing(ladder: Desk) -> None:
    """Whose turn it is but who has not begun does not begin; a stranger can't stop anything."""
    await ladder.ask("U1", "contain_all")
    assert (await ladder.stop_ladder("U5")).reason is Reason.NOT_A_RESPONDER
    assert (await ladder.stop_ladder("U2", "R1.1")).reason is Reason.SETTLED
    assert (await ladder.stop_ladder("U2", "R9")).reason is Reason.FORGED
    assert (await ladder.stop_ladder("U2")).allowed
    await ladder.work()
    assert await states(ladder) == [STOPPED] * 6
    assert calls(ladder) == []
    assert (await ladder.case()).state is CaseState.NEW


async def test_what_is_not_needed_is_left_out_and_named(ladder: Desk) -> None:
    """A trust anchor that is disabled already is not disabled again, and a caller that is unknown is not stopped."""
    await ladder.ask("U1", "disable_trust_anchor")
    await ladder.work()
    case = await ladder.case()
    plan = await known_plan(LADDER, case, ladder.clock.now())
    assert [rung.plan.action_id for rung in plan.rungs] == list(RUNGS[1:])
    assert plan.left_out == ("Disable Trust Anchor: done in this case already.",)
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert calls(ladder) == CALLS


async def test_it_contains_a_case_whose_trust_anchor_somebody_else_disabled(ladder: Desk) -> None:
    """It is disabled once more, because what is known of it may be old."""
    ladder.aws.anchors()[0]["enabled"] = False
    await ladder.appended(draft(AnchorObserved({"enabled": "no"})))
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    case = await ladder.case()
    assert (case.state, case.contained_by, len(case.requests["R1"].rungs)) == (CaseState.CONTAINED, "R1.1", 5)


async def test_a_trust_anchor_that_is_open_although_nobody_said_so_is_not_called_contained(ladder: Desk) -> None:
    """The log says that it is disabled and AWS does not: it stops there, and the next request shuts it."""
    await ladder.appended(draft(AnchorObserved({"enabled": "no"})))
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    case = await ladder.case()
    assert (case.contained_by, calls(ladder)) == (None, [])
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert ladder.aws.anchors()[0]["enabled"] is False
    assert (await ladder.case()).state is CaseState.CONTAINED


async def test_one_that_was_opened_again_is_shut_again(ladder: Desk) -> None:
    """What this case did does not stand any more once AWS has shown it as open."""
    await ladder.ask("U1", "disable_trust_anchor")
    await ladder.work()
    ladder.aws.anchors()[0]["enabled"] = True
    ladder.clock.advance(timedelta(minutes=1))
    await ladder.appended(draft(AlarmRaised("It came back.", ("open:1",))))
    await ladder.work()
    assert (await ladder.case()).contained_by is None
    await ladder.ask("U1", "contain_all")
    await ladder.work()
    assert ladder.aws.anchors()[0]["enabled"] is False
    assert (await ladder.case()).state is CaseState.CONTAINED


async def test_a_refusal_of_the_people_ends_it_there(ladder: Desk) -> None:
    """Right before each rung everybody is asked for again: who may not any more stops what is left."""
    await ladder.ask("U1", "contain_all")
    del ladder.directory.people["U1"]
    await ladder.work()
    assert await states(ladder) == [STOPPED] * 6
    assert calls(ladder) == []
