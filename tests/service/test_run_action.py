"""Running what was agreed: checked right before, called once, read back, and never claimed without proof."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.approval import Person
from bot.domain.case import CaseState, Request, RequestState
from tests.fakes.desk import Desk, Killed
from tests.fakes.fake_action_aws import FaultKind

DELETE, DISABLE, ENABLE = "delete_trust_anchor", "disable_trust_anchor", "enable_trust_anchor"
CALLS = {DELETE: "rolesanywhere:DeleteTrustAnchor", DISABLE: "rolesanywhere:DisableTrustAnchor"}


async def agreed(desk: Desk, action_id: str) -> None:
    """A request with all the votes that it needs."""
    await desk.ask("U1", action_id)
    if action_id == DELETE:
        await desk.approve("U3")
        await desk.approve("U4")


async def ended(desk: Desk) -> Request:
    """The first request after everything due was done."""
    await desk.work()
    return (await desk.case()).requests["R1"]


@pytest.mark.parametrize("action_id", [DELETE, DISABLE])
async def test_what_was_agreed_is_done_and_read_back(desk: Desk, action_id: str) -> None:
    """One call with an effect, and the case is contained."""
    await agreed(desk, action_id)
    assert (await ended(desk)).state is RequestState.DONE
    assert [call.permission for call in desk.aws.effects()] == [CALLS[action_id]]
    assert (await desk.case()).state is CaseState.CONTAINED


async def test_enabling_takes_the_containment_back(desk: Desk) -> None:
    """The undo of disabling is an action of its own, and the case is not contained any more."""
    await agreed(desk, DISABLE)
    await desk.work()
    await desk.ask("U1", ENABLE)
    await desk.work()
    assert (await desk.case()).state is CaseState.NEW
    assert [call.operation for call in desk.aws.effects()] == ["DisableTrustAnchor", "EnableTrustAnchor"]


async def test_nothing_is_offered_on_what_is_gone(desk: Desk) -> None:
    """After a deletion nothing of the earlier state is known as true, such as that it is disabled."""
    await agreed(desk, DISABLE)
    await desk.work()
    await desk.ask("U1", DELETE)
    await desk.approve("U3", "R2")
    await desk.approve("U4", "R2")
    await desk.work()
    assert dict((await desk.case()).known_state or {}) == {"exists": "no"}


@pytest.mark.parametrize(
    ("fault", "times", "state", "words"),
    [
        ("deny", 1, RequestState.FAILED, "permission rolesanywhere:DeleteTrustAnchor is missing"),
        ("throttle", 1, RequestState.FAILED, "too many requests"),
        ("error", 1, RequestState.FAILED, "ValidationException"),
        ("unclear_before_effect", 1, RequestState.UNKNOWN, "It may still happen"),
        ("unclear_after_effect", 1, RequestState.DONE, "does not have the trust anchor any more"),
    ],
)
async def test_each_answer_of_aws_ends_in_what_is_known(
    desk: Desk, fault: FaultKind, times: int, state: RequestState, words: str
) -> None:
    """Done only when AWS shows it, failed only when AWS refused, else unknown; never a second call."""
    await agreed(desk, DELETE)
    desk.aws.fail(CALLS[DELETE], fault, times)
    request = await ended(desk)
    assert request.state is state
    assert words in request.sentence
    assert sum(call.permission == CALLS[DELETE] for call in desk.aws.journal) == 1


async def test_an_effect_that_can_not_be_read_back_is_unknown(desk: Desk) -> None:
    """The call was accepted, but no look at AWS says so: a person must look."""
    await agreed(desk, DISABLE)
    reads = desk.aws.journal.copy()
    await _fail_reads_after_the_call(desk)
    request = await ended(desk)
    assert request.state is RequestState.UNKNOWN
    assert (await desk.case()).state is CaseState.UNKNOWN_OUTCOME
    assert len(desk.aws.journal) > len(reads)


async def _fail_reads_after_the_call(desk: Desk) -> None:
    answer = desk.aws.answer

    def and_then_no_reads(target: object, permission: str, parameters: object) -> object:
        given = answer(target, permission, parameters)  # type: ignore[arg-type]
        if permission == CALLS[DISABLE]:
            desk.aws.fail("rolesanywhere:GetTrustAnchor", "deny", 99)
        return given

    desk.aws.answer = and_then_no_reads  # type: ignore[assignment]


async def test_what_moved_is_not_run(desk: Desk) -> None:
    """The trust anchor's name changed since the plan was shown: nothing runs, and the difference is kept."""
    await agreed(desk, DELETE)
    (desk.aws.anchor(desk.target) or {})["name"] = "another name"
    request = await ended(desk)
    assert request.state is RequestState.STOPPED
    assert [(one.what, one.live) for one in request.differences] == [("name", "another name")]
    assert request.sentence.endswith("Nothing was run.")
    assert desk.aws.effects() == []


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (Person("U1"), "<@U1> may not ask for this any more"),
        (Person("U1", responder=True, active=False), "<@U1> may not ask for this any more"),
        (Person("U3"), "<@U3> may not approve any more"),
        (Person("U4", approver=True, active=False), "<@U4> may not approve any more"),
        (Person("U4", unknown="Slack can't tell"), "Slack can't tell, so nobody knows whether <@U4> may still approve"),
    ],
)
async def test_who_lost_the_right_counts_no_more(desk: Desk, person: Person, words: str) -> None:
    """Somebody left between the vote and the call: nothing runs, and the reason is true."""
    await agreed(desk, DELETE)
    desk.directory.people[person.user_id] = person
    request = await ended(desk)
    assert request.state is RequestState.STOPPED
    assert words in request.sentence
    assert desk.aws.effects() == []


async def test_slack_is_asked_again_before_a_containment_is_given_up(desk: Desk) -> None:
    """A group that can't be resolved for a moment does not end what two people agreed on."""
    await agreed(desk, DELETE)
    known = desk.directory.people["U3"]
    fresh, asked = desk.directory.fresh, []

    async def not_at_first(user_id: str) -> Person:
        asked.append(user_id)
        person = await fresh(user_id)
        return Person("U3", unknown="Slack can't tell") if asked.count("U3") == 1 and user_id == "U3" else person

    desk.directory.fresh = not_at_first  # type: ignore[method-assign]
    assert (await ended(desk)).state is RequestState.DONE
    assert asked.count(known.user_id) == 2


async def test_an_old_yes_is_asked_for_again(desk: Desk) -> None:
    """Nobody ran it for a quarter of an hour, because the process was down, say: it does not run out of the blue."""
    await agreed(desk, DELETE)
    desk.clock.advance(timedelta(minutes=16))
    desk.rise()
    request = await ended(desk)
    assert request.state is RequestState.STOPPED
    assert "older than 15 minutes" in request.sentence
    assert desk.aws.effects() == []


async def _dies_in_the_call(desk: Desk, action_id: str, *, after: bool) -> None:
    """The process dies right before or right behind the call that changes AWS."""
    await agreed(desk, action_id)
    answer = desk.aws.answer

    def deadly(target: object, permission: str, parameters: object) -> object:
        if permission == CALLS[action_id]:
            desk.aws.answer = answer  # type: ignore[method-assign]
            if after:
                answer(target, permission, parameters)  # type: ignore[arg-type]
            desk.life.is_over = True
            raise Killed
        return answer(target, permission, parameters)  # type: ignore[arg-type]

    desk.aws.answer = deadly  # type: ignore[assignment]
    with pytest.raises(Killed):
        await desk.work()
    desk.rise()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("action_id", [DELETE, DISABLE])
async def test_the_next_life_finds_out(desk: Desk, action_id: str, after: bool) -> None:  # noqa: FBT001 - A parameter.
    """A call that was made is found out; one that was not is made; both end in done."""
    await _dies_in_the_call(desk, action_id, after=after)
    request = await ended(desk)
    assert (request.state, request.starts) == (RequestState.DONE, 1 if after else 2)


async def test_another_account_is_no_proof_of_a_deletion(desk: Desk) -> None:
    """The next life reads with another account's credentials: "not found" there does not mean deleted."""
    await _dies_in_the_call(desk, DELETE, after=False)
    desk.aws.answers_as = "999999999999"
    request = await ended(desk)
    assert request.state is RequestState.UNKNOWN
    assert "not of account" in request.sentence
    assert (await desk.case()).state is CaseState.UNKNOWN_OUTCOME


async def test_what_moved_over_a_crash_is_not_called_untouched(desk: Desk) -> None:
    """The call may have been made before somebody changed it: it fails, and does not claim that nothing ran."""
    await _dies_in_the_call(desk, DISABLE, after=False)
    (desk.aws.anchor(desk.target) or {})["name"] = "another name"
    request = await ended(desk)
    assert request.state is RequestState.FAILED
    assert "Nothing was run" not in request.sentence
    assert "name was legit-looking, is another name" in request.sentence


async def test_a_defect_in_an_action_is_not_repeated_for_ever(desk: Desk) -> None:
    """An action that breaks in its call is begun three times, then a person is asked."""
    answer = desk.aws.answer

    def broken(target: object, permission: str, parameters: object) -> object:
        if permission == CALLS[DISABLE]:
            raise ZeroDivisionError
        return answer(target, permission, parameters)  # type: ignore[arg-type]

    desk.aws.answer = broken  # type: ignore[assignment]
    await agreed(desk, DISABLE)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            await desk.work()
        desk.clock.advance(timedelta(seconds=61))
    request = await ended(desk)
    assert (request.state, request.starts) == (RequestState.FAILED, 3)
    assert "began this 3 times" in request.sentence


async def test_a_read_that_dies_is_begun_again(desk: Desk) -> None:
    """A search of a dead process is simply done again, because it changes nothing."""
    await desk.ask("U1", "list_linked_profiles")
    desk.life.steps_left = 3
    with pytest.raises(Killed):
        await desk.work()
    desk.rise()
    assert (await ended(desk)).state is RequestState.DONE


async def test_a_failing_store_after_the_call_causes_no_second_call(desk: Desk) -> None:
    """The outcome could not be written: after the lease AWS is read back, and the call is not made again."""
    await agreed(desk, DISABLE)
    answer = desk.aws.answer

    def then_the_disk_fails(target: object, permission: str, parameters: object) -> object:
        given = answer(target, permission, parameters)  # type: ignore[arg-type]
        desk.disk.failing = permission == CALLS[DISABLE] or desk.disk.failing
        return given

    desk.aws.answer = then_the_disk_fails  # type: ignore[assignment]
    await desk.work(rounds=1)
    desk.disk.failing = False
    desk.aws.answer = answer  # type: ignore[method-assign]
    await desk.note_due()
    request = (await desk.case()).requests["R1"]
    assert (request.state, len(desk.aws.effects())) == (RequestState.DONE, 1)
