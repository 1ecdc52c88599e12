"""What the webhook puts into the queue: text that SQS carries and that the intake reads the same."""

from __future__ import annotations

import base64
import gzip
import json
import random

import pytest

from bot.adapters.formats import understand
from bot.adapters.formats.json_text import MAX_BODY_BYTES
from bot.adapters.sqs_outlet import text_for_queue
from bot.domain.errors import BadInput
from tests import records

BODY = records.body(records.cloudtrail_record())


def noise(size: int) -> str:
    """Text that hardly packs."""
    return base64.b64encode(random.Random(7).randbytes(size)).decode()  # noqa: S311 - Nothing secret.


@pytest.mark.parametrize(
    ("body", "as_it_is"),
    [
        (BODY, True),
        (b"\xef\xbb\xbf" + BODY, True),
        (base64.b64encode(gzip.compress(BODY, mtime=0)), True),
        (gzip.compress(BODY, mtime=0), False),
        (BODY.replace(b"harbour-ci", "a\ufffeb\uffff".encode()), False),
        (BODY.replace(b"harbour-ci", "\U0001f600\u2028\x7f".encode()), True),
    ],
)
def test_every_body_reads_the_same_behind_the_queue(body: bytes, *, as_it_is: bool) -> None:
    """Text goes as it is; gzip and what SQS refuses go as base64 of gzip."""
    text = text_for_queue(body)
    assert (text.encode() == body) is as_it_is
    (before,), (after,) = understand(body).detections, understand(text.encode()).detections
    assert after.event_id == before.event_id
    assert after.anchor == before.anchor


def test_what_grows_in_base64_goes_unpacked() -> None:
    """A packed body of almost a mebibyte that hardly packs is carried as its text, where that fits."""
    body = json.dumps([noise(780_000)]).encode()
    packed = gzip.compress(body, compresslevel=0)
    assert len(base64.b64encode(packed)) > MAX_BODY_BYTES >= len(body)
    assert text_for_queue(packed).encode() == body


def test_what_fits_in_no_form_is_refused() -> None:
    """Neither packed nor unpacked small enough for the queue."""
    packed = gzip.compress(json.dumps([noise(1_000_000)]).encode())
    with pytest.raises(BadInput) as caught:
        text_for_queue(packed)
    assert caught.value.code == "too_large"
