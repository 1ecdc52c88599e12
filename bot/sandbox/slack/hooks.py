"""End points for tests and the story: faults, the journal, and changes in the workspace."""

from collections.abc import Mapping
from dataclasses import asdict

from aiohttp import web

from bot.sandbox.slack.faults import Faults
from bot.sandbox.slack.page_api import field, json_body, refused
from bot.sandbox.slack.page_state import delivery_row
from bot.sandbox.slack.rate_limits import RateLimits
from bot.sandbox.slack.records import Channel, Group, Json
from bot.sandbox.slack.socket_mode import SocketHub
from bot.sandbox.slack.store import Workspace


class Hooks:
    """What a test can do that nobody can do in Slack's client."""

    def __init__(self, workspace: Workspace, faults: Faults, limits: RateLimits, sockets: SocketHub) -> None:
        self._workspace = workspace
        self._faults = faults
        self._limits = limits
        self._sockets = sockets

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/_sandbox/faults", self.add_fault),
            web.post("/_sandbox/reset_faults", self.reset_faults),
            web.post("/_sandbox/reset_rate", self.reset_rate),
            web.post("/_sandbox/socket", self.socket),
            web.post("/_sandbox/leave_group", self.change_group),
            web.post("/_sandbox/join_group", self.change_group),
            web.post("/_sandbox/leave_channel", self.leave_channel),
            web.post("/_sandbox/deactivate", self.deactivate),
            web.get("/_sandbox/journal", self.journal),
        ]

    async def add_fault(self, request: web.Request) -> web.Response:
        """Queue a fault; see `Fault` for its fields."""
        try:
            fault = self._faults.add(await json_body(request))
        except ValueError as error:
            raise refused(str(error)) from error
        return web.json_response(asdict(fault))

    async def reset_faults(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Drop all faults."""
        self._faults.clear()
        return web.json_response({})

    async def reset_rate(self, request: web.Request) -> web.Response:
        """Forget all counted calls; `{"rate_scale": n}` also changes the scale."""
        scale = (await json_body(request)).get("rate_scale")
        if isinstance(scale, int | float):
            self._limits.scale = float(scale)
        self._limits.reset()
        return web.json_response({"rate_scale": self._limits.scale})

    async def socket(self, request: web.Request) -> web.Response:
        """Disconnect Socket Mode with `reason`; `kill` closes without a frame."""
        reason = field(await json_body(request), "reason")
        return web.json_response({"told": await self._sockets.disconnect(reason)})

    async def change_group(self, request: web.Request) -> web.Response:
        """Take `user` out of `group`, or put the person in."""
        body = await json_body(request)
        user, members = self._user(body), self._members(self._workspace.groups, field(body, "group"))
        if user in members:
            members.remove(user)
        if request.path.endswith("join_group"):
            members.append(user)
        self._workspace.touch()
        return web.json_response({"users": members})

    async def leave_channel(self, request: web.Request) -> web.Response:
        """Take `user` (also the bot) out of `channel`."""
        body = await json_body(request)
        user, members = self._user(body), self._members(self._workspace.channels, field(body, "channel"))
        if user in members:
            members.remove(user)
        self._workspace.touch()
        return web.json_response({"users": members})

    async def deactivate(self, request: web.Request) -> web.Response:
        """Switch the account of `user` off."""
        self._workspace.deactivate(self._user(await json_body(request)))
        return web.json_response({})

    @staticmethod
    def _members(places: Mapping[str, Group] | Mapping[str, Channel], place_id: str) -> list[str]:
        place = places.get(place_id)
        if place is None:
            raise refused("there is no such group or channel", 404)
        return place.members

    def _user(self, body: Json) -> str:
        user = field(body, "user")
        if user not in self._workspace.people:
            raise refused("nobody has this id", 404)
        return user

    async def journal(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """Return all API calls and all deliveries, oldest first."""
        deliveries = [
            delivery_row(d) | {"payload": d.payload, "response": d.response} for d in self._workspace.deliveries
        ]
        return web.json_response({"calls": self._workspace.calls, "deliveries": deliveries})
