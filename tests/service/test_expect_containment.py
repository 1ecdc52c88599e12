"""AWS's pace hears of every containment that may come, from the form to its end, and of nothing else."""

from __future__ import annotations

from datetime import timedelta

from bot.domain.case import RequestState
from tests.fakes.desk import Desk

DISABLE, DELETE, READS = "disable_trust_anchor", "delete_trust_anchor", "list_linked_profiles"
NOTHING = timedelta()


def expected(desk: Desk) -> dict[str, timedelta]:
    """What is expected in the case's account and Region, by who says so."""
    target = desk.target
    return {
        who: lasts for (*place, who), lasts in desk.aws.expected.items() if place == [target.account, target.region]
    }


async def test_a_request_is_expected_until_its_deadline(desk: Desk) -> None:
    """While others decide on it, the approving click may come any moment."""
    case_id = (await desk.case()).case_id
    await desk.ask("U1", DELETE)
    request = (await desk.case()).requests["R1"]
    assert request.state is RequestState.PENDING
    assert expected(desk) == {case_id: request.deadline - desk.clock.now()}


async def test_nothing_is_expected_of_a_settled_request(desk: Desk) -> None:
    """Once it was done, and also when it was rejected, reads have AWS's rate again; the form is closed with it."""
    case = await desk.case()
    desk.expect.form_opened(case)
    await desk.ask("U1", DISABLE)
    assert expected(desk)[case.case_id] > NOTHING
    await desk.work()
    assert (await desk.case()).requests["R1"].state is RequestState.DONE
    assert set(expected(desk).values()) == {NOTHING}
    await desk.ask("U1", DELETE)
    assert expected(desk)[case.case_id] > NOTHING
    await desk.reject("U3", "R2")
    assert expected(desk)[case.case_id] == NOTHING


async def test_a_form_is_expected_while_the_case_moves(desk: Desk) -> None:
    """What is appended meanwhile, such as answers of the guide, does not close somebody's form."""
    case = await desk.case()
    desk.expect.form_opened(case)
    before = expected(desk)
    await desk.detect("event-2")
    assert expected(desk) == before
    assert len(before) == 1


async def test_reads_are_not_expected(desk: Desk) -> None:
    """An action that only reads waits its turn like other reads."""
    await desk.ask("U1", READS)
    assert expected(desk) == {}
