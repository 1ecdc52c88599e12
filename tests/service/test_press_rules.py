"""Each press rule by example: who may, when, with which words; every no stands in the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.approval import Person, Reason
from bot.domain.case import CaseState, RequestState
from bot.domain.closing import CloseReason
from tests.fakes.desk import Desk

DELETE, DISABLE = "delete_trust_anchor", "disable_trust_anchor"

Try = Callable[[Desk], Awaitable[Any]]


async def refused(desk: Desk, attempt: Awaitable[Any], reason: Reason) -> None:
    """An attempt is refused for this reason, and exactly one entry says so."""
    before = len(desk.kinds("attempt:refused"))
    decision = await attempt
    assert (decision.allowed, decision.reason) == (False, reason)
    entries = desk.kinds("attempt:refused")[before:]
    assert [(one.data["reason"], one.data["sentence"]) for one in entries] == [(reason.value, decision.sentence)]


async def test_a_responder_acknowledges_once(desk: Desk) -> None:
    """The second one is told who has it."""
    assert (await desk.acknowledge("U1")).allowed
    assert (await desk.case()).state is CaseState.ACKNOWLEDGED
    await refused(desk, desk.acknowledge("U1"), Reason.NOT_IN_THIS_STATE)
    await refused(desk, desk.acknowledge("U2"), Reason.NOT_IN_THIS_STATE)
    assert (await desk.case()).acknowledged_by == "U1"


PRESSES: dict[str, Try] = {
    "acknowledge": lambda desk: desk.acknowledge("U5"),
    "close": lambda desk: desk.close("U5"),
    "reopen": lambda desk: desk.reopen("U5"),
    "ask": lambda desk: desk.ask("U5", DISABLE),
    "read": lambda desk: desk.ask("U5", "list_linked_profiles", revision=0),
}


@pytest.mark.parametrize("press", PRESSES.values(), ids=PRESSES)
async def test_an_outsider_may_nothing(desk: Desk, press: Try) -> None:
    """Somebody in no group is told who may, and nothing else happens."""
    await refused(desk, press(desk), Reason.NOT_A_RESPONDER)


@pytest.mark.parametrize("press", PRESSES.values(), ids=PRESSES)
async def test_nobody_may_while_slack_can_not_tell(desk: Desk, press: Try) -> None:
    """A group that can't be resolved lets nobody in, and says so."""
    desk.directory.people["U5"] = Person("U5", unknown="Slack can't tell who is on call")
    await refused(desk, press(desk), Reason.MEMBERSHIP_UNKNOWN)


@pytest.mark.parametrize("press", PRESSES.values(), ids=PRESSES)
async def test_who_left_may_nothing(desk: Desk, press: Try) -> None:
    """A deactivated account, a guest or an app is refused, also when it is in the group still."""
    desk.directory.people["U5"] = Person("U5", responder=True, approver=True, active=False)
    await refused(desk, press(desk), Reason.NOT_A_MEMBER)


async def test_an_approver_may_read_but_not_ask(desk: Desk) -> None:
    """Approvers must know what they approve; asking is for responders."""
    assert (await desk.ask("U3", "list_linked_profiles")).allowed
    await refused(desk, desk.ask("U3", DISABLE), Reason.NOT_A_RESPONDER)


async def test_a_false_positive_needs_a_reason_and_can_be_opened_again(desk: Desk) -> None:
    """The reason stands in the log; while it is closed, nobody acknowledges or contains."""
    await refused(desk, desk.close("U1", reason="  \n"), Reason.REASON_MISSING)
    await refused(desk, desk.reopen("U1"), Reason.NOT_IN_THIS_STATE)
    assert (await desk.close("U1", reason="It is our own CA.")).allowed
    assert desk.kinds("case:marked_false_positive")[0].data == {
        "reason": "It is our own CA.",
        "close_reason": "false_positive",
    }
    await refused(desk, desk.close("U1"), Reason.NOT_IN_THIS_STATE)
    await refused(desk, desk.acknowledge("U1"), Reason.NOT_IN_THIS_STATE)
    await refused(desk, desk.ask("U1", DELETE), Reason.NOT_IN_THIS_STATE)
    assert (await desk.reopen("U2")).allowed
    assert (await desk.case()).state is CaseState.NEW


@pytest.mark.parametrize("as_what", CloseReason)
async def test_a_case_is_closed_as_what_it_was(desk: Desk, as_what: CloseReason) -> None:
    """State, log and refusals say which; each can be opened again."""
    assert (await desk.close("U1", entered={"close_reason": as_what.value})).allowed
    case = await desk.case()
    assert case.closed is not None
    assert (case.closed.as_what, case.closed.user_id) == (as_what, "U1")
    assert case.state.value == as_what.words.lower()
    assert desk.kinds("case:marked_false_positive")[0].data["close_reason"] == as_what.value
    await refused(desk, desk.acknowledge("U1"), Reason.NOT_IN_THIS_STATE)
    assert f"closed as a {case.state.value}. Reopen it first." in str(desk.kinds("attempt:refused")[-1].data)
    assert (await desk.reopen("U2")).allowed
    assert (await desk.case()).closed is None


async def test_nobody_closes_a_case_in_words_of_their_own(desk: Desk) -> None:
    """A form that names another classification is not ours."""
    await refused(desk, desk.close("U1", entered={"close_reason": "whatever"}), Reason.FORGED)


async def test_a_case_with_an_open_request_is_not_closed(desk: Desk) -> None:
    """First the request must be settled."""
    await desk.ask("U1", DELETE)
    await refused(desk, desk.close("U1"), Reason.NOT_IN_THIS_STATE)
    await desk.reject("U3")
    assert (await desk.close("U1")).allowed


@pytest.mark.parametrize("revision", [0, 1_000_000])
async def test_an_old_button_is_dead(desk: Desk, revision: int) -> None:
    """One that was drawn for another state of the case does nothing, whoever presses it."""
    await refused(desk, desk.acknowledge("U1", revision=revision), Reason.OLD_CARD)
    await desk.ask("U1", DELETE)
    await refused(desk, desk.approve("U3", revision=revision), Reason.OLD_CARD)
    assert desk.kinds("case:acknowledged") == desk.kinds("approval:given") == []


async def test_an_old_button_that_only_reads_still_works(desk: Desk) -> None:
    """Reading decides nothing, so it does not matter what the card showed."""
    assert (await desk.ask("U1", "list_linked_profiles", revision=0)).allowed


async def test_asking_needs_a_reason_and_the_plan_of_now(desk: Desk) -> None:
    """A form that shows an older plan is refused, and so is one without a reason or a second one for the same."""
    await refused(desk, desk.ask("U1", DELETE, reason=" "), Reason.REASON_MISSING)
    await refused(desk, desk.ask("U1", DELETE, digest="0" * 64), Reason.OLD_CARD)
    assert (await desk.ask("U1", DELETE)).allowed
    await refused(desk, desk.ask("U2", DELETE), Reason.ALREADY_REQUESTED)


async def test_the_requester_does_not_approve(desk: Desk) -> None:
    """Also when they are an approver: it is always somebody else."""
    await desk.ask("U2", DELETE)
    await refused(desk, desk.approve("U2"), Reason.OWN_REQUEST)
    assert (await desk.case()).requests["R1"].votes == ()


async def test_a_responder_does_not_approve(desk: Desk) -> None:
    """Approving is for approvers only; with an unresolved group it is for nobody."""
    await desk.ask("U2", DELETE)
    await refused(desk, desk.approve("U1"), Reason.NOT_AN_APPROVER)
    desk.directory.people["U3"] = Person("U3", unknown="Slack can't tell")
    await refused(desk, desk.approve("U3"), Reason.MEMBERSHIP_UNKNOWN)
    desk.directory.people["U4"] = Person("U4", approver=True, active=False)
    await refused(desk, desk.approve("U4"), Reason.NOT_A_MEMBER)


async def test_two_different_people_approve(desk: Desk) -> None:
    """One vote each; the second person's yes makes it run."""
    await desk.ask("U1", DELETE)
    assert (await desk.approve("U3")).allowed
    await refused(desk, desk.approve("U3"), Reason.ALREADY_VOTED)
    assert (await desk.case()).requests["R1"].state is RequestState.PENDING
    assert (await desk.approve("U4")).allowed
    assert (await desk.case()).requests["R1"].state is RequestState.APPROVED
    await refused(desk, desk.approve("U2"), Reason.SETTLED)


@pytest.mark.parametrize("request_id", ["R2", "", "R1 ", "r1"])
async def test_a_forged_request_is_none(desk: Desk, request_id: str) -> None:
    """A request id that this case does not have changes nothing."""
    await desk.ask("U1", DELETE)
    await refused(desk, desk.approve("U3", request_id), Reason.FORGED)
    await refused(desk, desk.reject("U3", request_id), Reason.FORGED)
    assert (await desk.case()).requests["R1"].state is RequestState.PENDING


async def test_after_the_deadline_nobody_approves(desk: Desk) -> None:
    """Neither before the runner has written the expiry nor behind it; nothing runs."""
    await desk.ask("U1", DELETE)
    desk.clock.advance(timedelta(minutes=30))
    await refused(desk, desk.approve("U3"), Reason.EXPIRED)
    await desk.work()
    assert (await desk.case()).requests["R1"].state is RequestState.EXPIRED
    await refused(desk, desk.approve("U3"), Reason.SETTLED)
    assert (await desk.case()).state is CaseState.EXPIRED
    assert desk.aws.effects() == []


async def test_a_request_does_not_expire_a_moment_early(desk: Desk) -> None:
    """The deadline itself counts as over, the microsecond before it does not."""
    await desk.ask("U1", DELETE)
    desk.clock.advance(timedelta(minutes=30) - timedelta(microseconds=1))
    await desk.work()
    assert (await desk.case()).requests["R1"].state is RequestState.PENDING
    assert (await desk.approve("U3")).allowed


async def test_a_rejection_needs_a_reason_and_ends_it(desk: Desk) -> None:
    """An approver says no; outsiders and other responders can't; it can be asked for again."""
    await desk.ask("U1", DELETE)
    await refused(desk, desk.reject("U3", reason=""), Reason.REASON_MISSING)
    await refused(desk, desk.reject("U5"), Reason.NOT_AN_APPROVER)
    assert (await desk.reject("U3", reason="It is the build's CA.")).allowed
    assert (await desk.case()).requests["R1"].sentence == "It is the build's CA."
    await refused(desk, desk.reject("U4"), Reason.SETTLED)
    await refused(desk, desk.approve("U4"), Reason.SETTLED)
    assert (await desk.ask("U1", DELETE)).allowed
    assert set((await desk.case()).requests) == {"R1", "R2"}


async def test_who_asked_takes_their_request_back(desk: Desk) -> None:
    """And who said yes may still say no."""
    await desk.ask("U1", DELETE)
    assert (await desk.reject("U1")).allowed
    await desk.ask("U1", DELETE)
    await desk.approve("U3", "R2")
    assert (await desk.reject("U3", "R2")).allowed
    assert (await desk.case()).open_request is None


async def test_a_press_on_no_case_is_logged_for_operations(desk: Desk) -> None:
    """A case id that nobody knows leads to the day's operations stream."""
    decision = await desk.acknowledge("U1", case_id="AW-0000000000")
    assert decision.reason is Reason.UNKNOWN_CASE
    assert [one.data["reason"] for one in desk.disk.entries["OPS-2026-11-22"]] == ["unknown_case"]
    assert "AW-0000000000" not in desk.disk.entries


async def test_the_person_is_told_once(desk: Desk) -> None:
    """A refusal is told in private, once; one that stands in a form already is not."""
    await desk.acknowledge("U5")
    await desk.ask("U5", DELETE, in_form=True)
    await desk.work()
    assert [one["text"] for one in desk.slack.told] == [desk.kinds("attempt:refused")[0].data["sentence"]]
