"""`POST|GET /api/{method}`: arguments, token, scopes, rate limits and faults, then the method itself."""

import asyncio
import json
import math
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.slack.faults import Fault, Faults
from bot.sandbox.slack.form_files import check_scope
from bot.sandbox.slack.methods import Call, Method
from bot.sandbox.slack.rate_limits import RateLimits
from bot.sandbox.slack.records import Json, SlackRefusal
from bot.sandbox.slack.store import Workspace
from bot.sandbox.slack.triggers import Triggers

_REDACTED = "(token)"


class WebApi:
    """The Web API of the one app that is installed.

    Args:
        methods: Every method that exists, by name.
        tokens: The two valid tokens by kind: `xoxb` and `xapp`.
        scopes: What the bot token was granted.
        origin: Returns the look-alike's own address once it listens.
    """

    def __init__(
        self,
        workspace: Workspace,
        triggers: Triggers,
        limits: RateLimits,
        faults: Faults,
        *,
        methods: Mapping[str, Method],
        tokens: Mapping[str, str],
        scopes: tuple[str, ...],
        origin: Callable[[], str],
    ) -> None:
        self._workspace = workspace
        self._triggers = triggers
        self._limits = limits
        self._faults = faults
        self._methods = methods
        self._tokens = tokens
        self.scopes = scopes
        self._origin = origin
        self._late: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Drop the calls that a fault holds back."""
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request to `/api/{method}`."""
        name = request.match_info["method"]
        try:
            arguments = await merged_arguments(request)
        except SlackRefusal as refusal:
            return self._answered(name, {}, web.json_response({"ok": False, "error": refusal.code}))
        token = _token(request, arguments)
        fault = self._faults.take(name)
        if fault is None:
            return self._carry_out(name, token, arguments)
        await asyncio.sleep(fault.delay_seconds)
        return await self._faulty(request, fault, name, token, arguments)

    async def _faulty(
        self, request: web.Request, fault: Fault, name: str, token: str | None, arguments: Json
    ) -> web.StreamResponse:
        if fault.store_late_seconds is not None:
            late = asyncio.create_task(
                self._carry_out_late(fault.store_late_seconds, name, token, arguments), name=f"late {name}"
            )
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            return _cut(request)
        if fault.cut_before:
            self._record(name, arguments, None, "cut before")
            return _cut(request)
        if fault.status is not None:
            return self._answered(name, arguments, _status_answer(fault))
        if fault.error is not None:
            return self._answered(name, arguments, web.json_response({"ok": False, "error": fault.error}))
        answer = self._carry_out(name, token, arguments)
        return _cut(request) if fault.cut_after else answer

    async def _carry_out_late(self, seconds: float, name: str, token: str | None, arguments: Json) -> None:
        await asyncio.sleep(seconds)
        self._carry_out(name, token, arguments)

    def _carry_out(self, name: str, token: str | None, arguments: Json) -> web.Response:
        headers = {"X-Slack-Req-Id": secrets.token_hex(16)}
        try:
            method = self._permitted(name, token)
            wait = self._limits.wait_seconds(name, method.tier, arguments.get("channel"))
            if wait > 0:
                headers["Retry-After"] = str(math.ceil(wait))
                limited = {"ok": False, "error": "ratelimited"}
                return self._answered(name, arguments, web.json_response(limited, status=429, headers=headers))
            check_scope(arguments.get("view"), self.scopes)
            call = Call(name, arguments, self._workspace, self._triggers, self._origin())
            answer = {"ok": True, **method.handle(call)}
            headers |= {
                "X-OAuth-Scopes": ",".join(self.scopes),
                "X-Accepted-OAuth-Scopes": ",".join(method.scopes),
            }
        except SlackRefusal as refusal:
            answer = {"ok": False, "error": refusal.code, **refusal.extra}
        return self._answered(name, arguments, web.json_response(answer, headers=headers))

    def _permitted(self, name: str, token: str | None) -> Method:
        method = self._methods.get(name)
        if method is None:
            raise SlackRefusal("unknown_method", req_method=name)
        if token is None:
            raise SlackRefusal("not_authed")
        kind = next((k for k, known in self._tokens.items() if secrets.compare_digest(known, token)), None)
        if kind is None:
            raise SlackRefusal("invalid_auth")
        if kind != method.token:
            raise SlackRefusal("not_allowed_token_type")
        if kind == "xoxb" and method.scopes and not set(method.scopes) & set(self.scopes):
            raise SlackRefusal("missing_scope", needed=method.scopes[0], provided=",".join(self.scopes))
        return method

    def _answered(self, name: str, arguments: Json, answer: web.Response) -> web.Response:
        body: Any = answer.text
        if answer.content_type == "application/json" and answer.text is not None:
            body = json.loads(answer.text)
        self._record(name, arguments, body, answer.status)
        return answer

    def _record(self, name: str, arguments: Json, answer: object, status: int | str) -> None:
        kept = {**arguments, "token": _REDACTED} if "token" in arguments else arguments
        at = self._workspace.now()
        self._workspace.record_call({"method": name, "arguments": kept, "answer": answer, "status": status, "at": at})


async def merged_arguments(request: web.Request) -> Json:
    """Merge the query, a form body and a JSON body; the body wins.

    Raises:
        SlackRefusal: The JSON body is broken or is not an object.
    """
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        raw = await request.read()
        try:
            body = json.loads(raw or b"{}")
        except ValueError as error:
            raise SlackRefusal("invalid_json") from error
        if not isinstance(body, dict):
            raise SlackRefusal("json_not_object")
        return arguments | body
    form = await request.post()
    return arguments | {name: value for name, value in form.items() if isinstance(value, str)}


def _token(request: web.Request, arguments: Json) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    in_body = arguments.get("token")
    return in_body if isinstance(in_body, str) and in_body else None


def _status_answer(fault: Fault) -> web.Response:
    headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
    status = fault.status or 500
    if status == 429:  # noqa: PLR2004 - Too Many Requests.
        return web.json_response({"ok": False, "error": "ratelimited"}, status=status, headers=headers)
    return web.Response(text="upstream error", status=status, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
