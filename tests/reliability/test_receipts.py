"""The receipt of a real run: the stand-in's CloudTrail is late, the process may die, and people read it once."""

from __future__ import annotations

import pytest

from bot.domain.case import CaseState, Request, RequestState
from bot.domain.receipt import ReceiptFound
from bot.sandbox.hands import until
from tests.fakes.trial import AVA, BEN, CARLA, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON = "1,4,6,8,12"


async def proved(trial: Trial, case_id: str) -> Request:
    """The first request once CloudTrail has confirmed it."""
    await trial.until("the receipt", lambda case: case.requests["R1"].receipt.calls, case_id, 20)
    return (await trial.case(case_id)).requests["R1"]


async def test_a_deletion_is_confirmed_with_both_names(trial: Trial) -> None:
    """The card and the thread say what AWS confirms, by whom and approved by whom, and link the very event."""
    await trial.start(ANCHORWATCH_RECEIPT_AFTER_SECONDS=SOON)
    _, case_id = await trial.carded()
    await trial.ask(CARLA, case_id, "delete_trust_anchor")
    await until("the button", lambda: "approve_request" in str(trial.cards(case_id)[0].blocks), 10)
    await trial.hands(BEN).press(case_id, "approve_request")
    (call,) = (await proved(trial, case_id)).receipt.calls
    await trial.told(case_id)
    (event,) = [
        one["record"]
        for one in trial.world.control.events()
        if one["record"]["eventName"] == "DeleteTrustAnchor" and case_id in str(one["record"]["userIdentity"])
    ]
    assert call.event_id == event["eventID"]
    words = f"by <@{CARLA}> (`{CARLA}` in CloudTrail), approved by <@{BEN}>, event <https://"
    assert words in trial.card_text(case_id)
    assert trial.hands(AVA).thread(case_id).count(words) == 1
    assert f"#/events/{event['eventID']}|" in trial.card_text(case_id)
    code, printed = await trial.command("audit", "export", case_id)
    assert (code, event["eventID"] in printed, event["userIdentity"]["accessKeyId"] in printed) == (0, True, True)


async def test_a_death_right_after_the_search_tells_it_once(trial: Trial) -> None:
    """The process finds the event and dies before it can write it down."""
    await trial.start(kill_at="after_receipt_search", ANCHORWATCH_RECEIPT_AFTER_SECONDS=SOON)
    _, case_id = await trial.carded()
    await trial.ask(AVA, case_id, "disable_trust_anchor")
    await trial.died()
    await trial.start(ANCHORWATCH_RECEIPT_AFTER_SECONDS=SOON)
    await proved(trial, case_id)
    await trial.told(case_id)
    assert len(await trial.kinds(case_id, ReceiptFound)) == 1
    assert trial.hands(AVA).thread(case_id).count("AWS confirms") == 1
    assert await trial.chain_holds()


async def test_an_unknown_outcome_is_asked_and_then_proved(trial: Trial) -> None:
    """The answer is lost and AWS can't be read back: two buttons ask, and our own event settles it."""
    await trial.start(ANCHORWATCH_RECEIPT_AFTER_SECONDS=SOON)
    attack, case_id = await trial.carded()
    trial.world.control.set_fault("rolesanywhere", "DisableTrustAnchor", "delay", seconds=0.6)
    await trial.ask(AVA, case_id, "disable_trust_anchor")
    await trial.until("the call", lambda case: case.requests["R1"].started, case_id)
    trial.world.control.set_fault("rolesanywhere", "GetTrustAnchor", "deny", times=4)
    await trial.until("the doubt", lambda case: case.state is CaseState.UNKNOWN_OUTCOME, case_id)
    trial.world.control.clear_faults()
    await until("the question", lambda: "It Was Not Done" in str(trial.cards(case_id)[0].blocks), 5)
    request = await proved(trial, case_id)
    case = await trial.told(case_id)
    assert (request.state, case.state) == (RequestState.DONE, CaseState.CONTAINED)
    assert trial.effects("DisableTrustAnchor", attack) == 1
    assert "CloudTrail shows that it was done." in trial.card_text(case_id)


async def test_a_person_says_how_it_ended(trial: Trial) -> None:
    """Ava looked and says that it was not done: the card shows her word as hers, and she can ask again."""
    await trial.start(ANCHORWATCH_RECEIPT_AFTER_SECONDS="off")
    attack, case_id = await trial.carded()
    trial.world.control.set_fault("rolesanywhere", "DisableTrustAnchor", "error")
    await trial.ask(AVA, case_id, "disable_trust_anchor")
    await trial.until("the doubt", lambda case: case.state is CaseState.UNKNOWN_OUTCOME, case_id)
    await trial.told(case_id)
    await trial.hands(AVA).press(case_id, "it_was_not_done")
    await trial.hands(AVA).fill_in("The console shows it as enabled.")
    await trial.until("her word", lambda case: case.state is CaseState.FAILED, case_id)
    await trial.told(case_id)
    assert f"<@{AVA}> says that it was not done" in trial.card_text(case_id)
    await trial.ask(AVA, case_id, "disable_trust_anchor")
    await trial.until("the containment", lambda case: case.state is CaseState.CONTAINED, case_id)
    assert trial.effects("DisableTrustAnchor", attack) == 1
