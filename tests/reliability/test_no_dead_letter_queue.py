"""A queue without a dead-letter queue: what can't be understood is kept here."""

from __future__ import annotations

import asyncio
import json
from functools import partial

import pytest

from bot.sandbox.hands import texts, until
from tests.fakes.trial import Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_is_kept_in_the_quarantine(trial: Trial) -> None:
    """Whole, where ``anchorwatch quarantine`` shows it; the operations channel hears of it, and the queue is empty."""
    made = await asyncio.to_thread(partial(trial.sqs().create_queue, QueueName="without-redrive"))
    queue_url = made["QueueUrl"]
    await trial.start(ANCHORWATCH_QUEUE_URL=queue_url)
    body = '{"hello": "wörld"}'
    await asyncio.to_thread(partial(trial.sqs().send_message, QueueUrl=queue_url, MessageBody=body))
    (notice,) = await until("the notice", lambda: trial.posts("anchorwatch_notice"))
    assert "quarantine" in texts(notice.blocks)
    code, printed = await trial.command("quarantine")
    assert (code, json.loads(printed)["body"]) == (0, body)
    assert await trial.waiting(queue_url) == 0
