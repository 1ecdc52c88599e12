"""``POST /detections`` over real HTTP: who gets in, what is kept, and when it says so."""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import inspect
import io
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.adapters import webhook_intake
from bot.adapters.clock import SystemClock
from bot.adapters.webhook_intake import MOST_BYTES, WebhookIntake
from bot.domain.errors import AnchorwatchError, BadInput, PartlyUnderstood, StoreUnavailable
from bot.service.take_detection import Taken
from tests import records

TOKEN, SECRET = "a-bearer-token", "a-shared-secret"
RECORD = records.cloudtrail_record()
BODY = records.body(RECORD)
BROKEN = records.cloudtrail_record(eventTime="soon")
TAKEN = {"queued": False, "events": 1, "cases": ["AW-0123456789"], "ignored": 0, "error_count": 0, "errors": []}
QUEUED = {"queued": True, "events": 1, "ignored": 0, "error_count": 0, "errors": []}

Answer = tuple[int, dict[str, Any]]


@dataclass
class Desk:
    """Takes messages in, or refuses them as it is told; remembers in which order things happened."""

    why_not: Exception | None = None
    aside_fails: bool = False
    happened: list[tuple[str, bytes]] = field(default_factory=list)

    async def take(self, body: bytes) -> Taken:
        """Take a message in."""
        await asyncio.sleep(0)
        if self.why_not is not None:
            raise self.why_not
        self.happened.append(("taken", body))
        return Taken(("AW-0123456789",), (), 1)

    async def set_aside(self, body: bytes, why: BadInput, came_from: str, *, dead_letter: str | None = None) -> None:
        """Keep what can't be understood."""
        assert (came_from, dead_letter) == ("POST /detections", None)
        if self.aside_fails:
            raise StoreUnavailable("no disk")
        self.happened.append((f"aside {why.code}", body))

    async def enqueue(self, body: bytes) -> None:
        """Put a message into the queue."""
        await asyncio.sleep(0.01)
        if self.why_not is not None:
            raise self.why_not
        self.happened.append(("queued", body))


Send = Callable[..., Awaitable[Answer]]


@asynccontextmanager
async def serving(desk: Desk, token: str = TOKEN, secret: str = SECRET, *, queue: bool = False) -> AsyncIterator[Send]:
    """A webhook on a real socket; gives what sends a body to it."""
    enqueue = desk.enqueue if queue else None
    intake = WebhookIntake(token, secret, desk.take, desk.set_aside, enqueue, SystemClock())
    app = web.Application(client_max_size=MOST_BYTES)
    app.router.add_post("/detections", intake.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/detections"
    async with aiohttp.ClientSession() as http:

        async def send(body: bytes = BODY, headers: dict[str, str] | None = None) -> Answer:
            async with http.post(url, data=io.BytesIO(body), headers=headers or bearer()) as answer:
                # What aiohttp refuses by itself comes as text.
                return answer.status, await answer.json() if answer.content_type == "application/json" else {}

        yield send
    await runner.cleanup()


def bearer(token: str = TOKEN) -> dict[str, str]:
    """The headers of a sender with a token."""
    return {"Authorization": f"Bearer {token}"}


def signed(body: bytes = BODY, *, secret: str = SECRET, drift_seconds: int = 0) -> dict[str, str]:
    """The headers of a sender with a shared secret."""
    timestamp = str(int(time.time()) + drift_seconds)
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Anchorwatch-Timestamp": timestamp, "X-Anchorwatch-Signature": f"v1={digest}"}


async def test_both_kinds_of_senders_get_in() -> None:
    """A right token or a right signature: 202, and the message was taken before."""
    desk = Desk()
    async with serving(desk) as send:
        answers = [await send(headers=one) for one in (bearer(), {"Authorization": f"bEARER {TOKEN}"}, signed())]
    assert answers == [(202, TAKEN)] * 3
    assert desk.happened == [("taken", BODY)] * 3


async def test_without_a_secret_it_is_off() -> None:
    """No secret set: 403 for everyone, also for an empty token and an empty secret."""
    desk = Desk()
    async with serving(desk, "", "") as send:
        answers = [await send(headers=one) for one in (bearer(""), bearer(), signed(secret=""), {"X": "y"})]
    assert {status for status, _ in answers} == {403}
    assert answers[0][1]["error"]["code"] == "off"
    assert desk.happened == []


@pytest.mark.parametrize(("token", "secret"), [(TOKEN, ""), ("", SECRET)])
async def test_what_is_not_set_lets_nobody_in(token: str, secret: str) -> None:
    """With only one of the two set, the other way stays shut, whatever comes along with it."""
    desk = Desk()
    wrong = [signed(), signed(secret=""), bearer("")] if token else [bearer(), bearer(""), signed(secret="")]
    async with serving(desk, token, secret) as send:
        statuses = [(await send(headers=one))[0] for one in wrong]
    assert statuses == [401, 401, 401]
    assert desk.happened == []


WRONG = {
    "nothing": {"Accept": "*/*"},
    "wrong token": bearer("another"),
    "token of another case": bearer(TOKEN.upper()),
    "longer token": bearer(TOKEN + "x"),
    "shorter token": bearer(TOKEN[:-1]),
    "no token": {"Authorization": "Bearer"},
    "another scheme": {"Authorization": f"Basic {TOKEN}"},
    "bare token": {"Authorization": TOKEN},
    "odd token": {"Authorization": "Bearer \udcff\udcfe"},
    "wrong token, right signature": {**bearer("another"), **signed()},
    "wrong secret": signed(secret="another"),
    "other body": signed(b"{}"),
    "stale": signed(drift_seconds=-302),
    "from the future": signed(drift_seconds=3_000),
    "no timestamp": {"X-Anchorwatch-Signature": "v1=" + "0" * 64},
    "odd timestamp": {**signed(), "X-Anchorwatch-Timestamp": "1e9"},
    "odd digits": {**signed(), "X-Anchorwatch-Timestamp": "\u0661" * 10},
    "slack's version": {**signed(), "X-Anchorwatch-Signature": "v0=" + "0" * 64},
    "odd signature": {**signed(), "X-Anchorwatch-Signature": "v1=é"},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
async def test_wrong_senders_are_refused(headers: dict[str, str]) -> None:
    """Anyone else: 401 with code, message and place, and nothing is taken."""
    desk = Desk()
    async with serving(desk) as send:
        status, answer = await send(headers=headers)
    assert status == 401
    assert set(answer["error"]) == {"code", "message", "at"}
    assert desk.happened == []


def test_secrets_are_compared_in_constant_time() -> None:
    """Both comparisons with a secret go through hmac.compare_digest, and none through ==."""
    source = inspect.getsource(webhook_intake)
    assert source.count("hmac.compare_digest(") == 2
    assert "== self._token" not in source


async def test_too_large_is_refused() -> None:
    """A MiB gets in, one byte more is refused with 400, also in pieces without a length."""
    desk = Desk()
    most = b'"' + b"x" * (MOST_BYTES - 2) + b'"'
    async with serving(desk) as send:
        assert (await send(most))[0] == 202
        status, answer = await send(most + b" ")
    assert (status, answer["error"]["code"]) == (400, "too_large")
    assert desk.happened == [("taken", most)]


@pytest.mark.parametrize("queue", [False, True])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip", "br"])
async def test_a_body_not_encoded_as_it_says(encoding: str, *, queue: bool) -> None:
    """What is not gzip is refused by name, and who has no secret gets no 500 for naming an encoding either."""
    desk = Desk()
    async with serving(desk, queue=queue) as send:
        assert (await send(b"payload=abc", {"Content-Encoding": encoding}))[0] == 401
        status, answer = await send(b"payload=abc", {**bearer(), "Content-Encoding": encoding})
    assert (status, answer["error"]["code"]) == (400, "not_decodable")
    assert desk.happened == []


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", "identity"])
async def test_an_encoded_body_is_taken_and_signed_as_it_was_sent(encoding: str) -> None:
    """The signature is over the bytes on the wire, packed or not, and the message is handed on as it came."""
    desk, body = Desk(), BODY if encoding == "identity" else gzip.compress(BODY)
    async with serving(desk) as send:
        assert (await send(body, {**signed(body), "Content-Encoding": encoding}))[0] == 202
        if encoding != "identity":
            assert (await send(body, {**signed(BODY), "Content-Encoding": encoding}))[0] == 401
    assert desk.happened == [("taken", body)]


async def test_the_good_events_are_taken_and_the_broken_one_is_named() -> None:
    """202 with counts, cases and what is wrong where; the message is put aside for its broken part."""
    problems = tuple(BadInput("bad_time", "no time", f"Records[{number}].eventTime") for number in range(25))
    desk = Desk(PartlyUnderstood(2, ("AW-0123456789",), 1, problems))
    async with serving(desk) as send:
        status, answer = await send()
    assert status == 202
    assert {name: answer[name] for name in answer if name != "errors"} == {
        "queued": False,
        "events": 2,
        "cases": ["AW-0123456789"],
        "ignored": 1,
        "error_count": 25,
    }
    assert len(answer["errors"]) == 20
    assert answer["errors"][1] == {"code": "bad_time", "message": "no time", "at": "Records[1].eventTime"}
    assert desk.happened == [("aside bad_time", BODY)]


async def test_a_broken_part_that_can_not_be_kept_is_sent_again() -> None:
    """The good parts were taken, but nothing may be lost: 503, and sending it again changes nothing about them."""
    desk = Desk(PartlyUnderstood(1, (), 0, (BadInput("x", "x"),)), aside_fails=True)
    async with serving(desk) as send:
        assert (await send())[0] == 503


async def test_with_a_queue_the_broken_part_is_named_too() -> None:
    """The queue gets the message whole, its intake puts it aside, and the sender hears at once what is wrong."""
    desk, body = Desk(), records.body({"Records": [RECORD, BROKEN, RECORD]})
    async with serving(desk, queue=True) as send:
        status, answer = await send(body)
    (error,) = answer["errors"]
    assert (status, answer["queued"], answer["events"], answer["error_count"]) == (202, True, 2, 1)
    assert (error["code"], error["at"]) == ("bad_time", "Records[1].eventTime")
    assert desk.happened == [("queued", body)]


@pytest.mark.parametrize("queue", [False, True])
async def test_a_packed_body_that_holds_nothing_is_put_aside_as_text(*, queue: bool) -> None:
    """Gzip of what is no event: 400, kept as base64 so that it can be read and sent again."""
    desk, body = Desk(None if queue else BadInput("unknown_form", "no form")), gzip.compress(b'{"hello": 1}', mtime=0)
    async with serving(desk, queue=queue) as send:
        status, answer = await send(body)
    assert (status, answer["error"]["code"]) == (400, "unknown_form")
    assert desk.happened == [("aside unknown_form", base64.b64encode(body))]


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_a_bomb_is_refused(encoding: str) -> None:
    """What unpacks to sixty-four megabytes is unpacked to its bound and not further."""
    desk, body = Desk(), gzip.compress(b" " * (1 << 26))
    async with serving(desk, queue=True) as send:
        began = time.perf_counter()
        status, answer = await send(body, {**bearer(), **({"Content-Encoding": encoding} if encoding else {})})
    assert (status, answer["error"]["code"]) == (400, "too_large")
    assert time.perf_counter() - began < 2
    assert "queued" not in {what for what, _ in desk.happened}


async def test_what_is_not_understood_is_kept_and_said() -> None:
    """Without a queue: 400 with code, message and place, and the message is put aside whole."""
    desk = Desk(BadInput("unknown_form", "this is no form of message that is known here", "detail"))
    async with serving(desk) as send:
        status, answer = await send(b"[1, 2")
    assert (status, answer) == (
        400,
        {
            "error": {
                "code": "unknown_form",
                "message": "this is no form of message that is known here",
                "at": "detail",
            }
        },
    )
    assert desk.happened == [("aside unknown_form", b"[1, 2")]


async def test_what_can_not_be_kept_is_sent_again() -> None:
    """When the case log or the quarantine is away: 503, never 202."""
    async with serving(Desk(StoreUnavailable("no disk"))) as send:
        assert (await send())[0] == 503
    async with serving(Desk(BadInput("x", "x"), aside_fails=True)) as send:
        status, answer = await send()
    assert (status, answer["error"]["code"]) == (503, "not_kept")


async def test_with_a_queue_it_answers_once_the_queue_has_it() -> None:
    """With a queue: 202 after SQS took it, 503 when SQS did not; the case log sees it from the queue only."""
    desk = Desk()
    async with serving(desk, queue=True) as send:
        assert await send() == (202, QUEUED)
        assert desk.happened == [("queued", BODY)]
        desk.why_not = AnchorwatchError("the queue did not take the message")
        status, answer = await send()
    assert (status, answer["error"]["code"]) == (503, "not_kept")
    assert desk.happened == [("queued", BODY)]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 20_000, b"9" * 20_000, b"NaN-"])
async def test_with_a_queue_what_is_not_json_never_gets_there(body: bytes) -> None:
    """Garbage is refused with what is wrong and put aside, so that the queue does not carry it."""
    desk = Desk()
    async with serving(desk, queue=True) as send:
        status, answer = await send(body)
    assert (status, answer["error"]["at"]) == (400, "body")
    code = answer["error"]["code"]
    assert code in ("not_json", "not_utf8", "too_deep")
    assert desk.happened == [(f"aside {code}", body)]


async def test_a_byte_order_mark_is_taken_on_both_ways() -> None:
    """What the intake understands, the queue carries: JSON behind a byte order mark."""
    desk, body = Desk(), b"\xef\xbb\xbf" + BODY
    for queue in (False, True):
        async with serving(desk, queue=queue) as send:
            assert (await send(body))[0] == 202
