"""``POST /detections`` over real HTTP: who gets in, what is kept, and when it says so."""

from __future__ import annotations

import inspect

import pytest

from bot.adapters import webhook_intake
from bot.adapters.webhook_intake import MOST_BYTES
from bot.domain.errors import AnchorwatchError, BadInput, StoreUnavailable
from tests.fakes.webhook_desk import BODY, QUEUED, SECRET, TAKEN, TOKEN, Desk, bearer, serving, signed


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
