"""``kill -9`` at named points: a real process dies, a new one starts, and everything has happened exactly once."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest

from bot.domain import events as ev
from bot.domain.case import CaseState, RequestState
from bot.sandbox.hands import until
from bot.sandbox.world import BotDidNotStart
from tests.fakes.trial import AVA, BEN, CARLA, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "point", ["before_append", "after_append", "before_post", "after_post", "after_delete_message"]
)
async def test_a_detection_is_shown_once_wherever_the_process_dies(trial: Trial, point: str) -> None:
    """The alert is neither lost nor shown twice, its message is gone in the end, and the chain holds."""
    await trial.start(kill_at=point)
    _, case_id = await trial.alert()
    await trial.died()
    await trial.start()
    await trial.told(case_id)
    await trial.queue_empties()
    assert len(trial.cards(case_id)) == 1
    assert len(await trial.kinds(case_id, ev.DetectionReceived)) == 1
    assert await trial.chain_holds()


@pytest.mark.parametrize("point", ["before_post", "after_post"])
async def test_a_note_is_posted_once_wherever_the_process_dies(trial: Trial, point: str) -> None:
    """The thread tells of an acknowledgement once."""
    await trial.start()
    _, case_id = await trial.carded()
    await trial.world.kill_bot()
    await trial.start(kill_at=point)
    await trial.hands(AVA).press(case_id, "acknowledge")
    await trial.died()
    await trial.start()
    await trial.told(case_id)
    assert trial.hands(AVA).thread(case_id).count("acknowledged this") == 1
    assert len(trial.posts("anchorwatch_note", case_id)) == 1


async def test_a_click_counts_although_its_answer_was_never_sent(trial: Trial) -> None:
    """The person sees a failure, but what they pressed stands in the log and shows after the restart."""
    await trial.start()
    _, case_id = await trial.carded()
    await trial.world.kill_bot()
    await trial.start(kill_at="after_click_append_before_ack")
    delivery = await trial.hands(AVA).press(case_id, "acknowledge")
    await trial.died()
    assert delivery.state == "failed"
    await trial.start()
    case = await trial.told(case_id)
    assert case.state is CaseState.ACKNOWLEDGED
    assert len(await trial.kinds(case_id, ev.Acknowledged)) == 1
    assert "Acknowledged" in trial.card_text(case_id)


@pytest.mark.parametrize("point", ["before_aws_call", "after_aws_call"])
async def test_a_reversible_containment_happens_once(trial: Trial, point: str) -> None:
    """The trust anchor is disabled by exactly one call, and the case says so."""
    await trial.start(kill_at=point)
    attack, case_id = await trial.carded()
    await trial.ask(AVA, case_id, "disable_trust_anchor")
    await trial.died()
    await trial.start()
    await trial.until("the containment", lambda case: case.state is CaseState.CONTAINED, case_id)
    assert trial.world.trust_anchors()[attack.trust_anchor_arn] is False
    assert trial.effects("DisableTrustAnchor", attack) == 1
    assert await trial.chain_holds()


@pytest.mark.parametrize(("point", "starts"), [("before_aws_call", 2), ("after_aws_call", 1)])
async def test_an_approved_deletion_happens_once(trial: Trial, point: str, starts: int) -> None:
    """What two people agreed on is done by exactly one call; a call that was made is found out and not made again."""
    await trial.start(kill_at=point)
    attack, case_id = await trial.carded()
    await trial.ask(CARLA, case_id, "delete_trust_anchor")
    await until("the button", lambda: "approve_request" in str(trial.cards(case_id)[0].blocks), 10)
    await trial.hands(BEN).press(case_id, "approve_request")
    await trial.died()
    await trial.start()
    await trial.until("the deletion", lambda case: case.state is CaseState.CONTAINED, case_id)
    case = await trial.told(case_id)
    assert attack.trust_anchor_arn not in trial.world.trust_anchors()
    assert trial.effects("DeleteTrustAnchor", attack) == 1
    assert (case.requests["R1"].state, case.requests["R1"].starts) == (RequestState.DONE, starts)
    assert len(trial.cards(case_id)) == 1
    assert await trial.chain_holds()


async def test_a_call_that_kills_the_process_each_time_is_not_made_for_ever(trial: Trial) -> None:
    """After three beginnings a person is asked instead."""
    await trial.start(kill_at="before_aws_call")
    attack, case_id = await trial.carded()
    await trial.ask(AVA, case_id, "disable_trust_anchor")
    await trial.died()
    for _ in range(2):
        # It may die before it was ready: the request waits for it in the log.
        with contextlib.suppress(BotDidNotStart):
            await trial.start(kill_at="before_aws_call")
        await trial.died()
    await trial.start(kill_at="before_aws_call")
    case = await trial.until("the end", lambda case: not case.requests["R1"].is_open and case, case_id)
    assert case
    assert case.state is CaseState.FAILED
    assert "began this 3 times" in case.requests["R1"].sentence
    assert trial.effects("DisableTrustAnchor", attack) == 0


async def test_a_message_that_is_put_aside_is_noticed_once(trial: Trial) -> None:
    """The process dies between the dead-letter queue and the log: the message is there, and one notice tells of it."""
    await trial.start(kill_at="after_dead_letter")
    send = trial.sqs().send_message
    await asyncio.to_thread(send, QueueUrl=trial.world.account.queue_url, MessageBody="no event at all")
    await trial.died()
    await trial.start()
    await trial.queue_empties()
    assert await trial.waiting(trial.world.account.dead_letter_queue_url) >= 1
    await until("the notice", lambda: trial.posts("anchorwatch_notice"), 5)
    assert len(trial.posts("anchorwatch_notice")) == 1


async def test_kills_at_any_moment_lose_nothing_and_double_nothing(trial: Trial) -> None:
    """Six alerts, three kills at random moments: each alert has exactly one card in the end."""
    moments = random.Random(1)  # noqa: S311 - Not for secrets.
    attacks = [await trial.world.attack(anchor_name=f"runners-{number}") for number in range(6)]
    await trial.start()
    case_ids = []
    for number, attack in enumerate(attacks):
        case_ids.append((await trial.alert(attack))[1])
        if number % 2:
            await asyncio.sleep(moments.uniform(0.0, 0.06))
            await trial.world.kill_bot()
            await trial.start()
    for case_id in case_ids:
        await trial.told(case_id)
    await trial.queue_empties()
    assert [len(trial.cards(case_id)) for case_id in case_ids] == [1] * 6
    assert await trial.chain_holds()
