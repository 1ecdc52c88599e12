"""Detections from SQS: long polling, several receivers, deleted only after the case log has them.

See: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from itertools import chain, repeat
from typing import Any, Protocol

import structlog
from botocore.exceptions import BotoCoreError, ClientError

from bot.adapters.sqs_calls import error_code, in_daemon_thread, sqs_client
from bot.domain.errors import AnchorwatchError, BadInput, StoreUnavailable
from bot.kill_points import KillPoint, reached

_log = structlog.get_logger()

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
        poll: how long SQS may wait for a message; whole seconds, 1 to 20.
        visibility: how long a received message is ours alone; extended at its half while the work goes on.

    Attributes:
        reachable: whether SQS answers; None while it was not asked.
        holding: how many messages are in hand that the case log does not take now.
    """

    def __init__(
        self,
        queue_url: str,
        take: Take,
        set_aside: SetAside,
        *,
        receivers: int = 2,
        poll: timedelta = timedelta(seconds=5),
        visibility: timedelta = timedelta(seconds=60),
    ) -> None:
        self._queue_url = queue_url
        self._take = take
        self._set_aside = set_aside
        self._receivers = receivers
        self._poll_seconds = int(poll.total_seconds())
        self._visibility_seconds = int(visibility.total_seconds())
        self._client: Any = None
        self._dead_letter_url: str | None = None
        self._stopping = asyncio.Event()
        self.reachable: bool | None = None
        self.holding = 0

    async def run(self) -> None:
        """Receive until :meth:`stop`."""
        self._client = await in_daemon_thread(partial(sqs_client, self._queue_url), "sqs-client")
        async with asyncio.TaskGroup() as group:
            for _ in range(self._receivers):
                group.create_task(self._receive())

    def stop(self) -> None:
        """Begin no new poll; polls under way and what they bring come to their end.

        SQS gives a message also to a caller who has gone, and keeps it from all others for the visibility timeout.
        """
        self._stopping.set()

    async def _receive(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                await self._poll()
                failures = 0
            except (ClientError, BotoCoreError, AnchorwatchError) as error:
                self.reachable = False
                _log.warning("queue_not_reached", error=error_code(error))
                await self._pause(_PAUSE_SECONDS[min(failures, len(_PAUSE_SECONDS) - 1)])
                failures += 1

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), timeout=seconds)
        except TimeoutError:
            return

    async def _poll(self) -> None:
        answer = await self._call(
            "receive_message",
            MaxNumberOfMessages=_BATCH,
            WaitTimeSeconds=self._poll_seconds,
            VisibilityTimeout=self._visibility_seconds,
            AttributeNames=["ApproximateReceiveCount"],
        )
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
                await self._hold(partial(self._take, body, redelivered=received > 1))
            except BadInput as why:
                await self._give_up(message, body, why)
        except (AnchorwatchError, ClientError, BotoCoreError) as error:
            # Not deleted: it comes back after its visibility timeout.
            _log.error("message_not_taken", error=str(error), received=received)
            return False
        except Exception:  # noqa: BLE001 - One message that breaks us must not stop the queue: this is the loop's top.
            _log.exception("message_broke", received=received)
            return await self._give_up_broken(message, body) if received >= _MOST_RECEIVES else False
        return True

    async def _hold(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do it, again and again while the store can't be written.

        A message given back comes again at once, and after some receives SQS moves it to the dead-letter queue: a
        full disk would carry every detection there.

        Raises:
            StoreUnavailable: we are told to stop meanwhile.
        """
        for pause_seconds in chain(_PAUSE_SECONDS, repeat(_PAUSE_SECONDS[-1])):
            try:
                await work()
            except StoreUnavailable as error:
                if self._stopping.is_set():
                    raise
                _log.error("message_held", error=str(error))
            else:
                return
            self.holding += 1
            await self._pause(pause_seconds)
            self.holding -= 1

    async def _give_up(self, message: Message, body: bytes, why: BadInput) -> None:
        """Put a message aside: in the queue's dead-letter queue, or in the quarantine."""
        dead_letter = await self._to_dead_letter_queue(message, why)
        came_from = f"SQS, message {message.get('MessageId', 'without an id')}"
        await self._hold(partial(self._set_aside, body, why, came_from, dead_letter=dead_letter))

    async def _give_up_broken(self, message: Message, body: bytes) -> bool:
        """Put aside a message that broke us at every try, so that it does not come back for ever."""
        try:
            await self._give_up(message, body, BadInput("broke", "Anchorwatch broke on this message every time"))
        except AnchorwatchError as error:
            _log.error("message_not_put_aside", error=str(error))
            return False
        return True

    async def _to_dead_letter_queue(self, message: Message, why: BadInput) -> str | None:
        """Move a message to the queue's dead-letter queue, and return its name; None when it can't be put there."""
        try:
            url = await self._find_dead_letter_queue()
            if url is None:
                return None
            reason = {"DataType": "String", "StringValue": f"{why.code} at {why.at}"[:250]}
            await self._call(
                "send_message",
                QueueUrl=url,
                MessageBody=message["Body"],
                MessageAttributes={"AnchorwatchReason": reason},
            )
        except (ClientError, BotoCoreError) as error:
            _log.warning("dead_letter_queue_not_reached", error=error_code(error))
            return None
        reached(KillPoint.AFTER_DEAD_LETTER)
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
            await asyncio.sleep(self._visibility_seconds / 2)
            entries = [
                {"Id": str(n), "ReceiptHandle": one["ReceiptHandle"], "VisibilityTimeout": self._visibility_seconds}
                for n, one in enumerate(messages)
            ]
            try:
                await self._call("change_message_visibility_batch", Entries=entries)
            except (ClientError, BotoCoreError) as error:
                # They may come back to another receiver; the case log takes each event once.
                _log.warning("visibility_not_extended", error=error_code(error))

    async def _delete(self, messages: Sequence[Message]) -> None:
        if not messages:
            return
        entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(messages)]
        answer = await self._call("delete_message_batch", Entries=entries)
        failed = answer.get("Failed") or []
        if failed:
            # They come back and change nothing: the case log knows their events.
            _log.warning("messages_not_deleted", count=len(failed))
        reached(KillPoint.AFTER_DELETE_MESSAGE)

    async def _call(self, operation: str, **parameters: Any) -> Mapping[str, Any]:  # noqa: ANN401 - As boto3 takes it.
        parameters = {"QueueUrl": self._queue_url, **parameters}
        given = {name: value for name, value in parameters.items() if value is not None}
        answer: Mapping[str, Any] = await in_daemon_thread(
            partial(getattr(self._client, operation), **given), f"sqs-{operation}"
        )
        return answer
