"""The queue, over real HTTP against the stand-in: nothing is deleted too early, kept for ever, or lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot.adapters.sqs_intake import SqsIntake
from bot.domain.errors import BadInput, StoreUnavailable
from bot.sandbox import hands
from bot.sandbox.aws.clients import connect
from bot.sandbox.aws.control_client import AwsControl
from bot.sandbox.aws.server import AwsStandIn

_ATTRIBUTES = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]


@dataclass
class Taking:
    """Takes messages in as a test wants; what it takes can be looked at.

    Attributes:
        troubles: raised one after the other before anything is taken.
        seconds: how long each message takes.
    """

    troubles: list[Exception] = field(default_factory=list)
    seconds: float = 0.0
    tries: int = 0
    taken: list[tuple[bytes, bool]] = field(default_factory=list)
    aside: list[tuple[bytes, str, str, str | None]] = field(default_factory=list)

    async def take(self, body: bytes, *, redelivered: bool = False) -> None:
        """A ``Take``."""
        self.tries += 1
        await asyncio.sleep(self.seconds)
        if self.troubles:
            raise self.troubles.pop(0)
        self.taken.append((body, redelivered))

    async def set_aside(self, body: bytes, why: BadInput, came_from: str, *, dead_letter: str | None = None) -> None:
        """A ``SetAside``."""
        self.aside.append((body, why.code, came_from, dead_letter))


class Queue:
    """A queue of its own, with or without a dead-letter queue behind it."""

    def __init__(self, endpoint_url: str, *, redrive: bool = True) -> None:
        self.client: Any = connect("sqs", endpoint_url)
        name = uuid4().hex
        self.dead_url = self.client.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        arn = self.client.get_queue_attributes(QueueUrl=self.dead_url, AttributeNames=["QueueArn"])["Attributes"]
        policy = f'{{"deadLetterTargetArn": "{arn["QueueArn"]}", "maxReceiveCount": "9"}}'
        attributes = {"RedrivePolicy": policy} if redrive else {}
        self.url = self.client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def send(self, body: str, receives: int = 0) -> None:
        """Put a message in that was received and given back so many times."""
        self.client.send_message(QueueUrl=self.url, MessageBody=body)
        for _ in range(receives):
            self.client.receive_message(QueueUrl=self.url, VisibilityTimeout=0)

    def count(self) -> int:
        """How many messages are in it, in flight or not."""
        answer = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=_ATTRIBUTES)
        return sum(int(answer["Attributes"][name]) for name in _ATTRIBUTES)

    def dead(self) -> list[dict[str, Any]]:
        """The messages in the dead-letter queue."""
        answer = self.client.receive_message(QueueUrl=self.dead_url, MessageAttributeNames=["All"])
        found: list[dict[str, Any]] = answer.get("Messages", [])
        return found


@pytest.fixture(scope="module")
def stand_in() -> Iterator[str]:
    """The stand-in's address."""
    aws = AwsStandIn(rate_scale=0, managed_policies=False)
    yield aws.start()
    aws.stop()


@pytest.fixture
def endpoint(stand_in: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The stand-in, as boto3 of the product finds it."""
    for name, value in {
        "AWS_ENDPOINT_URL": stand_in,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIASANDBOXROOTUSER0",
        "AWS_SECRET_ACCESS_KEY": "sandbox-root",
    }.items():
        monkeypatch.setenv(name, value)
    yield stand_in
    AwsControl(stand_in).clear_faults()


@asynccontextmanager
async def receiving(queue: Queue, taking: Taking, *, stops: bool = False) -> AsyncIterator[SqsIntake]:
    """An intake at work; dropped in the end, or stopped and waited for."""
    second, two = timedelta(seconds=1), timedelta(seconds=2)
    intake = SqsIntake(queue.url, taking.take, taking.set_aside, receivers=1, poll=second, visibility=two)
    running = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        if stops:
            intake.stop()
            await asyncio.wait_for(running, 5)
        running.cancel()
        await asyncio.wait({running})


async def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    await hands.until("what the test waits for", holds, 6)


async def test_a_message_is_deleted_once_it_is_taken(endpoint: str) -> None:
    """The queue is empty, and the message was not marked as handed out before."""
    queue, taking = Queue(endpoint), Taking()
    queue.send("one")
    async with receiving(queue, taking) as intake:
        await until(lambda: queue.count() == 0)
        assert intake.reachable
    assert taking.taken == [(b"one", False)]


async def test_a_message_handed_out_before_is_marked(endpoint: str) -> None:
    """An earlier life may have posted its card already."""
    queue, taking = Queue(endpoint), Taking()
    queue.send("again", receives=1)
    async with receiving(queue, taking):
        await until(lambda: taking.taken)
    assert taking.taken == [(b"again", True)]


async def test_a_message_is_held_while_the_store_fails(endpoint: str) -> None:
    """It is neither deleted nor given back, where each receive would bring it nearer to the dead-letter queue."""
    queue, taking = Queue(endpoint), Taking([StoreUnavailable("the disk is full")])
    queue.send("kept")
    async with receiving(queue, taking) as intake:
        await until(lambda: intake.holding == 1)
        assert queue.count() == 1
        await until(lambda: taking.taken)
        await until(lambda: queue.count() == 0)
        assert intake.holding == 0
    assert (taking.taken, taking.tries) == ([(b"kept", False)], 2)


async def test_a_message_that_is_not_stored_stays_in_the_queue(endpoint: str) -> None:
    """A stop while the store fails gives the message back; it comes again after its visibility timeout."""
    queue, taking = Queue(endpoint), Taking([StoreUnavailable("the disk is full")] * 99)
    queue.send("kept")
    async with receiving(queue, taking, stops=True):
        await until(lambda: taking.tries)
    assert (taking.taken, queue.count()) == ([], 1)


async def test_long_work_keeps_its_message(endpoint: str) -> None:
    """The visibility timeout is extended while the work goes on, so that nobody else gets the message."""
    queue, taking = Queue(endpoint), Taking(seconds=2.6)
    queue.send("slow")
    async with receiving(queue, taking):
        await until(lambda: taking.tries)
        await asyncio.sleep(2.2)
        assert "Messages" not in queue.client.receive_message(QueueUrl=queue.url)
        await until(lambda: queue.count() == 0)
    assert taking.tries == 1


async def test_what_can_not_be_understood_goes_to_the_dead_letter_queue(endpoint: str) -> None:
    """With its reason; who puts it aside hears where it is and which message it was."""
    queue, taking = Queue(endpoint), Taking([BadInput("not_json", "this is no JSON", "body")])
    queue.send("{")
    async with receiving(queue, taking):
        await until(lambda: queue.count() == 0)
    (message,) = queue.dead()
    assert message["Body"] == "{"
    assert message["MessageAttributes"]["AnchorwatchReason"]["StringValue"] == "not_json at body"
    ((body, code, came_from, dead_letter),) = taking.aside
    assert (body, code) == (b"{", "not_json")
    assert came_from.startswith("SQS, message ")
    assert dead_letter is not None
    assert dead_letter.startswith("dead-letter queue ")


async def test_without_a_dead_letter_queue_it_is_kept_here(endpoint: str) -> None:
    """No redrive policy: whoever puts it aside must keep it."""
    queue, taking = Queue(endpoint, redrive=False), Taking([BadInput("not_json", "this is no JSON")])
    queue.send("{")
    async with receiving(queue, taking):
        await until(lambda: queue.count() == 0)
    assert [one[3] for one in taking.aside] == [None]


@pytest.mark.parametrize("operation", ["GetQueueAttributes", "SendMessage"])
async def test_a_dead_letter_queue_out_of_reach_makes_no_endless_loop(endpoint: str, operation: str) -> None:
    """A missing permission on the dead-letter queue: the message is kept here instead of coming back for ever."""
    queue, taking = Queue(endpoint), Taking([BadInput("not_json", "this is no JSON")])
    queue.send("{")
    AwsControl(endpoint).set_fault("sqs", operation, "deny")
    async with receiving(queue, taking):
        await until(lambda: taking.aside)
        await until(lambda: queue.count() == 0)
    assert [one[3] for one in taking.aside] == [None]


async def test_a_message_that_breaks_us_every_time_is_put_aside(endpoint: str) -> None:
    """At the fifth receive, because the defect is ours and will be there at the sixth."""
    queue, taking = Queue(endpoint), Taking([ZeroDivisionError("our own defect")])
    queue.send("odd", receives=4)
    async with receiving(queue, taking):
        await until(lambda: queue.count() == 0)
    assert [one[1] for one in taking.aside] == ["broke"]


async def test_a_message_that_breaks_us_once_comes_back(endpoint: str) -> None:
    """One that breaks us does not stop the others, and is tried again."""
    queue, taking = Queue(endpoint), Taking([ZeroDivisionError("our own defect")])
    queue.send("odd")
    async with receiving(queue, taking):
        await until(lambda: taking.tries)
        queue.send("even")
        await until(lambda: len(taking.taken) == 2)
    assert sorted(taking.taken) == [(b"even", False), (b"odd", True)]


async def test_a_queue_out_of_reach_is_tried_again(endpoint: str) -> None:
    """It says so, and goes on once the queue answers."""
    queue, taking = Queue(endpoint), Taking()
    AwsControl(endpoint).set_fault("sqs", "ReceiveMessage", "deny")
    async with receiving(queue, taking) as intake:
        await until(lambda: intake.reachable is False)
        queue.send("later")
        await until(lambda: taking.taken)
        assert intake.reachable


async def test_a_stop_works_on_what_the_last_poll_brings(endpoint: str) -> None:
    """A poll that is under way at the stop leaves no message in flight to nobody."""
    queue, taking = Queue(endpoint), Taking()
    async with receiving(queue, taking, stops=True) as intake:
        await until(lambda: intake.reachable is not False and intake._client is not None)  # noqa: SLF001 - Polls now.
        await asyncio.sleep(0.3)
        intake.stop()
        queue.send("last")
    assert (taking.taken, queue.count()) == ([(b"last", False)], 0)
