"""The gate on its own: what it lets in, what it refuses, and with which answer."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.slack.transport import signed_headers
from bot.slack import gate as gate_module
from bot.slack.gate import MOST_AGE_SECONDS, MOST_BYTES, Refused, SlackGate

SECRET = "a-signing-secret"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BODY = b"payload=%7B%22type%22%3A%22block_actions%22%7D"


def headers_at(moment: datetime, body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    """Slack's headers for a body signed at a moment."""
    return signed_headers(secret, str(int(moment.timestamp())), body)


def verdict(headers: dict[str, str], body: bytes = BODY, secret: str = SECRET) -> tuple[int, str]:
    """What a fresh gate says; 200 for what it lets in."""
    refused = SlackGate(secret).check(headers, body, NOW)
    return (200, "") if refused is None else (refused.status, refused.reason)


def test_lets_in_what_slack_signed() -> None:
    """A signed request gets in, as a form and as JSON, however the content type is written."""
    for content_type in ("application/x-www-form-urlencoded", "Application/JSON; charset=utf-8"):
        assert verdict({**headers_at(NOW), "Content-Type": content_type}) == (200, "")


@pytest.mark.parametrize("seconds", [-MOST_AGE_SECONDS, -1, 0, 1, MOST_AGE_SECONDS])
def test_lets_in_what_is_fresh_enough(seconds: int) -> None:
    """Five minutes in either direction are fine: clocks differ."""
    assert verdict(headers_at(NOW + timedelta(seconds=seconds))) == (200, "")


@pytest.mark.parametrize("seconds", [-86_400, -MOST_AGE_SECONDS - 1, MOST_AGE_SECONDS + 1, 86_400])
def test_refuses_what_is_stale_or_from_the_future(seconds: int) -> None:
    """A rightly signed request outside the five minutes does not get in."""
    assert verdict(headers_at(NOW + timedelta(seconds=seconds))) == (401, "the request is too old")


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        "0",
        "-1795348800",
        "+1795348800",
        " 1795348800",
        "1795348800 ",
        "1795348800\n",
        "1795348800.5",
        "1e9",
        "NaN",
        "17953488000",
        "179534880O",
        "１７９５３４８８００",  # noqa: RUF001 - Digits to Python, and no timestamp of Slack's.
        "١٧٩٥٣٤٨٨٠٠",
        "\udcff\udcfe",
        "9" * 5_000,
    ],
)
def test_refuses_odd_timestamps(timestamp: str) -> None:
    """A timestamp that is not ten ASCII digits is refused, also when it is signed."""
    signed = signed_headers(SECRET, "1795348800", BODY)
    assert verdict({**signed, "X-Slack-Request-Timestamp": timestamp})[0] == 401


@pytest.mark.parametrize(
    "signature",
    ["", "v0=", "v0", "v1=" + "0" * 64, "v0=" + "0" * 63, "v0=" + "0" * 65, "v0=" + "g" * 64, "é" * 67, "\udcff" * 67],
)
def test_refuses_odd_signatures(signature: str) -> None:
    """A signature that is not of Slack's form is refused before anything is computed."""
    assert verdict({**headers_at(NOW), "X-Slack-Signature": signature})[0] == 401


def test_refuses_a_right_signature_in_capitals() -> None:
    """Slack writes hex in small letters; one text is one signature, so that a replay has no second spelling."""
    right = headers_at(NOW)
    assert verdict({**right, "X-Slack-Signature": "v0=" + right["X-Slack-Signature"][3:].upper()})[0] == 401


@pytest.mark.parametrize("missing", ["X-Slack-Signature", "X-Slack-Request-Timestamp"])
def test_refuses_what_is_not_signed(missing: str) -> None:
    """Without either header nothing gets in."""
    assert verdict({name: value for name, value in headers_at(NOW).items() if name != missing})[0] == 401


def test_refuses_another_secret_and_another_body() -> None:
    """The signature must be over these bytes with our secret."""
    assert verdict(headers_at(NOW, secret="another"))[0] == 401
    assert verdict(headers_at(NOW), BODY + b"&")[0] == 401


@pytest.mark.parametrize("content_type", ["", "text/plain", "multipart/form-data", "application/jsonp", "json", ";"])
def test_refuses_other_content_types(content_type: str) -> None:
    """Only the two that Slack sends are read."""
    assert verdict({**headers_at(NOW), "Content-Type": content_type})[0] == 400


def test_refuses_a_large_body_before_it_is_hashed() -> None:
    """One byte more than a MiB is refused, a MiB is not."""
    most = b"x" * MOST_BYTES
    assert verdict(headers_at(NOW, most), most) == (200, "")
    assert verdict(headers_at(NOW, most + b"x"), most + b"x") == (400, "the body is too large")


def test_is_closed_without_a_secret() -> None:
    """In Socket Mode nothing comes over HTTP, not even what is signed with an empty secret."""
    assert verdict(headers_at(NOW, secret=""), secret="")[0] == 403


def test_refuses_the_same_request_again_for_as_long_as_it_could_get_in() -> None:
    """A replay is refused also when Slack's clock is ahead of ours and many others came in between."""
    gate = SlackGate(SECRET)
    ahead = headers_at(NOW + timedelta(seconds=MOST_AGE_SECONDS))
    assert gate.check(ahead, BODY, NOW) is None
    later = NOW + timedelta(seconds=2 * MOST_AGE_SECONDS)
    for number in range(gate_module._KEPT_SIGNATURES):  # noqa: SLF001 - Fills what the gate keeps.
        other = b"%d" % number
        assert gate.check(headers_at(later, other), other, later) is None
    assert gate.check(ahead, BODY, later) == Refused(401, "this request was seen before")


def test_forgets_what_is_too_old_to_get_in() -> None:
    """What the gate remembers is bounded by what can come in within the time that a signature lives."""
    gate = SlackGate(SECRET)
    for number in range(gate_module._KEPT_SIGNATURES):  # noqa: SLF001 - As above.
        other = b"%d" % number
        gate.check(headers_at(NOW, other), other, NOW)
    much_later = NOW + timedelta(seconds=MOST_AGE_SECONDS + 1)
    assert gate.check(headers_at(much_later), BODY, much_later) is None
    assert len(gate._seen) == 1  # noqa: SLF001 - Its size is what the test is about.


def test_lets_in_again_what_failed() -> None:
    """A request whose handling failed did nothing, so the person's second press is not a replay."""
    gate = SlackGate(SECRET)
    assert gate.check(headers_at(NOW), BODY, NOW) is None
    gate.forget(headers_at(NOW))
    assert gate.check(headers_at(NOW), BODY, NOW) is None


def test_no_flipped_bit_gets_in() -> None:
    """Of 3,000 signed requests with one flipped bit in body, signature or timestamp none gets in."""
    chance = random.Random(20261122)  # noqa: S311 - The same mutations each time, no secret.
    gate, accepted = SlackGate(SECRET), []
    for number in range(3_000):
        body = BODY + b"%d" % number
        parts = [bytearray(body), *(bytearray(value.encode()) for value in list(headers_at(NOW, body).values())[2:])]
        part = chance.choice(parts)
        part[chance.randrange(len(part))] ^= 1 << chance.randrange(8)
        timestamp, signature = (bytes(one).decode("utf-8", "surrogateescape") for one in parts[1:])
        headers = {
            **headers_at(NOW, body),
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature,
        }
        if gate.check(headers, bytes(parts[0]), NOW) is None:
            accepted.append(number)
    assert accepted == []
