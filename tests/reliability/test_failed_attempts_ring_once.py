"""Failed attempts through the real queue and the real process: one message, also across ``kill -9``."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest

from bot.domain.caller import CallFailed
from bot.sandbox.aws.attack import eventbridge_event
from bot.sandbox.hands import texts, until
from tests.fakes.trial import Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_IN_A_BATCH = 10


async def _send(trial: Trial, caller: str, numbers: range) -> None:
    """Put denied attempts of one caller into the queue, in a random order as SQS gives them out."""
    record = _record(caller)
    bodies = [json.dumps(eventbridge_event({**record, "eventID": f"{caller}-{number}"})) for number in numbers]
    for first in range(0, len(bodies), MOST_IN_A_BATCH):
        entries = [
            {"Id": str(number), "MessageBody": body}
            for number, body in enumerate(bodies[first : first + MOST_IN_A_BATCH])
        ]
        batch = partial(trial.sqs().send_message_batch, QueueUrl=trial.world.account.queue_url, Entries=entries)
        await asyncio.to_thread(batch)


def _record(caller: str) -> dict[str, Any]:
    return {
        "eventVersion": "1.11",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::123456789012:user/{caller}"},
        "eventTime": "2026-11-20T09:30:12Z",
        "eventSource": "rolesanywhere.amazonaws.com",
        "eventName": "CreateTrustAnchor",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.7",
        "errorCode": "AccessDenied",
        "requestParameters": {"name": "x", "source": {"sourceType": "CERTIFICATE_BUNDLE"}},
        "responseElements": None,
        "recipientAccountId": "123456789012",
    }


def _said(trial: Trial, caller: str) -> list[str]:
    """What every message about a caller's attempts says now."""
    every = [texts(one.blocks) for one in trial.posts("anchorwatch_attempts")]
    return [one for one in every if f"user/{caller}" in one]


async def _counted(trial: Trial, caller: str, count: int) -> None:
    """Wait until the one message counts all attempts."""
    await until("the count", lambda: any(f"*{count} attempts*" in one for one in _said(trial, caller)), 15.0)
    assert len(_said(trial, caller)) == 1


async def test_sixty_attempts_are_one_message_and_few_updates(trial: Trial) -> None:
    """Sixty denied attempts, each sent twice: one post, at most four updates, and the count is right."""
    await trial.start()
    before = len(trial.calls("chat.postMessage")), len(trial.calls("chat.update"))
    await asyncio.gather(_send(trial, "mallory", range(60)), _send(trial, "mallory", range(60)))
    await trial.queue_empties()
    await _counted(trial, "mallory", 60)
    after = len(trial.calls("chat.postMessage")), len(trial.calls("chat.update"))
    assert after[0] - before[0] == 1
    assert after[1] - before[1] <= 4
    assert await trial.chain_holds()


@pytest.mark.parametrize("point", ["before_post", "after_post", "after_delete_message"])
async def test_wherever_the_process_dies_it_rings_once(trial: Trial, point: str) -> None:
    """The message is neither lost nor posted twice, and every attempt is counted once."""
    caller = f"eve-{point}"
    await trial.start(kill_at=point)
    await _send(trial, caller, range(12))
    await trial.died()
    await trial.start()
    await trial.queue_empties()
    await _counted(trial, caller, 12)
    (post,) = [one for one in trial.posts("anchorwatch_attempts") if f"user/{caller}" in texts(one.blocks)]
    assert post.metadata is not None
    stream_id = post.metadata["event_payload"]["key"]
    assert len(await trial.kinds(stream_id, CallFailed)) == 12
    assert await trial.chain_holds()
