"""What comes in: each event counts once, each trust anchor rings once, and what can't be understood is kept."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import aiohttp
import pytest

from bot.domain import events as ev
from bot.domain.case import CaseState
from bot.domain.identity import case_id_for
from bot.sandbox.aws.attack import Attack, eventbridge_event
from bot.sandbox.hands import texts, until
from tests.fakes.trial import AVA, REASON, WEBHOOK_TOKEN, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _send(trial: Trial, *bodies: str) -> None:
    """Put messages into the queue in one batch."""
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    batch = partial(trial.sqs().send_message_batch, QueueUrl=trial.world.account.queue_url, Entries=entries)
    await asyncio.to_thread(batch)


async def _post(trial: Trial, body: str) -> int:
    """Send a message to the webhook and return the status."""
    headers = {"Authorization": f"Bearer {WEBHOOK_TOKEN}", "Content-Type": "application/json"}
    url = f"{trial.world.url}/detections"
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, data=body) as answer:
        return answer.status


def _event(attack: Attack, **changes: Any) -> str:
    return json.dumps(eventbridge_event({**attack.record, **changes}))


def _case_id(attack: Attack) -> str:
    return case_id_for(attack.account_id, attack.region, attack.trust_anchor_id)


async def test_one_event_counts_once_however_it_comes(running: Trial) -> None:
    """Twice in one batch, once more by itself, and over HTTP: one detection and one card."""
    attack = await running.world.attack()
    await _send(running, _event(attack), _event(attack))
    await _send(running, _event(attack))
    assert await _post(running, _event(attack)) == 202
    await running.queue_empties()
    await running.told(_case_id(attack))
    assert len(await running.kinds(_case_id(attack), ev.DetectionReceived)) == 1
    assert len(running.cards(_case_id(attack))) == 1


async def test_a_second_event_joins_and_another_anchor_rings(running: Trial) -> None:
    """Two events on one trust anchor are one case with one card; another trust anchor has its own."""
    attack, other = await running.world.attack(), await running.world.attack(anchor_name="another-one")
    await _send(running, _event(attack), _event(attack, eventID="11111111-2222-4333-8444-555555555555"))
    await _send(running, _event(other))
    await running.queue_empties()
    case = await running.told(_case_id(attack))
    await running.told(_case_id(other))
    assert len(case.detections) == 2
    assert (len(running.cards(_case_id(attack))), len(running.cards(_case_id(other)))) == (1, 1)
    assert "2 events" in running.card_text(_case_id(attack))


async def test_a_new_event_opens_a_false_positive_again(running: Trial) -> None:
    """What was judged was the first event; a new CA on the same trust anchor must not hide behind that."""
    attack, case_id = await running.carded()
    hands = running.hands(AVA)
    await hands.press(case_id, "mark_false_positive")
    await hands.fill_in(REASON)
    assert (await running.told(case_id)).state is CaseState.FALSE_POSITIVE
    await _send(running, _event(attack, eventID="99999999-2222-4333-8444-555555555555"))
    await running.until("the second event", lambda case: len(case.detections) == 2, case_id)
    assert (await running.told(case_id)).state is CaseState.NEW
    assert "opened this again" in hands.thread(case_id)


async def test_a_message_that_can_not_be_understood_goes_to_the_dead_letter_queue(running: Trial) -> None:
    """With its reason, with one line in the operations channel, and without a second round."""
    await _send(running, '{"hello": "world"}')
    dead = running.world.account.dead_letter_queue_url
    receive = partial(
        running.sqs().receive_message, QueueUrl=dead, WaitTimeSeconds=3, MessageAttributeNames=["AnchorwatchReason"]
    )
    (message,) = (await asyncio.to_thread(receive))["Messages"]
    assert message["Body"] == '{"hello": "world"}'
    assert message["MessageAttributes"]["AnchorwatchReason"]["StringValue"]
    await running.queue_empties()
    (notice,) = await until("the notice", lambda: running.posts("anchorwatch_notice"))
    assert "dead-letter queue" in texts(notice.blocks)
    assert "\n" not in texts(notice.blocks)
