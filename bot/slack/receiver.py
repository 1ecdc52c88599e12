"""Slack's requests over HTTP: through our gate to Bolt, and Bolt's answer back."""

from __future__ import annotations

import json

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.domain.errors import BadInput
from bot.ports import Clock
from bot.slack.gate import SlackGate, is_json
from bot.slack.payload import read_payload

_log = structlog.get_logger()

_FAILED = 500


class SlackReceiver:
    """Serves ``POST /slack/events``.

    Args:
        app: Bolt's app with our listeners.
        gate: checks the raw bytes.
        clock: what the age of a request is measured by.
    """

    def __init__(self, app: AsyncApp, gate: SlackGate, clock: Clock) -> None:
        self._app = app
        self._gate = gate
        self._clock = clock

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer one request: 400, 401 or 403 at the gate, else what Bolt says."""
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _refuse(400, "the body is too large")
        except web.RequestPayloadError:
            return _refuse(400, "the body is not encoded as its headers say")
        refused = self._gate.check(request.headers, body, self._clock.now())
        if refused is not None:
            return _refuse(refused.status, refused.reason)
        try:
            payload = read_payload(body, is_json=is_json(request.headers))
        except BadInput as why:
            return _refuse(400, str(why))
        return await self._dispatch(request, json.dumps(payload))

    async def _dispatch(self, request: web.Request, payload: str) -> web.StreamResponse:
        bolt_request = AsyncBoltRequest(body=payload, headers={"content-type": "application/json"})
        response = await self._app.async_dispatch(bolt_request)
        if response.status >= _FAILED:
            self._gate.forget(request.headers)
        return await to_aiohttp_response(response)


def _refuse(status: int, reason: str) -> web.Response:
    _log.info("slack_request_refused", status=status, reason=reason)
    return web.json_response({"error": reason}, status=status)
