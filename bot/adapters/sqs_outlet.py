"""Detections from the webhook into the queue, so that they take the same way as all others."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bot.adapters.sqs_calls import error_code, in_daemon_thread, sqs_client
from bot.domain.errors import AnchorwatchError


class SqsOutlet:
    """Puts messages into one queue.

    Args:
        queue_url: the queue.
    """

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url
        self._client: Any = None
        self._making = asyncio.Lock()

    async def put(self, body: bytes) -> None:
        """Return when SQS has the message.

        Raises:
            AnchorwatchError: SQS does not have it.
        """
        try:
            async with self._making:
                if self._client is None:
                    self._client = await in_daemon_thread(partial(sqs_client, self._queue_url), "sqs-outlet")
            await in_daemon_thread(partial(self._send, body.decode()), "sqs-outlet")
        except (ClientError, BotoCoreError) as error:
            raise AnchorwatchError(f"the queue did not take the message: {error_code(error)}") from error

    def _send(self, text: str) -> None:
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=text)
