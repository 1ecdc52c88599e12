"""The look-alike as one server: `SlackLookAlike`, and `python -m bot.sandbox.slack.server`."""

import argparse
import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from aiohttp import web

from bot.sandbox.slack import api_channels, api_conversations, api_files, api_messages, api_people, api_views, seed
from bot.sandbox.slack.api_files import file_routes
from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.form_files import private_file_routes
from bot.sandbox.slack.hooks import Hooks
from bot.sandbox.slack.interactions import Interactions
from bot.sandbox.slack.page_api import PageApi, set_headers
from bot.sandbox.slack.rate_limits import RateLimits
from bot.sandbox.slack.response_urls import ResponseUrls
from bot.sandbox.slack.socket_mode import SocketHub
from bot.sandbox.slack.store import Workspace
from bot.sandbox.slack.transport import HttpTransport
from bot.sandbox.slack.triggers import Triggers
from bot.sandbox.slack.web_api import WebApi

LARGEST_BODY_BYTES = 2 << 20


class SlackLookAlike:
    """A Slack workspace with one installed app, on the loopback interface.

    Args:
        signing_secret: Signs the requests to the bot.
        bot_token: The valid `xoxb` token.
        app_token: The valid `xapp` token.
        request_url: Where interactions are posted; may be set later, None means nowhere yet.
        delivery: `http` posts to `request_url`, `socket` uses Socket Mode.
        rate_scale: 1 is Slack's rates, 2 twice as much, 0 no limits.
        scopes: What the bot token was granted.
        now: The clock, epoch seconds.
        journal_path: Where calls and deliveries are also appended as JSON Lines, or None.

    Attributes:
        workspace: The store: people, channels, messages, open views, deliveries, calls.
        interactions: What people do; the page's end points call the same.
        faults: The faults that wait for their calls.
        limits: The rate limits.
        sockets: The Socket Mode connections.
        triggers: The trigger ids and response URLs.
    """

    def __init__(
        self,
        *,
        signing_secret: str = seed.SIGNING_SECRET,
        bot_token: str = seed.BOT_TOKEN,
        app_token: str = seed.APP_TOKEN,
        request_url: str | None = None,
        delivery: Literal["http", "socket"] = "http",
        rate_scale: float = 1.0,
        scopes: tuple[str, ...] = seed.SCOPES,
        now: Callable[[], float] = time.time,
        journal_path: Path | None = None,
    ) -> None:
        self.request_url = request_url
        self.delivery = delivery
        self.workspace = Workspace(now, journal_path)
        self.triggers = Triggers(now)
        self.faults = Faults()
        self.limits = RateLimits(rate_scale, now)
        self.sockets = SocketHub()
        self._http = HttpTransport(signing_secret, lambda: self.request_url)
        self.interactions = Interactions(
            self.workspace,
            self.triggers,
            self._http if delivery == "http" else self.sockets,
            lambda: self.origin,
        )
        self._bot_token = bot_token
        self._web_api = self._make_web_api({"xoxb": bot_token, "xapp": app_token}, scopes)
        self._page = PageApi(self.workspace, self.interactions)
        self._runner: web.AppRunner | None = None
        self._origin: str | None = None

    def _make_web_api(self, tokens: dict[str, str], scopes: tuple[str, ...]) -> WebApi:
        methods = (
            api_messages.METHODS
            | api_files.METHODS
            | api_channels.METHODS
            | api_conversations.METHODS
            | api_people.METHODS
            | api_views.METHODS
            | self.sockets.methods()
        )
        return WebApi(
            self.workspace,
            self.triggers,
            self.limits,
            self.faults,
            methods=methods,
            tokens=tokens,
            scopes=scopes,
            origin=lambda: self.origin,
        )

    @property
    def origin(self) -> str:
        """The address without a path, such as `http://127.0.0.1:4000`.

        Raises:
            RuntimeError: The server has not been started.
        """
        if self._origin is None:
            raise RuntimeError("start() the look-alike before asking for its address")
        return self._origin

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, with the slash at the end that slack_sdk needs."""
        return f"{self.origin}/api/"

    @property
    def page_url(self) -> str:
        """The address of the page."""
        return f"{self.origin}/"

    def application(self) -> web.Application:
        """Return the aiohttp application with all routes."""
        application = web.Application(client_max_size=LARGEST_BODY_BYTES)
        hooks = Hooks(self.workspace, self.faults, self.limits, self.sockets)
        responses = ResponseUrls(self.workspace, self.triggers)
        application.add_routes(
            [
                web.route("GET", "/api/{method}", self._web_api.handle),
                web.route("POST", "/api/{method}", self._web_api.handle),
                web.get("/link", self.sockets.link),
                web.post("/actions/{number}/{secret}", responses.handle),
                *file_routes(self.workspace),
                *private_file_routes(self.workspace, self._bot_token, self._web_api.scopes),
                *self._page.routes(),
                *hooks.routes(),
            ]
        )
        application.on_response_prepare.append(set_headers)
        return application

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes any free one.

        Raises:
            OSError: The port is taken.
        """
        # A short shutdown, because the page's stream of changes never ends by itself.
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        self._runner = runner
        listening = runner.addresses[0]
        self._origin = f"http://{listening[0]}:{listening[1]}"

    async def stop(self) -> None:
        """Close the streams, the sockets and the server."""
        self._page.close_streams()
        await self.interactions.close()
        await self._web_api.close()
        await self.sockets.close()
        await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.slack.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--request-url", help="where the bot takes interactions, .../slack/events")
    parser.add_argument("--delivery", choices=("http", "socket"), default="http")
    parser.add_argument("--signing-secret", default=seed.SIGNING_SECRET)
    parser.add_argument("--bot-token", default=seed.BOT_TOKEN)
    parser.add_argument("--app-token", default=seed.APP_TOKEN)
    parser.add_argument("--rate-scale", type=float, default=1.0, help="1 is Slack's rates, 0 no limits")
    parser.add_argument("--journal", type=Path, help="also append calls and deliveries here, as JSON Lines")
    return parser.parse_args()


async def _serve(wanted: argparse.Namespace) -> None:
    slack = SlackLookAlike(
        signing_secret=wanted.signing_secret,
        bot_token=wanted.bot_token,
        app_token=wanted.app_token,
        request_url=wanted.request_url,
        delivery=wanted.delivery,
        rate_scale=wanted.rate_scale,
        journal_path=wanted.journal,
    )
    await slack.start(wanted.host, wanted.port)
    print(f"page {slack.page_url}\napi  {slack.api_url}", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await slack.stop()


def main() -> None:
    """Serve until interrupted."""
    try:
        asyncio.run(_serve(_arguments()))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
