"""A small SQS for load: the JSON protocol as botocore speaks it, in one aiohttp application.

Only what a consumer needs: long polling, visibility timeouts, receive counts, batches. It keeps no
delivery faults of its own; a message is handed out again only when its visibility timeout has passed.

See: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
"""

import asyncio
import hashlib
import heapq
import json
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

DEFAULT_VISIBILITY_SECONDS = 30.0
ACCOUNT_ID = "111122223333"

Operation = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class QueueDoesNotExistError(Exception):
    """The queue URL names a queue that was never created."""


@dataclass(slots=True)
class Message:
    """One message; `visible_at` is monotonic seconds, 0 while it has never been received."""

    message_id: str
    body: str
    body_md5: str
    sent_at_ms: int
    receive_count: int = 0
    visible_at: float = 0.0


@dataclass(slots=True)
class Queue:
    """Messages by id, the ids that wait, and the ids in flight ordered by the end of their timeout."""

    messages: dict[str, Message] = field(default_factory=dict)
    waiting: deque[str] = field(default_factory=deque)
    in_flight: list[tuple[float, str]] = field(default_factory=list)
    receivers: list[asyncio.Future[None]] = field(default_factory=list)
    deleted: int = 0

    def send(self, body: str) -> Message:
        """Store one body, wake the receivers that wait, and return the stored message."""
        digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
        message = Message(str(uuid.uuid4()), body, digest, time.time_ns() // 1_000_000)
        self.messages[message.message_id] = message
        self.waiting.append(message.message_id)
        for receiver in self.receivers:
            if not receiver.done():
                receiver.set_result(None)
        return message

    def take(self, limit: int, visibility_seconds: float) -> list[Message]:
        """Hand out at most `limit` messages and hide each for `visibility_seconds`."""
        self._return_expired()
        taken: list[Message] = []
        while self.waiting and len(taken) < limit:
            message = self.messages.get(self.waiting.popleft())
            if message is None:
                continue
            message.receive_count += 1
            self._hide(message, visibility_seconds)
            taken.append(message)
        return taken

    def change_visibility(self, receipt: str, seconds: float) -> None:
        """Hide the message for `seconds` from now; 0 makes it visible at once."""
        message = self.messages.get(message_id_of(receipt))
        if message is not None:
            self._hide(message, seconds)

    def delete(self, receipt: str) -> None:
        """Forget the message; deleting it again changes nothing, as in SQS."""
        if self.messages.pop(message_id_of(receipt), None) is not None:
            self.deleted += 1

    async def wait(self, until: float) -> None:
        """Wait for a message to be sent or to come back, at most until the monotonic time `until`."""
        if self.in_flight:
            until = min(until, self.in_flight[0][0])
        receiver = asyncio.get_running_loop().create_future()
        self.receivers.append(receiver)
        try:
            await asyncio.wait_for(receiver, max(until - time.monotonic(), 0.001))
        except TimeoutError:
            pass
        finally:
            self.receivers.remove(receiver)

    def _hide(self, message: Message, seconds: float) -> None:
        message.visible_at = time.monotonic() + seconds
        heapq.heappush(self.in_flight, (message.visible_at, message.message_id))

    def _return_expired(self) -> None:
        now = time.monotonic()
        while self.in_flight and self.in_flight[0][0] <= now:
            hidden_until, message_id = heapq.heappop(self.in_flight)
            message = self.messages.get(message_id)
            # An entry of an earlier timeout stays in the heap after a change; only the last one counts.
            if message is not None and message.visible_at == hidden_until:
                self.waiting.append(message_id)


def message_id_of(receipt: str) -> str:
    """Return the message id inside a receipt handle of this stand-in (`<id>#<receive count>`)."""
    return receipt.partition("#")[0]


def received(message: Message) -> dict[str, Any]:
    """Return a message as `ReceiveMessage` shows it."""
    return {
        "MessageId": message.message_id,
        "ReceiptHandle": f"{message.message_id}#{message.receive_count}",
        "MD5OfBody": message.body_md5,
        "Body": message.body,
        "Attributes": {
            "ApproximateReceiveCount": str(message.receive_count),
            "SentTimestamp": str(message.sent_at_ms),
            "ApproximateFirstReceiveTimestamp": str(message.sent_at_ms),
            "SenderId": ACCOUNT_ID,
        },
    }


class SqsStandin:
    """All queues of one account; a queue exists once `create` was called for its name."""

    def __init__(self) -> None:
        self.queues: dict[str, Queue] = {}
        self.unknown: set[str] = set()
        self.operations: dict[str, Operation] = {
            "GetQueueUrl": self.get_queue_url,
            "GetQueueAttributes": self.get_queue_attributes,
            "ReceiveMessage": self.receive_message,
            "SendMessage": self.send_message,
            "SendMessageBatch": self.send_message_batch,
            "DeleteMessage": self.delete_message,
            "DeleteMessageBatch": self.delete_message_batch,
            "ChangeMessageVisibility": self.change_message_visibility,
            "ChangeMessageVisibilityBatch": self.change_message_visibility_batch,
        }
        self.origin = ""

    def create(self, name: str) -> Queue:
        """Return the queue of that name, made when it does not exist."""
        return self.queues.setdefault(name, Queue())

    def find(self, arguments: dict[str, Any]) -> Queue:
        """Return the queue that `QueueUrl` names.

        Raises:
            QueueDoesNotExistError: No queue of that name was created.
        """
        name = str(arguments.get("QueueUrl", "")).rpartition("/")[2]
        if name not in self.queues:
            raise QueueDoesNotExistError(name)
        return self.queues[name]

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one call of the JSON protocol; an unknown operation is an error botocore understands."""
        self.origin = f"{request.scheme}://{request.host}"
        name = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        operation = self.operations.get(name)
        if operation is None:
            self.unknown.add(name)
            return refusal("com.amazon.coral.service#UnknownOperationException")
        try:
            answer = await operation(json.loads(await request.read()))
        except QueueDoesNotExistError:
            return refusal("com.amazonaws.sqs#QueueDoesNotExist")
        return web.Response(text=json.dumps(answer), content_type="application/x-amz-json-1.0")

    async def get_queue_url(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """GetQueueUrl."""
        name = arguments["QueueName"]
        self.find({"QueueUrl": name})
        return {"QueueUrl": f"{self.origin}/{ACCOUNT_ID}/{name}"}

    async def get_queue_attributes(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """GetQueueAttributes: every attribute that this stand-in knows, whatever names are asked for."""
        queue = self.find(arguments)
        name = str(arguments["QueueUrl"]).rpartition("/")[2]
        hidden = len(queue.messages) - len(queue.waiting)
        return {
            "Attributes": {
                "QueueArn": f"arn:aws:sqs:us-east-1:{ACCOUNT_ID}:{name}",
                "VisibilityTimeout": str(int(DEFAULT_VISIBILITY_SECONDS)),
                "ApproximateNumberOfMessages": str(len(queue.waiting)),
                "ApproximateNumberOfMessagesNotVisible": str(max(hidden, 0)),
                "MaximumMessageSize": "1048576",
                "ReceiveMessageWaitTimeSeconds": "0",
            }
        }

    async def receive_message(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """ReceiveMessage with long polling; no message leaves `Messages` out, as SQS does."""
        queue = self.find(arguments)
        limit = int(arguments.get("MaxNumberOfMessages", 1))
        visibility_seconds = float(arguments.get("VisibilityTimeout", DEFAULT_VISIBILITY_SECONDS))
        until = time.monotonic() + float(arguments.get("WaitTimeSeconds", 0))
        taken = queue.take(limit, visibility_seconds)
        while not taken and time.monotonic() < until:
            await queue.wait(until)
            taken = queue.take(limit, visibility_seconds)
        return {"Messages": [received(message) for message in taken]} if taken else {}

    async def send_message(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """SendMessage."""
        message = self.find(arguments).send(arguments["MessageBody"])
        return {"MessageId": message.message_id, "MD5OfMessageBody": message.body_md5}

    async def send_message_batch(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """SendMessageBatch."""
        queue = self.find(arguments)
        sent = [(entry["Id"], queue.send(entry["MessageBody"])) for entry in arguments["Entries"]]
        return {
            "Successful": [
                {"Id": entry_id, "MessageId": message.message_id, "MD5OfMessageBody": message.body_md5}
                for entry_id, message in sent
            ],
            "Failed": [],
        }

    async def delete_message(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """DeleteMessage."""
        self.find(arguments).delete(arguments["ReceiptHandle"])
        return {}

    async def delete_message_batch(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """DeleteMessageBatch."""
        queue = self.find(arguments)
        for entry in arguments["Entries"]:
            queue.delete(entry["ReceiptHandle"])
        return {"Successful": [{"Id": entry["Id"]} for entry in arguments["Entries"]], "Failed": []}

    async def change_message_visibility(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """ChangeMessageVisibility."""
        queue = self.find(arguments)
        queue.change_visibility(arguments["ReceiptHandle"], float(arguments["VisibilityTimeout"]))
        return {}

    async def change_message_visibility_batch(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """ChangeMessageVisibilityBatch."""
        queue = self.find(arguments)
        for entry in arguments["Entries"]:
            queue.change_visibility(entry["ReceiptHandle"], float(entry["VisibilityTimeout"]))
        return {"Successful": [{"Id": entry["Id"]} for entry in arguments["Entries"]], "Failed": []}


def refusal(error_type: str) -> web.Response:
    """Return an error of the JSON protocol with that `__type`."""
    body = json.dumps({"__type": error_type, "message": error_type.rpartition("#")[2]})
    return web.Response(status=400, text=body, content_type="application/x-amz-json-1.0")
