"""``POST /detections`` of the real process, with and without the real queue's protocol: packed and broken bodies."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.domain import events as ev
from bot.domain.identity import case_id_for
from bot.sandbox.aws.attack import Attack, eventbridge_event
from bot.sandbox.hands import texts, until
from bot.sandbox.world import World
from tests.fakes.trial import WEBHOOK_TOKEN, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")

BROKEN = {"eventSource": "rolesanywhere.amazonaws.com", "eventName": "CreateTrustAnchor", "eventTime": "soon"}


async def _post(trial: Trial, body: bytes, encoding: str = "") -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {WEBHOOK_TOKEN}", "Content-Type": "application/json"}
    headers |= {"Content-Encoding": encoding} if encoding else {}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{trial.world.url}/detections", data=body) as answer,
    ):
        return answer.status, await answer.json()


def _event(attack: Attack) -> bytes:
    return json.dumps(eventbridge_event(attack.record)).encode()


def _case_id(attack: Attack) -> str:
    return case_id_for(attack.account_id, attack.region, attack.trust_anchor_id)


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress, ""),
        (gzip.compress, "gzip"),
        (lambda body: base64.b64encode(gzip.compress(body)), ""),
        (lambda body: gzip.compress(base64.b64encode(gzip.compress(body))), "gzip"),
        (base64.b64encode, ""),
    ],
)
async def test_a_packed_body_rings_through_the_queue(
    running: Trial, packed: Callable[[bytes], bytes], encoding: str
) -> None:
    """Whatever its sender packed it in, the event goes through the queue into its case, once."""
    attack = await running.world.attack()
    status, answer = await _post(running, packed(_event(attack)), encoding)
    assert (status, answer["queued"], answer["events"], answer["errors"]) == (202, True, 1, [])
    await running.told(_case_id(attack))
    await running.queue_empties()
    assert len(await running.kinds(_case_id(attack), ev.DetectionReceived)) == 1
    assert await running.waiting(running.world.account.dead_letter_queue_url) == 0


async def test_a_partly_broken_packed_body(running: Trial) -> None:
    """The good event rings, the sender hears what is broken, and the dead-letter queue has the message."""
    attack = await running.world.attack()
    body = json.dumps({"Records": [attack.record, BROKEN]}).encode()
    status, answer = await _post(running, gzip.compress(body), "gzip")
    assert (status, answer["events"], answer["error_count"]) == (202, 1, 1)
    assert answer["errors"][0]["at"].startswith("Records[1]")
    await running.told(_case_id(attack))
    dead = partial(
        running.sqs().receive_message, QueueUrl=running.world.account.dead_letter_queue_url, WaitTimeSeconds=3
    )
    (message,) = (await asyncio.to_thread(dead))["Messages"]
    assert gzip.decompress(base64.b64decode(message["Body"])) == body


@pytest_asyncio.fixture(loop_scope="module")
async def without_queue(world: World) -> AsyncIterator[Trial]:
    """A trial of a bot that has no queue."""
    made = Trial(world)
    await world.stop_bot()
    await made.start(ANCHORWATCH_WEBHOOK_TOKEN=WEBHOOK_TOKEN, ANCHORWATCH_QUEUE_URL="")
    yield made
    await world.stop_bot()
    await made.close()


async def test_without_a_queue_the_broken_part_is_put_aside_with_a_notice(without_queue: Trial) -> None:
    """The good event rings, the answer says 202 and what is broken, and the operations channel hears of it."""
    attack = await without_queue.world.attack()
    body = json.dumps({"Records": [attack.record, BROKEN]}).encode()
    status, answer = await _post(without_queue, gzip.compress(body), "gzip")
    assert (status, answer["queued"], answer["events"], answer["cases"]) == (202, False, 1, [_case_id(attack)])
    assert answer["errors"][0]["at"].startswith("Records[1]")
    await without_queue.told(_case_id(attack))

    def noticed() -> bool:
        return any("quarantine " in texts(one.blocks) for one in without_queue.posts("anchorwatch_notice"))

    await until("the notice", noticed)
    status, answer = await _post(without_queue, b'{"hello": 1}')
    assert (status, answer["error"]["code"]) == (400, "unknown_form")
