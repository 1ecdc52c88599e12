"""A tiny server that gives the page's files and a canned state, and a Chromium to look at them with."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

Json = dict[str, Any]

HERE = Path(__file__).parent
PAGE_FILES = HERE.parents[3] / "bot" / "sandbox" / "slack" / "page"
POLICY = "default-src 'self'; img-src 'self' data:"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Stage:
    """Serves the page as the look-alike does, from a state that the test may change.

    Attributes:
        state: What `GET /_sandbox/state` answers; call `publish` after changing it.
        calls: The page's requests, in order: the last part of the path and the body.
        answers: What to answer by path part; a callable may wait or change the state first.
        address: Where it listens, without a trailing slash.
    """

    def __init__(self) -> None:
        self.state: Json = json.loads((HERE / "canned_state.json").read_text())
        self.calls: list[tuple[str, Json]] = []
        self.answers: dict[str, Callable[[Json], Awaitable[Json]]] = {}
        self.address = ""
        self._version = 0
        self._changed = asyncio.Condition()

    async def publish(self) -> None:
        """Tells every open page that the state changed."""
        async with self._changed:
            self._version += 1
            self._changed.notify_all()

    def message(self, ts: str) -> Json:
        """The message of the state with this `ts`."""
        return next(one for one in self.state["messages"] if one["ts"] == ts)

    def app(self) -> web.Application:
        """The web application that serves all this."""
        app = web.Application()
        app.router.add_get("/u/{handle}", self._index)
        app.router.add_get("/page/{file}", self._file)
        app.router.add_get("/_sandbox/state", self._state)
        app.router.add_get("/_sandbox/events", self._events)
        app.router.add_post("/_sandbox/{what}", self._call)
        return app

    async def _index(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE_FILES / "index.html", headers={"Content-Security-Policy": POLICY})

    async def _file(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE_FILES / request.match_info["file"])

    async def _state(self, request: web.Request) -> web.Response:
        if request.query.get("handle") != self.state["me"]["handle"]:
            raise web.HTTPNotFound
        return web.json_response(self.state)

    async def _call(self, request: web.Request) -> web.Response:
        what, body = request.match_info["what"], await request.json()
        self.calls.append((what, body))
        if what in self.answers:
            return web.json_response(await self.answers[what](body))
        return web.json_response({"delivery": "D1", "result": "closed"})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        told = -1
        # The page left.
        with suppress(ConnectionError):
            while True:
                async with self._changed:
                    while told == self._version:
                        await self._changed.wait()
                    told = self._version
                await response.write(f"data: {json.dumps({'version': told})}\n\n".encode())
        return response


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    """A fresh server with the canned state."""
    stage = Stage()
    runner = web.AppRunner(stage.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    stage.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield stage
    await runner.cleanup()


@pytest.fixture
def canned_view() -> Json:
    """An open modal with each kind of input, as an entry of the state's `views`."""
    view: Json = json.loads((HERE / "canned_view.json").read_text())
    return view


# One browser for all tests, because a start takes longer than most tests; contexts keep them apart.
@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def person(browser: Browser, stage: Stage) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """Opens the page as Ava; keyword arguments go to the browser context. Script errors fail the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    async def open_page(path: str = "/u/ava", **options: Any) -> Page:
        settings = {
            "locale": "en-GB",
            "timezone_id": "Europe/Stockholm",
            "viewport": {"width": 1280, "height": 900},
        }
        context = await browser.new_context(**{**settings, **options})
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(5000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        await page.goto(stage.address + path)
        await page.get_by_role("heading", level=1).filter(has_text="aws-alerts").wait_for()
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert complaints == []
