"""Detections from SQS: long polling, several receivers, deleted only after the case log has them.

See: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol

import boto3
import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from bot.domain.errors import AnchorwatchError, BadInput

_log = structlog.get_logger()

WAIT_SECONDS = 20
# Longer than the long poll, or a poll that is cut leaves messages in flight to nobody.
_READ_TIMEOUT_SECONDS = WAIT_SECONDS + 10
_VISIBILITY_SECONDS = 60
_BATCH = 10
_MOST_RECEIVES = 5
_PAUSE_SECONDS = (1.0, 2.0, 5.0, 10.0)

Message = Mapping[str, Any]


class Take(Protocol):
    """Takes one message in, durably before it returns."""

    def __call__(self, body: bytes, *, redelivered: bool = False) -> Awaitable[object]:
        """Take a message in. Raises BadInput when it can't be understood."""
        ...


class SetAside(Protocol):
    """Puts a message aside that can't be understood."""

    def __call__(
        self, body: bytes, why: BadInput, came_from: str, *, dead_letter: str | None = None
    ) -> Awaitable[None]:
        """Keep it, unless ``dead_letter`` names the queue that has it."""
        ...


class SqsIntake:
    """Receives from one queue until it is told to stop.

    Args:
        queue_url: the queue.
        take: takes a message in.
        set_aside: keeps what can't be understood.
        receivers: how many long polls at once.
    """

    def __init__(self, queue_url: str, take: Take, set_aside: SetAside, *, receivers: int = 2) -> None:
        self._queue_url = queue_url
        self._take = take
        self._set_aside = set_aside
        self._receivers = receivers
        self._threads = ThreadPoolExecutor(receivers * 2, thread_name_prefix="sqs")
        self._client: Any = None
        self._dead_letter_url: str | None = None
        self._stopping = asyncio.Event()
        self.reachable: bool | None = None

    async def run(self) -> None:
        """Receive until :meth:`stop`."""
        self._client = await self._in_thread(_client, self._queue_url)
        async with asyncio.TaskGroup() as group:
            for _ in range(self._receivers):
                group.create_task(self._receive())

    def stop(self) -> None:
        """Begin no new poll; what is being worked on comes to its end."""
        self._stopping.set()

    async def _receive(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                await self._poll()
                failures = 0
            except (ClientError, BotoCoreError, AnchorwatchError) as error:
                self.reachable = False
                _log.warning("queue_not_reached", error=_code(error))
                await self._pause(_PAUSE_SECONDS[min(failures, len(_PAUSE_SECONDS) - 1)])
                failures += 1

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), timeout=seconds)
        except TimeoutError:
            return

    async def _poll(self) -> None:
        polling = asyncio.ensure_future(self._call("receive_message", **_RECEIVE))
        stopping = asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({polling, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not polling.done():
            # Messages that this poll may still get come back after their visibility timeout.
            polling.add_done_callback(lambda done: done.cancelled() or done.exception())
            return
        answer = polling.result()
        self.reachable = True
        messages: Sequence[Message] = answer.get("Messages") or []
        if messages:
            await self._work(messages)

    async def _work(self, messages: Sequence[Message]) -> None:
        heart = asyncio.create_task(self._keep_invisible(messages))
        try:
            done = await asyncio.gather(*(self._handle(message) for message in messages))
        finally:
            heart.cancel()
        await self._delete([message for message, ok in zip(messages, done, strict=True) if ok])

    async def _handle(self, message: Message) -> bool:
        """Whether the message may be deleted: the log, the dead-letter queue or the quarantine has it."""
        body = str(message.get("Body", "")).encode()
        received = int((message.get("Attributes") or {}).get("ApproximateReceiveCount", "1"))
        try:
            try:
                await self._take(body, redelivered=received > 1)
            except BadInput as why:
                dead_letter = await self._to_dead_letter_queue(message, why)
                await self._set_aside(body, why, "SQS", dead_letter=dead_letter)
        except (AnchorwatchError, ClientError, BotoCoreError) as error:
            # Not deleted: it comes back after its visibility timeout.
            _log.error("message_not_taken", error=str(error), received=received)
            return False
        except Exception:  # noqa: BLE001 - One message that breaks us must not stop the queue: this is the loop's top.
            _log.exception("message_broke", received=received)
            return await self._give_up(message, body) if received >= _MOST_RECEIVES else False
        return True

    async def _give_up(self, message: Message, body: bytes) -> bool:
        """Put aside a message that broke us at every try, so that it does not come back for ever."""
        why = BadInput("broke", "Anchorwatch broke on this message every time")
        try:
            dead_letter = await self._to_dead_letter_queue(message, why)
            await self._set_aside(body, why, "SQS", dead_letter=dead_letter)
        except (AnchorwatchError, ClientError, BotoCoreError) as error:
            _log.error("message_not_put_aside", error=str(error))
            return False
        return True

    async def _to_dead_letter_queue(self, message: Message, why: BadInput) -> str | None:
        """Move a message to the queue's dead-letter queue, and return its name; None without one."""
        url = await self._find_dead_letter_queue()
        if url is None:
            return None
        reason = {"DataType": "String", "StringValue": f"{why.code} at {why.at}"[:250]}
        await self._call(
            "send_message", QueueUrl=url, MessageBody=message["Body"], MessageAttributes={"AnchorwatchReason": reason}
        )
        return "dead-letter queue " + url.rsplit("/", 1)[-1]

    async def _find_dead_letter_queue(self) -> str | None:
        if self._dead_letter_url is None:
            answer = await self._call("get_queue_attributes", AttributeNames=["RedrivePolicy"])
            policy = (answer.get("Attributes") or {}).get("RedrivePolicy")
            if not policy:
                return None
            name = str(json.loads(policy)["deadLetterTargetArn"]).rsplit(":", 1)[-1]
            found = await self._call("get_queue_url", QueueUrl=None, QueueName=name)
            self._dead_letter_url = str(found["QueueUrl"])
        return self._dead_letter_url

    async def _keep_invisible(self, messages: Sequence[Message]) -> None:
        """Extend the visibility at half of its time for as long as the work goes on."""
        while True:
            await asyncio.sleep(_VISIBILITY_SECONDS / 2)
            entries = [
                {"Id": str(number), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": _VISIBILITY_SECONDS}
                for number, one in enumerate(messages)
            ]
            await self._call("change_message_visibility_batch", Entries=entries)

    async def _delete(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(messages)]
        answer = await self._call("delete_message_batch", Entries=entries)
        failed = answer.get("Failed") or []
        if failed:
            # They come back and change nothing: the case log knows their events.
            _log.warning("messages_not_deleted", count=len(failed))

    async def _call(self, operation: str, **parameters: Any) -> Mapping[str, Any]:  # noqa: ANN401 - As boto3 takes it.
        parameters = {"QueueUrl": self._queue_url, **parameters}
        given = {name: value for name, value in parameters.items() if value is not None}
        answer: Mapping[str, Any] = await self._in_thread(partial(getattr(self._client, operation), **given))
        return answer

    async def _in_thread(self, work: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - As above.
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


_RECEIVE = {
    "MaxNumberOfMessages": _BATCH,
    "WaitTimeSeconds": WAIT_SECONDS,
    "VisibilityTimeout": _VISIBILITY_SECONDS,
    "AttributeNames": ["ApproximateReceiveCount"],
}


def sqs_client(queue_url: str) -> Any:  # noqa: ANN401 - boto3's clients have no static type.
    """An SQS client for a queue; its Region is read from the queue's URL where it says one."""
    config = Config(
        connect_timeout=3, read_timeout=_READ_TIMEOUT_SECONDS, retries={"mode": "standard", "total_max_attempts": 3}
    )
    words = queue_url.split("/")[2].split(".") if "//" in queue_url else []
    region = words[1] if len(words) > 2 and words[0] == "sqs" else None  # noqa: PLR2004 - sqs.<region>.<domain>
    return boto3.Session().client("sqs", region_name=region, config=config)


_client = sqs_client


def _code(error: Exception) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__


class SqsOutlet:
    """Puts detections from the webhook into the queue, so that they take the same way as all others.

    Args:
        queue_url: the queue.
    """

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url
        self._client: Any = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqs-outlet")

    async def put(self, body: bytes) -> None:
        """Return when SQS has the message.

        Raises:
            AnchorwatchError: SQS does not have it.
        """
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._send, body.decode())
        except (ClientError, BotoCoreError) as error:
            raise AnchorwatchError(f"the queue did not take the message: {_code(error)}") from error

    def _send(self, text: str) -> None:
        if self._client is None:
            self._client = sqs_client(self._queue_url)
        self._client.send_message(QueueUrl=self._queue_url, MessageBody=text)
