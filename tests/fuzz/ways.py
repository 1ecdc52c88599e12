"""The way of a body through the product, and how much processor time it takes."""

from __future__ import annotations

import contextlib
import gc
import json
import time
from collections.abc import Callable, Mapping

from bot.adapters.formats import found_in
from bot.adapters.formats.json_text import MAX_BODY_BYTES
from bot.adapters.x509 import CertificateReader
from bot.domain.errors import BadInput
from bot.inspect_ca import inspect_ca
from bot.service.evaluate import Evaluate, Finding
from tests.fuzz.targets import AT, finding_of


def take_message(body: bytes) -> None:
    """Everything between a message's bytes and its answers: parts, certificates, judgement, rows."""
    for row in Evaluate(_findings, CertificateReader, MAX_BODY_BYTES)([(1, body)]):
        json.dumps(row)


def read_authority(data: bytes) -> None:
    """What ``inspect-ca --json`` does."""
    inspect_ca(data, AT).as_json()


def only_json(body: bytes) -> None:
    """What any reader of JSON must do at the least."""
    json.loads(body)


def _findings(body: bytes) -> list[Finding]:
    return [finding_of(found) for found in found_in(body)]


WAYS: Mapping[str, Callable[[bytes], None]] = {"message": take_message, "authority": read_authority}


def seconds_of(way: Callable[[bytes], None], body: bytes, *, tries: int = 5) -> float:
    """The processor time that a body takes: the least of some tries, since a busy machine only adds to it."""
    times = []
    # What the process holds anyway is not this body's to be searched for garbage.
    gc.freeze()
    for _ in range(tries):
        started = time.process_time()
        with contextlib.suppress(BadInput, ValueError, RecursionError):
            way(body)
        times.append(time.process_time() - started)
    return min(times)
