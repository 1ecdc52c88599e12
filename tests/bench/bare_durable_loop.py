"""Reference: the least that brings detections from a queue to Slack and keeps them.

Receive 10, one SQLite commit (WAL, FULL), one `chat.postMessage` each, delete the batch; two workers, at
most eight posts at once. It parses the event for the card's text and checks nothing else.
"""

import asyncio
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import aiohttp
import boto3
from bench_plain_card import ProgramSettings, plain_card, settings_from_environment

WORKERS = 2
POSTS_AT_ONCE = 8
BATCH_SIZE = 10
LONG_POLL_SECONDS = 20


class DurableLoop:
    """Queue, store and Slack session of one run."""

    def __init__(self, settings: ProgramSettings, session: aiohttp.ClientSession) -> None:
        self.settings = settings
        self.session = session
        self.sqs = boto3.client("sqs")
        self.receivers = ThreadPoolExecutor(max_workers=WORKERS)
        self.writer = ThreadPoolExecutor(max_workers=1)
        self.posts = asyncio.Semaphore(POSTS_AT_ONCE)
        self.store = sqlite3.connect(settings.store_path, check_same_thread=False, isolation_level=None)
        self.store.execute("PRAGMA journal_mode=WAL")
        self.store.execute("PRAGMA synchronous=FULL")
        self.store.execute("CREATE TABLE IF NOT EXISTS detections (id TEXT PRIMARY KEY, body TEXT)")

    async def work(self) -> None:
        """Take batches for ever."""
        loop = asyncio.get_running_loop()
        while True:
            messages = await loop.run_in_executor(self.receivers, self.receive)
            if not messages:
                continue
            await loop.run_in_executor(self.writer, self.record, messages)
            await asyncio.gather(*(self.post(message["Body"]) for message in messages))
            await loop.run_in_executor(self.receivers, self.delete, messages)

    def receive(self) -> list[Any]:
        """Receive at most one batch."""
        answer = self.sqs.receive_message(
            QueueUrl=self.settings.queue_url,
            MaxNumberOfMessages=BATCH_SIZE,
            WaitTimeSeconds=LONG_POLL_SECONDS,
        )
        return list(answer.get("Messages", []))

    def record(self, messages: list[Any]) -> None:
        """Store a batch in one commit."""
        rows = [(message["MessageId"], message["Body"]) for message in messages]
        self.store.execute("BEGIN IMMEDIATE")
        self.store.executemany("INSERT OR IGNORE INTO detections VALUES (?, ?)", rows)
        self.store.execute("COMMIT")

    async def post(self, body: str) -> None:
        """Post one card.

        Raises:
            RuntimeError: Slack refused the message.
        """
        card = plain_card(self.settings.channel, json.loads(body))
        headers = {"Authorization": f"Bearer {self.settings.slack_bot_token}"}
        url = f"{self.settings.slack_api_url}chat.postMessage"
        async with self.posts, self.session.post(url, json=card, headers=headers) as response:
            answer = await response.json()
        if not answer["ok"]:
            raise RuntimeError(answer["error"])

    def delete(self, messages: list[Any]) -> None:
        """Delete a batch."""
        entries = [{"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]} for i, m in enumerate(messages)]
        self.sqs.delete_message_batch(QueueUrl=self.settings.queue_url, Entries=entries)


async def main() -> None:
    """Run the workers until the process is ended."""
    async with aiohttp.ClientSession() as session:
        loop = DurableLoop(settings_from_environment(), session)
        await asyncio.gather(*(loop.work() for _ in range(WORKERS)))


if __name__ == "__main__":
    asyncio.run(main())
