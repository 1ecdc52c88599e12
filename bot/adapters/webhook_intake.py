"""Detections over HTTP: ``POST /detections`` with a bearer token or an HMAC over the raw bytes."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping

import structlog
from aiohttp import web

from bot.adapters.formats.json_text import read_body
from bot.adapters.sqs_intake import SetAside, Take
from bot.domain.errors import AnchorwatchError, BadInput
from bot.ports import Clock

_log = structlog.get_logger()

MOST_BYTES = 1 << 20
MOST_AGE_SECONDS = 300
_TIMESTAMP = re.compile(r"[0-9]{10}")
_SIGNATURE = re.compile(r"v1=[0-9a-f]{64}")


class WebhookIntake:
    """Serves ``POST /detections``.

    Args:
        token: the bearer token; empty means that no token gets in.
        hmac_secret: the secret of the signature; empty means that no signature gets in.
        take: takes a message in, when there is no queue.
        set_aside: keeps what can't be understood.
        enqueue: puts a message into the queue; None when there is none.
        clock: what the age of a request is measured by.
    """

    def __init__(
        self,
        token: str,
        hmac_secret: str,
        take: Take,
        set_aside: SetAside,
        enqueue: Callable[[bytes], Awaitable[None]] | None,
        clock: Clock,
    ) -> None:
        self._token = token.encode()
        self._hmac_secret = hmac_secret.encode()
        self._take = take
        self._set_aside = set_aside
        self._enqueue = enqueue
        self._clock = clock

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer one request: 202 once the message is kept, else 400, 401 or 403 with the reason, or 503."""
        if not self._token and not self._hmac_secret:
            return _refuse(403, "off", "POST /detections is off: no secret is set", "")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _refuse(400, "too_large", f"the body is larger than {MOST_BYTES} bytes", "body")
        except web.RequestPayloadError:
            return _refuse(400, "not_decodable", "the body is not encoded as its headers say", "body")
        problem = self._check_sender(request.headers, body)
        if problem is not None:
            _log.info("detection_refused", reason=problem)
            return _refuse(401, "unauthorized", problem, "headers")
        try:
            return await self._accept(body)
        except BadInput as why:
            return _refuse(400, why.code, str(why), why.at)
        except AnchorwatchError as error:
            _log.error("detection_not_kept", error=str(error))
            return _refuse(503, "not_kept", "the message could not be kept: send it again", "")

    async def _accept(self, body: bytes) -> web.StreamResponse:
        if self._enqueue is not None:
            # What is no JSON the queue would only carry to the dead-letter queue.
            read_body(body)
            await self._enqueue(body)
            return web.json_response({"queued": True}, status=202)
        try:
            await self._take(body)
        except BadInput as why:
            await self._set_aside(body, why, "POST /detections")
            raise
        return web.json_response({"queued": False}, status=202)

    def _check_sender(self, headers: Mapping[str, str], body: bytes) -> str | None:
        """Why the sender does not get in, or None when they do."""
        authorization = headers.get("Authorization", "")
        if self._token and authorization:
            scheme, _, given = authorization.partition(" ")
            right = hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token)
            return None if right and scheme.lower() == "bearer" else "the bearer token is wrong"
        if self._hmac_secret:
            return self._check_signature(headers, body)
        return "the bearer token is missing"

    def _check_signature(self, headers: Mapping[str, str], body: bytes) -> str | None:
        timestamp = headers.get("X-Anchorwatch-Timestamp", "")
        signature = headers.get("X-Anchorwatch-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
            return "the signature headers are missing or malformed"
        if abs(self._clock.now().timestamp() - int(timestamp)) > MOST_AGE_SECONDS:
            return "the request is too old"
        digest = hmac.new(self._hmac_secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        right = hmac.compare_digest(b"v1=" + digest.encode(), signature.encode())
        return None if right else "the signature does not match"


def _refuse(status: int, code: str, message: str, at: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message, "at": at}}, status=status)
