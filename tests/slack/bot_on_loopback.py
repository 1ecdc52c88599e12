"""The real bot in this process, on real sockets of the loopback interface, in front of the Slack look-alike."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

from bot.adapters.sqlite_log import SqliteLog
from bot.adapters.sqlite_schema import sqlite_path
from bot.bootstrap import Bot, build
from bot.domain.approval import Person
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.fold import fold
from bot.domain.plan import plan_name
from bot.domain.seen import PlanRead
from bot.sandbox.hands import Hands, case_of, until
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.server import SlackLookAlike
from bot.sandbox.slack.transport import signed_headers
from bot.settings import load_settings
from tests.records import body as json_bytes
from tests.records import cloudtrail_record, eventbridge

WEBHOOK_TOKEN = "webhook-token-of-the-tests"

Json = dict[str, Any]


def form(payload: object) -> bytes:
    """A payload as Slack sends it: JSON in a form field."""
    return urlencode({"payload": json.dumps(payload)}).encode()


def a_click(action: Mapping[str, object], *, user: str = people.AVA, **changes: object) -> Json:
    """A ``block_actions`` payload with what Slack always sends; a change to None takes a field away."""
    payload: Json = {
        "type": "block_actions",
        "team": {"id": people.TEAM_ID},
        "user": {"id": user, "team_id": people.TEAM_ID},
        "channel": {"id": people.ALERTS_CHANNEL},
        "trigger_id": "1.2.3",
        "actions": [{"type": "button", **action}],
    } | changes
    return {name: value for name, value in payload.items() if value is not None}


def a_submission(view: Mapping[str, object], *, user: str = people.AVA) -> Json:
    """A ``view_submission`` payload."""
    return {
        "type": "view_submission",
        "team": {"id": people.TEAM_ID},
        "user": {"id": user, "team_id": people.TEAM_ID},
        "view": {"type": "modal", "callback_id": "acknowledge", "private_metadata": "", **view},
    }


@dataclass(slots=True)
class LoopbackBot:
    """Use it as an async context manager; everything in it is real but AWS, which is not there at all.

    Attributes:
        folder: where the case log is.
        settings: settings beyond the ones that every test needs.
        scopes: what the bot's token was granted.
    """

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[str, ...] = people.SCOPES
    slack: SlackLookAlike = field(init=False)
    bot: Bot = field(init=False)
    url: str = field(init=False)
    http: aiohttp.ClientSession = field(init=False)
    _stack: AsyncExitStack = field(init=False)
    _runner: asyncio.Task[None] = field(init=False)

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        self.slack = SlackLookAlike(rate_scale=0, scopes=self.scopes)
        await self.slack.start()
        self._stack.push_async_callback(self.slack.stop)
        self.http = await self._stack.enter_async_context(aiohttp.ClientSession())
        self.bot = await build(load_settings({**self._environment(), **self.settings}), self._stack)
        server = web.AppRunner(self.bot.web_app, access_log=None, shutdown_timeout=0.1)
        await server.setup()
        self._stack.push_async_callback(server.cleanup)
        await web.TCPSite(server, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{server.addresses[0][1]}"
        self.slack.request_url = f"{self.url}/slack/events"
        await self.bot.directory.refresh()
        self._runner = asyncio.create_task(self.bot.runner.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.bot.runner.stop()
        await self._runner
        await self._stack.aclose()

    def _environment(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": people.BOT_TOKEN,
            "SLACK_SIGNING_SECRET": people.SIGNING_SECRET,
            "ANCHORWATCH_SLACK_API_URL": self.slack.api_url,
            "ANCHORWATCH_CHANNEL": people.ALERTS_CHANNEL,
            "ANCHORWATCH_OPS_CHANNEL": people.OPS_CHANNEL,
            "ANCHORWATCH_STORE": f"sqlite:///{self.folder / 'cases.db'}",
            "ANCHORWATCH_RESPONDERS": people.ONCALL_GROUP,
            "ANCHORWATCH_APPROVERS": people.APPROVERS_GROUP,
            "ANCHORWATCH_WEBHOOK_TOKEN": WEBHOOK_TOKEN,
            "ANCHORWATCH_OBSERVE": "off",
            "ANCHORWATCH_INVESTIGATE": "off",
        }

    def hands(self, user_id: str = people.AVA) -> Hands:
        """A person in front of the look-alike."""
        return Hands(self.slack, user_id)

    async def send(self, body: bytes, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Post a body to ``/slack/events``, signed as Slack signs it; ``headers`` go over the signed ones."""
        signed = signed_headers(people.SIGNING_SECRET, str(int(time.time())), body)
        return await self.send_as_is(body, {**signed, **(headers or {})})

    async def send_as_is(self, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """Post a body to ``/slack/events`` with these headers only."""
        async with self.http.post(f"{self.url}/slack/events", data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def send_payload(self, payload: object) -> tuple[int, str]:
        """Post an interaction, signed."""
        return await self.send(form(payload))

    async def alert(self, **changes: Any) -> str:
        """Let a detection in, wait for its card, and return the case id."""
        known = {case_of(card) for card in self.hands().cards()}
        message = json_bytes(eventbridge(cloudtrail_record(**changes)))
        headers = {"Authorization": f"Bearer {WEBHOOK_TOKEN}"}
        async with self.http.post(f"{self.url}/detections", data=message, headers=headers) as answer:
            assert answer.status == 202, await answer.text()
        new = await until("a card", lambda: {case_of(card) for card in self.hands().cards()} - known, 5)
        case_id = new.pop()
        async with asyncio.timeout(5):
            wanted = {"post:sent", "suspects:looked"}
            while not wanted <= {one["kind"] for one in await self.log(case_id)}:  # noqa: ASYNC110 - In the log.
                await asyncio.sleep(0.01)
        return case_id

    async def log(self, case_id: str) -> list[Json]:
        """The entries of a case (or of an operations stream) as another process reads them: kind, by and data."""
        log = SqliteLog.open(sqlite_path(f"sqlite:///{self.folder / 'cases.db'}"), read_only=True)
        try:
            return [{"kind": one.kind, "by": one.by, **one.data} for one in await log.read(case_id)]
        finally:
            await log.close()

    async def aws_was_read(self, case_id: str) -> None:
        """Write what reading AWS for the open request would bring: there is no AWS here, so it is what is known."""
        book = self.bot.runner._book  # noqa: SLF001 - The log has one writer.

        def rule(case: Case) -> list[Draft]:
            request = case.open_request
            if request is None or not request.seen.waits:
                return []
            plan = replace(request.plan, unknown=())
            name = plan_name(plan.digest())
            return [draft(PlanRead(request.request_id, plan, plan.digest(), name, plan_name(request.digest)))]

        await book.decide(case_id, rule)

    async def append(self, case_id: str, *drafts: Draft) -> None:
        """Append something behind the back of all rules."""
        await self.bot.runner._book.decide(case_id, lambda _: drafts)  # noqa: SLF001 - As above.

    async def case(self, case_id: str) -> Case:
        """The case as its log says."""
        log = SqliteLog.open(sqlite_path(f"sqlite:///{self.folder / 'cases.db'}"), read_only=True)
        try:
            return fold(Case(case_id), await log.read(case_id))
        finally:
            await log.close()

    async def refusals(self, case_id: str) -> list[Json]:
        """Every refused attempt that the case's log has."""
        return [one for one in await self.log(case_id) if one["kind"] == "attempt:refused"]

    async def note(self, user_id: str = people.AVA, *, holding: str = "") -> str:
        """The next private note that a person is shown and that holds some words."""
        hands = self.hands(user_id)
        found = await until(
            f"a private note with {holding!r}", lambda: [one for one in hands.private_notes() if holding in one], 5
        )
        return found[-1]

    def person(self, user_id: str) -> Person:
        """What the bot knows of a person."""
        return self.bot.directory.person(user_id)
