"""An outcome that is not known: our own event settles it, and until then a person may say what they saw."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.approval import Decision
from bot.domain.case import CaseState, Request, RequestState
from bot.service.tell_outcome import tell_outcome
from tests.fakes.desk import Desk
from tests.fakes.fake_action_aws import own_record
from tests.fakes.receipt_desk import DISABLE, after, request_of, run

CALL = "rolesanywhere:DisableTrustAnchor"


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
