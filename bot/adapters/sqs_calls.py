"""Calls of SQS through boto3: each in a thread that nobody waits for when the process ends."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

# Longer than the longest poll, or a poll that is cut leaves messages in flight to nobody.
_READ_TIMEOUT_SECONDS = 30

T = TypeVar("T")

_ANY_REGION = "us-east-1"


def sqs_client(queue_url: str) -> Any:  # noqa: ANN401 - boto3's clients have no static type.
    """An SQS client for a queue; its Region is read from the queue's URL where it says one."""
    config = Config(
        connect_timeout=3, read_timeout=_READ_TIMEOUT_SECONDS, retries={"mode": "standard", "total_max_attempts": 3}
    )
    words = queue_url.split("/")[2].split(".") if "//" in queue_url else []
    region = words[1] if len(words) > 2 and words[0] == "sqs" else None  # noqa: PLR2004 - sqs.<region>.<domain>
    session = boto3.Session()
    # The address is the queue's own; without any Region boto3 would refuse to sign.
    return session.client("sqs", region_name=region or session.region_name or _ANY_REGION, config=config)


def error_code(error: Exception) -> str:
    """AWS's error code, or what kept the call from AWS."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "unknown"))
    return type(error).__name__


async def in_daemon_thread(work: Callable[[], T], name: str) -> T:
    """Run ``work`` in a thread of its own and return what it returns.

    A pool's threads are joined when Python exits, so a call without an answer would hold up the end of the process;
    a daemon thread dies with it. ``name`` is the thread's.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def deliver(result: T | None, error: BaseException | None) -> None:
        # A loop that was closed meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, answer, result, error)

    def run() -> None:
        try:
            result = work()
        except (BotoCoreError, ClientError) as error:
            deliver(None, error)
        except BaseException as error:
            deliver(None, error)
            raise
        else:
            deliver(result, None)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await answer


def _settle(answer: asyncio.Future[Any], result: object, error: BaseException | None) -> None:
    if answer.done():
        return
    if error is None:
        answer.set_result(result)
    else:
        answer.set_exception(error)
