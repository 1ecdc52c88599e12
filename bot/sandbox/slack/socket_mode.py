"""Socket Mode: up to ten WebSocket connections, envelopes to any one of them, acks within 3 seconds.

See: https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import json
import secrets
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.slack import seed
from bot.sandbox.slack.methods import Call, Method
from bot.sandbox.slack.rate_limits import Tier
from bot.sandbox.slack.records import Json
from bot.sandbox.slack.transport import ACK_DEADLINE_SECONDS, Outcome

MOST_CONNECTIONS = 10
_KEEP_OPEN = frozenset({"warning"})


class SocketHub:
    """All open connections of the app, and the envelopes that wait for their ack."""

    def __init__(self) -> None:
        self._tickets: set[str] = set()
        self._connections: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Any]] = {}

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def methods(self) -> dict[str, Method]:
        """Return the Web API methods of Socket Mode."""
        return {"apps.connections.open": Method(self._open_connection, Tier.THREE, token="xapp")}

    def _open_connection(self, call: Call) -> Json:
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return {"url": f"{call.origin.replace('http', 'ws', 1)}/link?ticket={ticket}&app_id={seed.APP_ID}"}

    async def link(self, request: web.Request) -> web.StreamResponse:
        """Serve one WebSocket; its address works once."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="the ticket is unknown or was used")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self._connections) >= MOST_CONNECTIONS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        self._connections.append(socket)
        try:
            await socket.send_json(self._hello())
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._acked(frame.data)
        finally:
            if socket in self._connections:
                self._connections.remove(socket)
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": seed.APP_ID},
        }

    def _acked(self, frame: str) -> None:
        try:
            ack = json.loads(frame)
        except json.JSONDecodeError:
            return
        future = self._waiting.pop(ack.get("envelope_id", ""), None) if isinstance(ack, dict) else None
        if future is not None and not future.done():
            future.set_result(ack.get("payload"))

    async def send(self, payload: Json, *, accepts_body: bool) -> Outcome:
        """Send one envelope to any one connection; see `Transport`."""
        if not self._connections:
            return Outcome("failed", "no Socket Mode connection is open")
        socket = secrets.choice(self._connections)
        envelope_id = str(uuid.uuid4())
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = future
        envelope = {
            "envelope_id": envelope_id,
            "type": "interactive",
            "payload": payload,
            "accepts_response_payload": accepts_body,
        }
        try:
            async with asyncio.timeout(ACK_DEADLINE_SECONDS):
                await socket.send_json(envelope)
                body = await future
        except TimeoutError:
            return Outcome("missed", "no ack in 3 seconds")
        except ConnectionError:
            return Outcome("failed", "the connection was lost")
        finally:
            self._waiting.pop(envelope_id, None)
        return Outcome("acked", 200, body or None)

    async def disconnect(self, reason: str) -> int:
        """Send a `disconnect` frame to every connection and, but for a warning, close it.

        Args:
            reason: `warning`, `refresh_requested`, `link_disabled`, or `kill` for no frame at all.

        Returns:
            How many connections were told.
        """
        told = list(self._connections)
        for socket in told:
            if reason != "kill":
                await socket.send_json(_disconnect(reason))
            if reason not in _KEEP_OPEN:
                self._connections.remove(socket)
                await socket.close()
        return len(told)

    async def close(self) -> None:
        """Close all connections."""
        for socket in list(self._connections):
            await socket.close()


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
