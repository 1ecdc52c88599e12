"""A webhook on a real socket, and what stands behind it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.adapters.clock import SystemClock
from bot.adapters.webhook_intake import MOST_BYTES, WebhookIntake
from bot.domain.errors import BadInput, StoreUnavailable
from bot.service.take_detection import Taken
from tests import records

TOKEN, SECRET = "a-bearer-token", "a-shared-secret"
RECORD = records.cloudtrail_record()
BODY = records.body(RECORD)
TAKEN = {"queued": False, "events": 1, "cases": ["AW-0123456789"], "ignored": 0, "error_count": 0, "errors": []}
QUEUED = {"queued": True, "events": 1, "ignored": 0, "error_count": 0, "errors": []}

Answer = tuple[int, dict[str, Any]]


@dataclass
class Desk:
    """Takes messages in, or refuses them as it is told; remembers in which order things happened."""

    why_not: Exception | None = None
    aside_fails: bool = False
    happened: list[tuple[str, bytes]] = field(default_factory=list)

    async def take(self, body: bytes) -> Taken:
        """Take a message in."""
        await asyncio.sleep(0)
        if self.why_not is not None:
            raise self.why_not
        self.happened.append(("taken", body))
        return Taken(("AW-0123456789",), (), 1)

    async def set_aside(self, body: bytes, why: BadInput, came_from: str, *, dead_letter: str | None = None) -> None:
        """Keep what can't be understood."""
        assert (came_from, dead_letter) == ("POST /detections", None)
        if self.aside_fails:
            raise StoreUnavailable("no disk")
        self.happened.append((f"aside {why.code}", body))

    async def enqueue(self, body: bytes) -> None:
        """Put a message into the queue."""
        await asyncio.sleep(0.01)
        if self.why_not is not None:
            raise self.why_not
        self.happened.append(("queued", body))


Send = Callable[..., Awaitable[Answer]]


@asynccontextmanager
async def serving(desk: Desk, token: str = TOKEN, secret: str = SECRET, *, queue: bool = False) -> AsyncIterator[Send]:
    """A webhook on a real socket; gives what sends a body to it."""
    enqueue = desk.enqueue if queue else None
    intake = WebhookIntake(token, secret, desk.take, desk.set_aside, enqueue, SystemClock())
    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post("/detections", intake.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/detections"
    async with aiohttp.ClientSession() as http:

        async def send(body: bytes = BODY, headers: dict[str, str] | None = None) -> Answer:
            async with http.post(url, data=io.BytesIO(body), headers=headers or bearer()) as answer:
                # What aiohttp refuses by itself comes as text.
                return answer.status, await answer.json() if answer.content_type == "application/json" else {}

        yield send
    await runner.cleanup()


def bearer(token: str = TOKEN) -> dict[str, str]:
    """The headers of a sender with a token."""
    return {"Authorization": f"Bearer {token}"}


def signed(body: bytes = BODY, *, secret: str = SECRET, drift_seconds: int = 0) -> dict[str, str]:
    """The headers of a sender with a shared secret."""
    timestamp = str(int(time.time()) + drift_seconds)
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Anchorwatch-Timestamp": timestamp, "X-Anchorwatch-Signature": f"v1={digest}"}
