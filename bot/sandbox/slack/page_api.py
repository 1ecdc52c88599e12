"""What the page calls: its files, the state, the stream of changes, and what a person does."""

import base64
import binascii
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.slack.interactions import Interactions, NotPossible
from bot.sandbox.slack.page_state import page_state
from bot.sandbox.slack.records import Delivery, Json
from bot.sandbox.slack.store import Workspace

PAGE_FOLDER = Path(__file__).parent / "page"
KEEP_ALIVE_SECONDS = 10.0
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def refused(problem: str, status: int = 400) -> web.HTTPException:
    """Make an exception that answers `{"error": problem}`."""
    kinds: dict[int, type[web.HTTPException]] = {400: web.HTTPBadRequest, 404: web.HTTPNotFound}
    kind = kinds.get(status, web.HTTPForbidden)
    return kind(text=json.dumps({"error": problem}), content_type="application/json")


async def json_body(request: web.Request) -> Json:
    """Return the body of a request of the page.

    Raises:
        web.HTTPException: It is no JSON object, or comes from another web site.
    """
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise refused("this page belongs to somebody else", 403)
    try:
        body = json.loads(await request.read() or b"{}")
    except ValueError as error:
        raise refused("the body is no JSON") from error
    if not isinstance(body, dict):
        raise refused("the body is no object")
    return body


def field(body: Json, name: str) -> str:
    """Return a text field of a body.

    Raises:
        web.HTTPException: It is missing or no text.
    """
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise refused(f"{name} is missing")
    return value


async def set_headers(request: web.Request, response: web.StreamResponse) -> None:  # noqa: ARG001
    """Put the security headers on every answer; a signal handler of aiohttp."""
    response.headers.update(_HEADERS)


class PageApi:
    """The end points of the page."""

    def __init__(self, workspace: Workspace, interactions: Interactions) -> None:
        self._workspace = workspace
        self._interactions = interactions
        self._closing = False

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/", self.front),
            web.get("/u/{handle}", self.person_page),
            web.get("/archives/{channel}/{message}", self.front),
            web.get(r"/page/{file:[A-Za-z0-9_.-]+}", self.file),
            web.get("/_sandbox/state", self.state),
            web.get("/_sandbox/events", self.events),
            web.post("/_sandbox/click", self.click),
            web.post("/_sandbox/click_view", self.click_view),
            web.post("/_sandbox/submit", self.submit),
            web.post("/_sandbox/close", self.close_view),
            web.post("/_sandbox/put_file", self.put_file),
        ]

    def close_streams(self) -> None:
        """End the streams of changes."""
        self._closing = True
        self._workspace.touch()

    async def front(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Lead to the first person's page."""
        raise web.HTTPFound("/u/ava")

    async def person_page(self, request: web.Request) -> web.FileResponse:
        """Return the page of one person."""
        self._person_id(request.match_info["handle"])
        return web.FileResponse(PAGE_FOLDER / "index.html")

    async def file(self, request: web.Request) -> web.FileResponse:
        """Return one file of the page."""
        path = PAGE_FOLDER / request.match_info["file"]
        if not path.is_file():
            raise refused("there is no such file", 404)
        return web.FileResponse(path)

    def _person_id(self, handle: str) -> str:
        for person in self._workspace.people.values():
            if person.handle == handle and not person.is_bot:
                return person.user_id
        raise refused("nobody has this handle", 404)

    async def state(self, request: web.Request) -> web.Response:
        """Return the state for `?user=U…` or `?handle=…`."""
        user = request.query.get("user") or self._person_id(request.query.get("handle", ""))
        if user not in self._workspace.people:
            raise refused("nobody has this id", 404)
        return web.json_response(page_state(self._workspace, user))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Send the version whenever anything changed, as Server-Sent Events."""
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        seen = -1
        try:
            while not self._closing:
                changed = seen != self._workspace.version
                seen = self._workspace.version
                line = f"data: {json.dumps({'version': seen})}\n\n" if changed else ": still here\n\n"
                await stream.write(line.encode())
                await self._workspace.wait_for_change(seen, KEEP_ALIVE_SECONDS)
        except ConnectionError:
            return stream
        return stream

    async def click(self, request: web.Request) -> web.Response:
        """Press a control of a message; with `"wait": true` answer after the bot did."""
        body = await json_body(request)
        ids = [field(body, name) for name in ("user", "channel", "ts", "block_id", "action_id")]
        try:
            delivery = self._interactions.click(*ids, **_chosen(body))
        except NotPossible as error:
            raise refused(str(error), 403) from error
        return await self._delivered(body, delivery)

    async def click_view(self, request: web.Request) -> web.Response:
        """Press a control of a modal; with `"wait": true` answer after the bot did."""
        body = await json_body(request)
        ids = [field(body, name) for name in ("user", "view_id", "block_id", "action_id")]
        try:
            delivery = self._interactions.click_view(*ids, **_chosen(body), values=_values(body))
        except NotPossible as error:
            raise refused(str(error), 403) from error
        return await self._delivered(body, delivery)

    async def _delivered(self, body: Json, delivery: Delivery) -> web.Response:
        if body.get("wait") is True:
            await self._interactions.wait(delivery)
        return web.json_response({"delivery": delivery.delivery_id, "state": delivery.state})

    async def submit(self, request: web.Request) -> web.Response:
        """Submit a modal."""
        body = await json_body(request)
        user, view_id = field(body, "user"), field(body, "view_id")
        try:
            delivery, result = await self._interactions.submit(
                user, view_id, _values(body), force=body.get("force") is True
            )
        except NotPossible as error:
            raise refused(str(error), 403) from error
        return web.json_response({"delivery": delivery and delivery.delivery_id, "result": result})

    async def put_file(self, request: web.Request) -> web.Response:
        """Put a file into a modal; its content is base64."""
        body = await json_body(request)
        ids = field(body, "block_id"), field(body, "action_id")
        try:
            content = base64.b64decode(field(body, "content"), validate=True)
            file = self._interactions.put_file(
                field(body, "user"), field(body, "view_id"), ids, field(body, "name"), content
            )
        except (NotPossible, binascii.Error) as error:
            raise refused(str(error), 403) from error
        return web.json_response({"file": file})

    async def close_view(self, request: web.Request) -> web.Response:
        """Close a modal."""
        body = await json_body(request)
        try:
            delivery = self._interactions.close_view(field(body, "user"), field(body, "view_id"))
        except NotPossible as error:
            raise refused(str(error), 403) from error
        return web.json_response({"delivery": delivery and delivery.delivery_id})


def _chosen(body: Json) -> dict[str, Any]:
    option, value = body.get("selected_option"), body.get("value")
    if option is not None and not isinstance(option, dict):
        raise refused("selected_option is no object")
    return {"value": None if value is None else str(value), "option": option}


def _values(body: Json) -> dict[str, dict[str, Json]]:
    values = body.get("values") or {}
    if not isinstance(values, dict):
        raise refused("values is no object")
    for entered in values.values():
        if not isinstance(entered, dict) or not all(isinstance(v, dict) for v in entered.values()):
            raise refused("values is block_id -> action_id -> value")
    return values
