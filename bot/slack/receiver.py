"""Slack's requests over HTTP: through our gate to Bolt, and Bolt's answer back."""

from __future__ import annotations

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.app.async_app import AsyncApp

from bot.ports import Clock
from bot.slack.gate import SlackGate

_log = structlog.get_logger()

_NOT_FOUND = 404
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
            return web.json_response({"error": "the body is too large"}, status=400)
        refused = self._gate.check(request.headers, body, self._clock.now())
        if refused is not None:
            _log.info("slack_request_refused", status=refused.status, reason=refused.reason)
            return web.json_response({"error": refused.reason}, status=refused.status)
        response = await self._app.async_dispatch(await to_bolt_request(request))
        if response.status == _NOT_FOUND:
            # Bolt knows no listener for this kind of payload: it is nothing that Anchorwatch asked for.
            return web.json_response({"error": "this kind of request is not handled"}, status=400)
        if response.status >= _FAILED:
            self._gate.forget(request.headers)
        return await to_aiohttp_response(response)
