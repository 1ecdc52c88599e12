"""Detections over HTTP: ``POST /detections`` with a bearer token or an HMAC over the raw bytes."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import structlog
from aiohttp import web

from bot.adapters.formats import understand
from bot.adapters.formats.compressed import GZIP_MAGIC
from bot.adapters.sqs_intake import SetAside
from bot.adapters.sqs_outlet import text_for_queue
from bot.domain.errors import AnchorwatchError, BadInput, PartlyUnderstood
from bot.ports import Clock

_log = structlog.get_logger()

MOST_BYTES = 1 << 20
MOST_AGE_SECONDS = 300
_MOST_ERRORS = 20
_TIMESTAMP = re.compile(r"[0-9]{10}")
_SIGNATURE = re.compile(r"v1=[0-9a-f]{64}")


class TakenMessage(Protocol):
    """What became of a message that was taken in."""

    @property
    def events(self) -> int:
        """How many events it held."""
        ...

    @property
    def cases(self) -> Sequence[str]:
        """The ids of the cases that have them."""
        ...

    @property
    def ignored(self) -> Sequence[str]:
        """Why the others are in none."""
        ...


class TakeMessage(Protocol):
    """Takes one message in, durably before it returns, and says what became of it."""

    def __call__(self, body: bytes) -> Awaitable[TakenMessage]:
        """Take a message in. Raises BadInput, and PartlyUnderstood once its good parts are taken."""
        ...


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
        take: TakeMessage,
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
        """Answer one request: 202 once the message is kept, else 400, 401 or 403 with the reason, or 503.

        The server must not unpack bodies by itself: the signature is over the bytes as they were sent.
        """
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
            _check_encoding(request.headers, body)
            return await self._accept(body)
        except BadInput as why:
            return _refuse(400, why.code, str(why), why.at)
        except AnchorwatchError as error:
            _log.error("detection_not_kept", error=str(error))
            return _refuse(503, "not_kept", "the message could not be kept: send it again", "")

    async def _accept(self, body: bytes) -> web.StreamResponse:
        """Take what can be understood; what can't is put aside, and is an error only when it is all there is."""
        try:
            if self._enqueue is not None:
                return await self._queue(body, self._enqueue)
            taken = await self._take(body)
        except PartlyUnderstood as why:
            await self._keep(body, why)
            known = {"events": why.events, "cases": list(why.cases), "ignored": why.ignored}
            return _accepted(queued=False, known=known, problems=why.problems)
        except BadInput as why:
            await self._keep(body, why)
            raise
        known = {"events": taken.events, "cases": list(taken.cases), "ignored": len(taken.ignored)}
        return _accepted(queued=False, known=known, problems=())

    async def _queue(self, body: bytes, enqueue: Callable[[bytes], Awaitable[None]]) -> web.StreamResponse:
        # What holds nothing for us the queue would only carry to the dead-letter queue. Of any other message the
        # intake behind the queue puts the broken parts aside.
        understood = understand(body)
        await enqueue(body)
        known = {"events": len(understood.detections), "ignored": len(understood.ignored)}
        problems = [BadInput(one.code, one.message, one.at) for one in understood.errors]
        return _accepted(queued=True, known=known, problems=problems)

    async def _keep(self, body: bytes, why: BadInput) -> None:
        # As text, so that it can be read where it is kept, and sent again.
        kept = text_for_queue(body).encode() if body.startswith(GZIP_MAGIC) else body
        await self._set_aside(kept, why, "POST /detections")

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


def _check_encoding(headers: Mapping[str, str], body: bytes) -> None:
    """Refuse an encoding that is not gzip; gzip stays as it is, and what reads the body unpacks it, bounded.

    See: https://www.rfc-editor.org/rfc/rfc9110#section-8.4
    """
    encoding = headers.get("Content-Encoding", "").strip().lower()
    if encoding in ("gzip", "x-gzip"):
        if not body.startswith(GZIP_MAGIC):
            raise BadInput("not_decodable", "the body is not encoded as its headers say", "body")
    elif encoding not in ("", "identity"):
        raise BadInput("not_decodable", "the only Content-Encoding that is read here is gzip", "headers")


def _accepted(*, queued: bool, known: Mapping[str, object], problems: Sequence[BadInput]) -> web.Response:
    errors = [{"code": one.code, "message": str(one), "at": one.at} for one in problems[:_MOST_ERRORS]]
    answer = {"queued": queued, **known, "error_count": len(problems), "errors": errors}
    return web.json_response(answer, status=202)


def _refuse(status: int, code: str, message: str, at: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message, "at": at}}, status=status)
