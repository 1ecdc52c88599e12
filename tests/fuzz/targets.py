"""What is fuzzed: four ways that a stranger's bytes take, each with what must hold of whatever comes out.

A target takes any bytes. It returns a text of what came out, the same for the same bytes, and raises AssertionError
or an error that nobody declared when something does not hold.
"""

from __future__ import annotations

import contextlib
import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from slack_bolt.request.async_request import AsyncBoltRequest

from bot.adapters.formats import Event, Found, Ignored, found_in, understand
from bot.adapters.formats.json_text import MAX_BODY_BYTES
from bot.adapters.x509 import CertificateReader, read_certificates
from bot.domain.detection import Detection, EventProblem
from bot.domain.errors import BadInput
from bot.domain.plain import canonical, from_plain, to_plain
from bot.domain.red_flags import red_flags
from bot.domain.rule import Answer, judge
from bot.domain.trust_policy import PolicyReading, lets_service_in, read_trust_policy
from bot.inspect_ca import inspect_ca
from bot.sandbox.slack.transport import signed_headers
from bot.service.evaluate import Evaluate, Finding
from bot.slack import forms
from bot.slack.button_value import parse_reference
from bot.slack.gate import SlackGate, is_json
from bot.slack.payload import read_payload

EVENT_KEYS = {
    *("line", "index", "form", "event_id", "event_name", "rule", "answer", "reasons", "anchor_arn", "account"),
    *("region", "actor_arn", "source_type", "certificates", "sources", "error"),
}
CERTIFICATE_KEYS = {
    *("subject", "issuer", "serial_hex", "sha256", "spki_sha256", "not_before", "not_after", "key_type", "key_bits"),
    *("signature_algorithm", "is_ca", "path_length", "key_usage", "self_issued", "self_signed"),
}
ANSWERS = {answer.value for answer in Answer} | {"error"}
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANCHOR_ARN = "arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/0f9f4a6e-6a52-4b4b-8f3b-2d1c7b1f9a10"
SECRET = "secret-of-the-fuzzer"


def take_message(body: bytes) -> str:
    """A message's bytes, as they come from the queue, to the rows of ``anchorwatch evaluate``."""
    found = found_in(body)
    assert found, "a message was dropped silently"
    assert all(one.at for one in found)
    for one in found:
        if isinstance(one.result, Event):
            _check_detection(one.result.detection)
    _check_understood(body, found)
    rows = list(Evaluate(lambda _: [finding_of(one) for one in found], CertificateReader, MAX_BODY_BYTES)([(1, body)]))
    assert len(rows) == (len(found) if body.strip() else 1)
    text = "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows)
    for line in text.splitlines():
        _check_row(json.loads(line))
    return text


def finding_of(one: Found) -> Finding:
    """What was found, as ``evaluate`` takes it."""
    what = one.result
    if isinstance(what, Event):
        return Finding(one.form, what.detection)
    return Finding(one.form, what.reason if isinstance(what, Ignored) else what)


def _check_understood(body: bytes, found: tuple[Found, ...]) -> None:
    try:
        understood = understand(body)
    except BadInput:
        assert all(isinstance(one.result, EventProblem) for one in found)
        return
    assert len(found) == len(understood.detections) + len(understood.ignored) + len(understood.errors)


def _check_detection(detection: Detection) -> None:
    """It is judged the same way twice, can be written to the log and read back, and everything in it is bounded."""
    facts = read_certificates(detection.anchor.certificates_pem)
    assert judge(detection) == judge(detection)
    assert all(flag.code and flag.sentence for flag in red_flags(detection, facts))
    canonical(facts)
    assert from_plain(Detection, json.loads(canonical(detection))) == detection
    plain: Mapping[str, Any] = to_plain(detection)
    longest = max(len(value) for part in (plain, plain["actor"]) for value in part.values() if isinstance(value, str))
    assert longest <= 2048
    assert "PRIVATE KEY" not in "".join(detection.anchor.certificates_pem)


def _check_row(row: Mapping[str, Any]) -> None:
    assert row.keys() == EVENT_KEYS
    assert row["answer"] in ANSWERS
    assert row["reasons"]
    assert all(isinstance(reason, str) and reason for reason in row["reasons"])
    assert set(map(type, row["rule"].values())) == {bool}
    assert (row["error"] is not None) == (row["answer"] == "error")
    assert row["error"] is None or row["error"].keys() == {"code", "message", "at"}


def read_authority(data: bytes) -> str:
    """A file's bytes to what ``anchorwatch inspect-ca`` prints, as JSON and as a table."""
    inspection = inspect_ca(data, AT)
    written = inspection.as_json()
    said = json.loads(written)
    assert said.keys() == {"certificates", "findings", "errors"}
    assert all(one.keys() == CERTIFICATE_KEYS for one in said["certificates"])
    assert all(one.keys() == {"code", "certificate", "message"} for one in said["findings"])
    assert all(one["code"] and one["message"] for one in said["errors"])
    assert said["certificates"] or said["errors"], "a file was dropped silently"
    assert len({one["sha256"] for one in said["certificates"]}) == len(said["certificates"])
    table = inspection.as_table()
    odd = {sign for sign in table if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"\n"}
    assert not odd, f"the table shows {odd!r}"
    return written + table


def take_click(data: bytes) -> str:
    """A request of Slack, its first byte choosing the content type, through the gate to what the listeners read."""
    content_type = "application/json" if data[:1] == b"{" else "application/x-www-form-urlencoded"
    headers = {**signed_headers(SECRET, str(int(AT.timestamp())), data), "Content-Type": content_type}
    gate = SlackGate(SECRET)
    assert gate.check(headers, data, AT) is None
    assert gate.check(headers, data, AT) is not None, "the same request got in twice"
    try:
        payload = read_payload(data, is_json=is_json(headers))
    except BadInput as why:
        return why.code
    text = json.dumps(payload)
    assert AsyncBoltRequest(body=text, headers={"content-type": "application/json"}).body == payload
    _read_controls(payload)
    return text


def _read_controls(payload: Mapping[str, Any]) -> None:
    """What the handlers of clicks and forms read of a payload that was let through."""
    for action in payload.get("actions", ()):
        for field in ("value", "block_id"):
            with contextlib.suppress(BadInput):
                parse_reference(action.get(field, ""))
    if "view" in payload:
        assert isinstance(forms.reason_of(payload["view"]), str)
        with contextlib.suppress(BadInput):
            forms.parse_metadata(payload["view"].get("private_metadata", ""))


def read_policy(data: bytes) -> str:
    """A trust policy, as text and as the object that it holds."""
    text = data.decode("utf-8", "replace")
    readings = [_read_policy(text)]
    with contextlib.suppress(ValueError, RecursionError):
        readings.append(_read_policy(json.loads(text)))
    return repr(readings)


def _read_policy(document: object) -> tuple[PolicyReading, bool | None]:
    reading, lets_in = read_trust_policy(document, ANCHOR_ARN, AT), lets_service_in(document)
    assert reading.sentence
    # Whoever gets in past one reader must not be unknown to the other.
    assert not (reading.lets_in and lets_in is False)
    return reading, lets_in


TARGETS: Mapping[str, Callable[[bytes], str]] = {
    "message": take_message,
    "authority": read_authority,
    "click": take_click,
    "policy": read_policy,
}
