"""The whole way of a body through the product, for measuring: what is done between its bytes and the case log."""

from __future__ import annotations

import contextlib
import gc
import json
import time
from collections.abc import Callable, Mapping

from bot.adapters.formats import understand
from bot.adapters.x509 import CertificateReader
from bot.domain.errors import BadInput
from bot.domain.events import DetectionReceived, draft
from bot.domain.plain import canonical
from bot.domain.red_flags import red_flags
from bot.domain.rule import judge
from bot.inspect_ca import inspect_ca
from tests.fuzz.targets import AT


def take_message(body: bytes) -> None:
    """Understand, judge, read the CA, and write the entry of the log, for each event of a message."""
    read_certificates = CertificateReader()
    for detection in understand(body).detections:
        judge(detection)
        facts = read_certificates(detection.anchor.certificates_pem)
        canonical(draft(DetectionReceived(detection, facts, red_flags(detection, facts))))


def read_authority(data: bytes) -> None:
    """What ``inspect-ca`` does, both ways of printing."""
    inspection = inspect_ca(data, AT)
    inspection.as_json()
    inspection.as_table()


def only_json(body: bytes) -> None:
    """What any reader of JSON must do at the least."""
    json.loads(body)


WAYS: Mapping[str, Callable[[bytes], None]] = {"message": take_message, "authority": read_authority}


def seconds_of(target: str, body: bytes, *, tries: int = 5) -> float:
    """The processor time that a body takes: the least of some tries, since a busy machine only adds to it."""
    return least_seconds(WAYS[target], body, tries)


def least_seconds(way: Callable[[bytes], None], body: bytes, tries: int) -> float:
    """The least processor time of some tries; an error that is declared is an end like any other."""
    times = []
    # What the process holds anyway is not this body's to be searched for garbage.
    gc.freeze()
    for _ in range(tries):
        started = time.process_time()
        with contextlib.suppress(BadInput, ValueError, RecursionError):
            way(body)
        times.append(time.process_time() - started)
    return min(times)
