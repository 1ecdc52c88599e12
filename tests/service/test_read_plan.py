"""AWS is read for a request before anybody may say yes: the plan is whole then, or the request ends with what moved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.approval import ApprovalPolicy, Reason
from bot.domain.case import CaseState, RequestState
from bot.domain.events import ActionRequested, ApprovalGiven, draft, slack_user
from bot.domain.plan import Plan, Risk
from bot.service.known_state import known_plan
from tests.fakes.desk import ACTIONS, Desk
from tests.fakes.slack_in_memory import NOON

DELETE = "delete_trust_anchor"
READ = "rolesanywhere:GetTrustAnchor"


@pytest.fixture
async def unobserved() -> Desk:
    """A case of whose trust anchor only the event is known."""
    made = Desk()
    await made.detect()
    return made


async def test_what_the_log_does_not_know_is_named_and_then_read(unobserved: Desk) -> None:
    """Name, certificates and last change are unknown in the form; the plan that is approved has them."""
    plan = await known_plan(ACTIONS[DELETE], await unobserved.case(), NOON)
    assert set(plan.unknown or ()) == {"name", "source type", "changed at", "certificates", "ACM PCA"}
    await unobserved.ask("U1", DELETE)
    request = (await unobserved.case()).requests["R1"]
    assert request.plan.unknown == ()
    assert {"name", "certificates", "changed at", "enabled", "source type"} <= set(request.plan.state)
    assert request.digest == request.plan.digest() != plan.digest()


async def test_the_reader_runs_by_itself(unobserved: Desk) -> None:
    """The runner does it, before the deadline is anywhere near, and reads only."""
    await unobserved.ask("U1", DELETE, read=False)
    await unobserved.work()
    assert not (await unobserved.case()).requests["R1"].seen.waits
    assert unobserved.aws.effects() == []


async def test_a_failure_is_tried_again_until_aws_answers(desk: Desk) -> None:
    """The error stands with the request; nobody is asked for anything; then the approval goes on."""
    desk.aws.fail(READ, "throttle", 3)
    await desk.ask("U1", DELETE, read=False)
    for _ in range(6):
        await desk.work()
        desk.clock.advance(timedelta(seconds=16))
    request = (await desk.case()).requests["R1"]
    assert (request.seen.waits, request.seen.tries, request.seen.error) == (False, 4, None)
    assert [one.data["error"] is None for one in desk.kinds("plan:read")] == [False, False, False, True]
    assert (await desk.approve("U3")).allowed


async def test_what_moved_before_anybody_approved_ends_it(desk: Desk) -> None:
    """Nobody is asked for a yes to what is not there any more; the new state is known for the next request."""
    (desk.aws.anchor(desk.target) or {})["name"] = "another name"
    await desk.ask("U1", DELETE)
    case = await desk.case()
    request = case.requests["R1"]
    assert (request.state, case.state) == (RequestState.STOPPED, CaseState.FAILED)
    assert [(one.what, one.live) for one in request.differences] == [("name", "another name")]
    assert (case.known_state or {})["name"] == "another name"
    assert (await desk.approve("U3")).reason is Reason.SETTLED
    assert (await desk.ask("U1", DELETE)).allowed
    assert (await desk.case()).requests["R2"].state is RequestState.PENDING


async def test_what_is_gone_ends_it(desk: Desk) -> None:
    """With a plain reason, and without a call."""
    await desk.ask("U1", DELETE, read=False)
    desk.aws._place(desk.target.account, desk.target.region).anchors.clear()  # noqa: SLF001 - Somebody deleted it.
    await desk.read_plans()
    request = (await desk.case()).requests["R1"]
    assert (request.state, request.sentence) == (
        RequestState.STOPPED,
        "AWS does not have the trust anchor any more. Nothing was run.",
    )


async def test_a_deadline_still_ends_what_could_never_be_read(desk: Desk) -> None:
    """AWS can't be read for half an hour: the request expires, nothing was run, and nothing is due any more."""
    desk.aws.fail(READ, "deny", 10_000)
    await desk.ask("U1", DELETE)
    desk.clock.advance(timedelta(minutes=30))
    await desk.work()
    assert (await desk.case()).requests["R1"].state is RequestState.EXPIRED
    assert desk.aws.effects() == []


async def test_an_irreversible_request_of_an_older_version_runs_on_nothing_unseen(unobserved: Desk) -> None:
    """Approved by an older version while the name was not known: it is stopped and shows what nobody had seen."""
    unobserved.policy = ApprovalPolicy()
    drawn = await known_plan(ACTIONS[DELETE], await unobserved.case(), NOON)
    old = Plan(**{**{one: getattr(drawn, one) for one in drawn.__dataclass_fields__}, "unknown": None})
    deadline = NOON + timedelta(minutes=30)
    event = ActionRequested("R1", DELETE, Risk.IRREVERSIBLE, "why", old, old.digest(), 1, deadline, contains=True)
    await unobserved.appended(draft(event, slack_user("U1")))
    await unobserved.appended(draft(ApprovalGiven("R1", old.digest()), slack_user("U3")))
    await unobserved.work()
    request = (await unobserved.case()).requests["R1"]
    assert request.state is RequestState.STOPPED
    assert {one.shown for one in request.differences} == {"not known when it was shown"}
    assert {"name", "changed at"} <= {one.what for one in request.differences}
    assert unobserved.aws.effects() == []


async def test_one_persons_action_does_not_wait(unobserved: Desk) -> None:
    """What can be undone runs at once, on what is known; what was read right before the call is kept."""
    await unobserved.ask("U1", "disable_trust_anchor")
    await unobserved.work()
    request = (await unobserved.case()).requests["R1"]
    assert request.state is RequestState.DONE
    assert "name" in (request.plan.unknown or ())
    assert request.started is not None
    assert request.started.state["name"] == "legit-looking"
