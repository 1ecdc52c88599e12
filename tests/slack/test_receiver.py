"""``POST /slack/events`` over real HTTP: what is refused never reaches Bolt, and nothing is answered with 500."""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.adapters.clock import SystemClock
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.transport import signature, signed_headers
from bot.slack.gate import MOST_BYTES, SlackGate
from bot.slack.receiver import SlackReceiver
from tests.slack.bot_on_loopback import LoopbackBot, a_click, a_submission, form

CLICK = a_click({"action_id": "acknowledge", "block_id": "b", "value": "v"})
NOT_OURS = "This control is not one that Anchorwatch drew. Nothing was done."
UNKNOWN = "Anchorwatch does not know this action. Nothing was done."


@dataclass
class RecordingApp:
    """Stands where Bolt stands: remembers what reached it and answers with a status."""

    status: int = 200
    reached: list[Any] = field(default_factory=list)

    async def async_dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
        """Remember the body."""
        self.reached.append(request.body)
        return BoltResponse(status=self.status, body="")


@dataclass
class Door:
    """The receiver on a real socket, and who knocks."""

    app: RecordingApp
    url: str
    http: aiohttp.ClientSession

    async def knock(self, body: bytes, **headers: str) -> int:
        """Send a body, signed; ``headers`` (with _ for -) go over the signed ones."""
        signed = signed_headers(people.SIGNING_SECRET, str(int(time.time())), body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.knock_with(body, {**signed, **named})

    async def knock_with(self, body: bytes, headers: dict[str, str]) -> int:
        """Send a body with these headers only."""
        # As a stream, because aiohttp warns of large bytes.
        async with self.http.post(self.url, data=io.BytesIO(body), headers=headers) as answer:
            return answer.status


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """A receiver in front of a recorder."""
    app = RecordingApp()
    receiver = SlackReceiver(app, SlackGate(people.SIGNING_SECRET), SystemClock())  # type: ignore[arg-type]
    served = web.Application(client_max_size=MOST_BYTES)
    served.router.add_post("/slack/events", receiver.receive)
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as http:
        yield Door(app, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", http)
    await runner.cleanup()


async def test_passes_on_what_is_signed_and_sound(door: Door) -> None:
    """A sound request reaches Bolt once."""
    assert await door.knock(form(CLICK)) == 200
    assert [one["actions"][0]["action_id"] for one in door.app.reached] == ["acknowledge"]


async def test_refuses_bad_senders(door: Door) -> None:
    """Unsigned, wrongly signed, stale, from the future and replayed: 401, and nothing reaches Bolt."""
    body, now = form(CLICK), int(time.time())
    right = signed_headers(people.SIGNING_SECRET, str(now), body)
    wrong = signed_headers("another secret", str(now), body)
    stale, ahead = (signed_headers(people.SIGNING_SECRET, str(now + drift), body) for drift in (-301, 302))
    unsigned = {"Content-Type": right["Content-Type"]}
    odd = {**right, "X-Slack-Request-Timestamp": "１７９５"}  # noqa: RUF001 - Digits that are no ASCII.
    assert [await door.knock_with(body, one) for one in (unsigned, wrong, stale, ahead, odd)] == [401] * 5
    assert door.app.reached == []
    assert [await door.knock_with(body, right) for _ in range(3)] == [200, 401, 401]
    assert len(door.app.reached) == 1


async def test_refuses_bad_bodies(door: Door) -> None:
    """Rightly signed bodies that nobody can read: 400, and nothing reaches Bolt."""
    bodies = [
        b"",
        b"payload=",
        b"payload={",
        b"\xff\xfe\x00",
        b"payload=" + b"[" * 20_000,
        b"payload=" + b'{"a":' * 20_000,
        form({}),
        form({**CLICK, "user": None}),
        form({**CLICK, "actions": [[]]}),
        form({"type": "view_submission", "user": {"id": "U1"}}),
        form({**CLICK, "type": "interactive_message", "callback_id": "x"}),
        b"command=%2Fx&user_id=U1",
        b"x" * (MOST_BYTES + 1),
    ]
    assert [await door.knock(body) for body in bodies] == [400] * len(bodies)
    assert await door.knock(form(CLICK), Content_Type="text/plain") == 400
    assert door.app.reached == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
async def test_refuses_a_body_that_is_not_encoded_as_it_says(door: Door, encoding: str) -> None:
    """Nobody needs a secret to name an encoding, and nobody gets a 500 for it."""
    assert await door.knock_with(b"payload=abc", {"Content-Encoding": encoding}) == 400
    assert door.app.reached == []


async def test_the_charset_of_a_header_changes_nothing(door: Door) -> None:
    """The body is what was signed, whatever charset an unsigned header claims."""
    content_type = "application/x-www-form-urlencoded; charset="
    assert await door.knock(form(CLICK), Content_Type=content_type + "utf-16") == 200
    assert await door.knock(form({**CLICK, "n": 1}), Content_Type=content_type + "no-such-charset") == 200
    assert door.app.reached[0] == door.app.reached[1]


async def test_a_failed_request_may_come_again(door: Door) -> None:
    """When Bolt fails, nothing was done: the same bytes are no replay then."""
    body = form(CLICK)
    headers = signed_headers(people.SIGNING_SECRET, str(int(time.time())), body)
    door.app.status = 500
    assert await door.knock_with(body, headers) == 500
    door.app.status = 200
    assert [await door.knock_with(body, headers) for _ in range(2)] == [200, 401]


async def test_no_mutated_request_gets_in(door: Door) -> None:
    """3,000 signed requests with one flipped bit each, over real sockets: all refused, none with 500, none to Bolt."""
    chance = random.Random(8)  # noqa: S311 - The same mutations each time, no secret.

    async def mutated(number: int) -> int:
        body = bytearray(form({**CLICK, "n": number}))
        timestamp = bytearray(str(int(time.time())).encode())
        signed = bytearray(signature(people.SIGNING_SECRET, timestamp.decode(), bytes(body)).encode())
        part = chance.choice((body, body, timestamp, signed))
        # In a header the highest and lowest bits only: others make control characters, which HTTP itself refuses.
        part[chance.randrange(len(part))] ^= 1 << chance.randrange(8 if part is body else 2)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": timestamp.decode("latin-1"),
            "X-Slack-Signature": signed.decode("latin-1"),
        }
        return await door.knock_with(bytes(body), headers)

    statuses: Counter[int] = Counter()
    for start in range(0, 3_000, 50):
        statuses.update(await asyncio.gather(*(mutated(start + number) for number in range(50))))
    assert statuses == {401: 3_000}
    assert door.app.reached == []


async def test_answers_slacks_own_checks(bot: LoopbackBot) -> None:
    """The challenge comes back, the certificate check and any event are acknowledged."""
    challenge = json.dumps({"type": "url_verification", "challenge": "abc123"}).encode()
    event = json.dumps({"type": "event_callback", "event": {"type": "message", "text": "<!channel>"}}).encode()
    status, text = await bot.send(challenge, {"Content-Type": "application/json"})
    assert (status, json.loads(text)) == (200, {"challenge": "abc123"})
    assert await bot.send(b"ssl_check=1&token=abc") == (200, "")
    assert await bot.send(event, {"Content-Type": "application/json"}) == (200, "")


async def test_an_unknown_action_is_told_and_logged(bot: LoopbackBot) -> None:
    """A control that nobody knows: 200, told in private, and in the operations stream of the day."""
    assert (await bot.send_payload(a_click({"action_id": "drop_all_tables", "value": "x"})))[0] == 200
    assert await bot.note() == UNKNOWN
    (refused,) = await bot.refusals(f"OPS-{datetime.now(UTC):%Y-%m-%d}")
    assert (refused["by"], refused["control"], refused["reason"]) == (
        f"slack:{people.AVA}",
        "drop_all_tables",
        "unknown_action",
    )


async def test_what_belongs_to_no_case_is_exported(bot: LoopbackBot) -> None:
    """The audit command prints the operations stream of the day as it prints a case."""
    await bot.send_payload(a_click({"action_id": "drop_all_tables", "value": "x"}, user=people.DMITRI))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot.cli", "audit", "export", f"OPS-{datetime.now(UTC):%Y-%m-%d}"),
        env={**os.environ, "ANCHORWATCH_STORE": f"sqlite:///{bot.folder / 'cases.db'}"},
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    first = json.loads(printed.splitlines()[0])
    assert process.returncode == 0
    assert (first["kind"], first["by"]) == ("attempt:refused", f"slack:{people.DMITRI}")


@pytest.mark.parametrize("state", [{}, {"values": {"reason": {"reason": {"value": "because"}}}}, {"values": {"x": {}}}])
async def test_an_unknown_form_is_told_and_logged(bot: LoopbackBot, state: dict[str, Any]) -> None:
    """A form that nobody knows: 200, told in the form itself in a way that Slack takes, and logged."""
    status, text = await bot.send_payload(a_submission({"callback_id": "drop_all_tables", "state": state}))
    answer = json.loads(text)
    assert status == 200
    if "reason" in state.get("values", {}):
        assert answer == {"response_action": "errors", "errors": {"reason": NOT_OURS}}
    else:
        assert answer["response_action"] == "update"
        assert answer["view"]["blocks"][0]["text"]["text"] == NOT_OURS
    (refused,) = await bot.refusals(f"OPS-{datetime.now(UTC):%Y-%m-%d}")
    assert (refused["control"], refused["reason"]) == ("drop_all_tables", "forged")
