"""Detections from the webhook into the queue, so that they take the same way as all others."""

from __future__ import annotations

import asyncio
import base64
import gzip
import re
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bot.adapters.formats.compressed import GZIP_MAGIC, gunzipped
from bot.adapters.formats.json_text import MAX_BODY_BYTES
from bot.adapters.sqs_calls import error_code, in_daemon_thread, sqs_client
from bot.domain.errors import AnchorwatchError, BadInput

# See: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_NOT_CARRIED = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def text_for_queue(body: bytes) -> str:
    """A body as text that SQS carries and our intake reads the same: as it is, or as base64 of gzip.

    Raises:
        BadInput: it is larger than a message may be, also when it is packed.
    """
    text = _carried(body)
    if text is None:
        packed = body if body.startswith(GZIP_MAGIC) else gzip.compress(body, mtime=0)
        text = base64.b64encode(packed).decode()
    if len(text) > MAX_BODY_BYTES and body.startswith(GZIP_MAGIC):
        # What hardly packs grows in base64.
        text = _carried(gunzipped(body, "body").encode()) or text
    if len(text.encode()) > MAX_BODY_BYTES:
        raise BadInput("too_large", f"a message of the queue has at most {MAX_BODY_BYTES} bytes", "body")
    return text


def _carried(body: bytes) -> str | None:
    """The body as text; None when it holds what SQS refuses."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return None if _NOT_CARRIED.search(text) else text


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
            BadInput: it is too large for SQS.
        """
        text = text_for_queue(body)
        try:
            async with self._making:
                if self._client is None:
                    self._client = await in_daemon_thread(partial(sqs_client, self._queue_url), "sqs-outlet")
            await in_daemon_thread(partial(self._send, text), "sqs-outlet")
        except (ClientError, BotoCoreError) as error:
            raise AnchorwatchError(f"the queue did not take the message: {error_code(error)}") from error

    def _send(self, text: str) -> None:
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=text)
