"""``POST /detections``: packed bodies, and bodies of which only a part can be understood."""

from __future__ import annotations

import base64
import gzip
import time

import pytest

from bot.domain.errors import BadInput, PartlyUnderstood
from tests import records
from tests.fakes.webhook_desk import BODY, RECORD, Desk, bearer, serving, signed

BROKEN = records.cloudtrail_record(eventTime="soon")


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
