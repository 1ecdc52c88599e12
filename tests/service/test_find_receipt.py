"""Receipts: our own CloudTrail events prove what was done, settle what was not known, and are told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.answer import answered
from bot.domain.approval import Decision
from bot.domain.case import CaseState, Request, RequestState
from bot.domain.effects import EffectKind, effects
from bot.domain.events import draft
from bot.domain.investigation import StepAnswered
from bot.domain.receipt import OwnSession
from bot.service.tell_outcome import tell_outcome
from bot.slack.receipt_words import receipt_lines
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import Desk, Killed
from tests.fakes.fake_action_aws import own_record
from tests.fakes.ladder_desk import knowing_desk

DELETE, DISABLE = "delete_trust_anchor", "disable_trust_anchor"
CALL = "rolesanywhere:DisableTrustAnchor"
MINUTES = (1, 5, 10, 15, 30)


@pytest.fixture
async def proving(desk: Desk) -> Desk:
    """A desk that asks CloudTrail, which is four minutes late."""
    desk.receipts_after = tuple(timedelta(minutes=one) for one in MINUTES)
    desk.aws.trail_delay = timedelta(minutes=4)
    desk.rise()
    return desk


async def run(desk: Desk, action_id: str) -> Request:
    """A request that everybody agreed on, after its run."""
    await desk.ask("U1", action_id)
    if action_id == DELETE:
        await desk.approve("U3")
        await desk.approve("U4")
    await desk.work()
    return await request_of(desk)


async def request_of(desk: Desk) -> Request:
    """The case's first request."""
    return (await desk.case()).requests["R1"]


async def after(desk: Desk, minutes: float) -> Request:
    """The request so many minutes later, with everything done that was due meanwhile."""
    for _ in range(int(minutes * 2)):
        desk.clock.advance(timedelta(seconds=30))
        await desk.work()
    return await request_of(desk)


async def test_our_event_is_found_kept_and_told_once(proving: Desk) -> None:
    """Five minutes later CloudTrail has it: in the log whole, in the case short, in the thread once."""
    assert (await run(proving, DELETE)).receipt.calls == ()
    early = await after(proving, 3)
    assert (early.receipt.looks, early.receipt.over, early.receipt.calls) == (1, False, ())
    request = await after(proving, 40)
    (call,) = request.receipt.calls
    assert (call.call, call.source_identity, call.error_code) == ("rolesanywhere:DeleteTrustAnchor", "U1", None)
    assert (request.receipt.over, request.receipt.looks, call.record) == (True, 2, {})
    (entry,) = proving.kinds("receipt:found")
    assert entry.data["calls"][0]["record"]["userIdentity"]["accessKeyId"].startswith("ASIA")
    told = [one["text"] for one in proving.slack.messages if "receipt:" in one["text"]]
    assert [text.count("receipt:found") for text in told] == [1]


async def test_searches_stay_few_and_go_by_our_own_key(proving: Desk) -> None:
    """Two looks, one call each, in the trust anchor's Region and nowhere else."""
    await run(proving, DISABLE)
    await after(proving, 40)
    searched = [one for one in proving.aws.journal if one.operation == "LookupEvents"]
    assert [one.parameters["LookupAttributes"][0]["AttributeKey"] for one in searched] == ["AccessKeyId"] * 2
    assert {one.target.region for one in searched} == {proving.target.region}


async def test_every_call_of_a_rung_is_proved(proving: Desk) -> None:
    """Two roles are two events, both in the Region that keeps IAM's."""
    roles = [proving.aws.add_role(name, trust_policy()) for name in ("one", "two")]
    step = StepAnswered(0, "reachable_roles", (answered("reachable_roles", "x", facts={"open_roles": roles}),))
    await proving.appended(draft(step))
    assert (await run(proving, "revoke_role_sessions")).state is RequestState.DONE
    request = await after(proving, 6)
    assert [(one.call, one.region) for one in request.receipt.calls] == [("iam:PutRolePolicy", "us-east-1")] * 2


async def test_nothing_found_is_never_called_not_done(proving: Desk) -> None:
    """CloudTrail stays silent: after the last look it says so once, and the request stays done."""
    proving.aws.trail_delay = None
    await run(proving, DISABLE)
    request = await after(proving, 40)
    assert (request.state, request.receipt.over, request.receipt.looks) == (RequestState.DONE, True, len(MINUTES))
    assert [one.data["last"] for one in proving.kinds("receipt:looked")] == [False] * 4 + [True]
    assert sum("receipt:looked" in one["text"] for one in proving.slack.messages) == 1
    assert not [one for one in effects(await proving.case(), proving.standing) if one.kind is EffectKind.FIND_RECEIPT]


async def test_a_search_that_is_refused_says_why(proving: Desk) -> None:
    """The permission is missing: that is kept, and it is asked again."""
    proving.aws.fail("cloudtrail:LookupEvents", "deny", 99)
    await run(proving, DISABLE)
    request = await after(proving, 2)
    assert "cloudtrail:LookupEvents is missing" in (request.receipt.why or "")
    proving.aws.fail("cloudtrail:LookupEvents", "deny", 0)
    assert (await after(proving, 10)).receipt.calls


async def test_somebody_elses_event_is_not_ours(proving: Desk) -> None:
    """The same call at the same moment, in a session with the same names and another key, proves nothing."""
    proving.aws.trail_delay = None
    request = await run(proving, DISABLE)
    assert request.started is not None
    assert request.started.session is not None
    ours = request.started.session
    proving.aws.trail_delay = timedelta(0)
    forged = OwnSession(ours.role_arn, ours.name, ours.source_identity, "ASIAFORGED")
    asked = {"trustAnchorId": proving.target.anchor_id}
    proving.aws.write_record(proving.target, own_record(forged, "rolesanywhere", "DisableTrustAnchor", asked))
    assert (await after(proving, 40)).receipt.calls == ()


async def test_a_long_stop_does_not_waste_the_looks(proving: Desk) -> None:
    """After two days without a process CloudTrail is asked once at once, and then again with time in between."""
    await run(proving, DISABLE)
    proving.aws.fail("cloudtrail:LookupEvents", "error", 99)
    proving.clock.advance(timedelta(days=2))
    proving.rise()
    await proving.work()
    assert (await request_of(proving)).receipt.looks == 1
    proving.aws.fail("cloudtrail:LookupEvents", "error", 0)
    assert (await after(proving, 5)).receipt.calls


@pytest.mark.parametrize("steps", range(1, 6))
async def test_a_death_over_the_receipt_tells_it_once(proving: Desk, steps: int) -> None:
    """Wherever the process dies over the look, the next one has one receipt and one note."""
    await run(proving, DISABLE)
    await after(proving, 4.5)
    proving.clock.advance(timedelta(minutes=1))
    proving.life.steps_left = steps
    with pytest.raises(Killed):
        await proving.work()
    proving.rise()
    await after(proving, 40)
    assert len(proving.kinds("receipt:found")) == 1
    assert sum("receipt:found" in one["text"] for one in proving.slack.messages) == 1


async def unknown(desk: Desk, fault: str) -> Request:
    """A run whose answer was lost and which AWS did not show as done when it was read back."""
    desk.aws.fail(CALL, fault)  # type: ignore[arg-type]
    request = await run(desk, DISABLE)
    assert request.state is RequestState.UNKNOWN
    return request


async def lose_answer(desk: Desk) -> Request:
    """A run that had its effect, but AWS could not be read back."""
    answer = desk.aws.answer

    def then_no_reads(target: object, permission: str, parameters: object) -> object:
        given = answer(target, permission, parameters)  # type: ignore[arg-type]
        if permission == CALL:
            desk.aws.fail("rolesanywhere:GetTrustAnchor", "deny", 4)
        return given

    desk.aws.answer = then_no_reads  # type: ignore[assignment]
    request = await run(desk, DISABLE)
    assert request.state is RequestState.UNKNOWN
    return request


async def test_our_event_settles_what_was_not_known(proving: Desk) -> None:
    """AWS could not be read back; the event proves the call, AWS shows it now, and the case is contained."""
    await lose_answer(proving)
    request = await after(proving, 6)
    assert (request.state, (await proving.case()).state) == (RequestState.DONE, CaseState.CONTAINED)
    assert request.sentence.startswith("CloudTrail shows that it was done. AWS shows the trust anchor as disabled")
    assert len(proving.kinds("outcome:proved")) == 1


async def test_what_was_changed_since_is_not_called_contained(proving: Desk) -> None:
    """The event proves the call, but somebody enabled the trust anchor again: the case is not contained."""
    await lose_answer(proving)
    (proving.aws.anchor(proving.target) or {})["enabled"] = True
    request = await after(proving, 6)
    assert (request.state, (await proving.case()).contained_by) == (RequestState.FAILED, None)
    assert "it was changed since" in request.sentence


async def refuse(desk: Desk, code: str) -> None:
    """Let CloudTrail say that AWS refused the run's call, and nothing else about it."""
    request = await request_of(desk)
    assert request.started is not None
    assert request.started.session is not None
    desk.aws.trail_delay = timedelta(0)
    desk.aws._late.clear()  # noqa: SLF001 - What the fake itself wrote of the lost call.
    asked = {"trustAnchorId": desk.target.anchor_id}
    desk.aws.write_record(
        desk.target, own_record(request.started.session, "rolesanywhere", "DisableTrustAnchor", asked, code)
    )


async def test_an_error_in_our_event_means_that_it_failed(proving: Desk) -> None:
    """AWS refused the call whose answer was lost; believed only when a better event can't be on its way any more."""
    await unknown(proving, "unclear_before_effect")
    await refuse(proving, "AccessDeniedException")
    assert (await after(proving, 11)).state is RequestState.UNKNOWN
    request = await after(proving, 6)
    assert request.state is RequestState.FAILED
    assert "AWS refused 1 of 1 calls: rolesanywhere:DisableTrustAnchor with AccessDeniedException" in request.sentence
    assert "AWS shows the trust anchor as enabled" in request.sentence


@pytest.mark.parametrize(
    ("code", "state"), [("InternalServerException", RequestState.UNKNOWN), ("AccessDenied", RequestState.FAILED)]
)
async def test_a_servers_error_alone_proves_nothing(proving: Desk, code: str, state: RequestState) -> None:
    """The effect may have come before the error: while AWS can't be read, only a plain refusal settles it."""
    await unknown(proving, "unclear_before_effect")
    await refuse(proving, code)
    proving.aws.fail("rolesanywhere:GetTrustAnchor", "deny", 99)
    assert (await after(proving, 40)).state is state


async def test_what_is_there_all_the_same_is_not_called_failed(proving: Desk) -> None:
    """CloudTrail has an error, but AWS shows it as done: both are said, and the case is contained."""
    await lose_answer(proving)
    await refuse(proving, "InternalServerException")
    request = await after(proving, 20)
    assert request.state is RequestState.DONE
    assert "InternalServerException. But AWS shows the trust anchor as disabled" in request.sentence


async def tell(desk: Desk, user_id: str, *, done: bool, reason: str = "I looked.") -> Decision:
    """Somebody sends the form that says how it ended."""
    rule = tell_outcome(desk.policy, done=done)
    return await desk.press(user_id, "it_was_done", rule, revision=None, request_id="R1", reason=reason)


@pytest.mark.parametrize("done", [True, False])
async def test_a_person_may_say_how_it_ended(proving: Desk, *, done: bool) -> None:
    """It is kept with their name as their word; nobody calls AWS for it."""
    proving.aws.trail_delay = None
    await unknown(proving, "unclear_before_effect")
    calls = len(proving.aws.journal)
    assert (await tell(proving, "U2", done=done)).allowed
    request, case = await request_of(proving), await proving.case()
    assert request.word is not None
    assert (request.word.user_id, request.word.done, request.word.reason) == ("U2", done, "I looked.")
    assert request.state is (RequestState.DONE if done else RequestState.FAILED)
    assert case.state is (CaseState.CONTAINED if done else CaseState.FAILED)
    assert len(proving.aws.journal) == calls


async def test_proof_comes_before_a_word(proving: Desk) -> None:
    """Somebody said that it was not done; then CloudTrail shows that it was."""
    await lose_answer(proving)
    await tell(proving, "U2", done=False)
    request = await after(proving, 6)
    assert (request.state, request.word) == (RequestState.DONE, None)
    assert (await proving.case()).state is CaseState.CONTAINED


async def test_who_may_not_say(proving: Desk) -> None:
    """Outsiders, people without a reason, and everybody once it is settled."""
    await unknown(proving, "unclear_before_effect")
    for user, reason, why in (("U5", "x", "not_a_responder"), ("U2", " ", "reason_missing")):
        assert (await tell(proving, user, done=True, reason=reason)).reason.value == why
    assert (await request_of(proving)).state is RequestState.UNKNOWN
    await tell(proving, "U2", done=True)
    assert (await tell(proving, "U1", done=False)).reason.value == "settled"


async def test_a_session_that_is_refused_runs_nothing(desk: Desk) -> None:
    """The act role can't be assumed: nothing was begun, and the permission is named."""
    desk.aws.fail("sts:AssumeRole", "deny")
    request = await run(desk, DISABLE)
    assert request.state is RequestState.STOPPED
    assert "the permission sts:AssumeRole is missing" in request.sentence
    assert desk.kinds("run:started") == []


async def test_every_rung_of_a_ladder_has_its_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four rungs, four sessions, six calls: each call is proved under its own rung, two of the Regions are searched."""
    desk = await knowing_desk(monkeypatch)
    desk.receipts_after, desk.aws.trail_delay = (timedelta(minutes=5),), timedelta(minutes=4)
    desk.rise()
    await desk.ask("U1", "contain_all")
    await desk.work()
    await after(desk, 8)
    case = await desk.case()
    proved = {one: [call.call for call in case.requests[one].receipt.calls] for one in case.requests["R1"].rungs}
    assert proved == {
        "R1.1": ["rolesanywhere:DisableTrustAnchor"],
        "R1.2": ["rolesanywhere:DisableProfile"] * 2,
        "R1.3": ["iam:PutRolePolicy"] * 2,
        "R1.4": ["iam:UpdateAccessKey"],
    }
    assert len(receipt_lines(case)) == len(proved)
