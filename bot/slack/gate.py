"""Our own gate on the raw bytes of a request from Slack, before anything parses them.

See: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

MOST_BYTES = 1 << 20
MOST_AGE_SECONDS = 300
_TIMESTAMP = re.compile(r"[0-9]{10}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_JSON = "application/json"
_CONTENT_TYPES = ("application/x-www-form-urlencoded", _JSON)
_KEPT_SIGNATURES = 20_000


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer to a request that does not get in: 400 for what it is, 401 for who sent it."""

    status: int
    reason: str


class SlackGate:
    """Checks size, content type, age, signature and replay, in this order, on bytes that nothing has parsed.

    Args:
        signing_secret: Slack's signing secret; empty closes the gate.
    """

    def __init__(self, signing_secret: str) -> None:
        self._secret = signing_secret.encode()
        self._seen: dict[str, int] = {}

    def check(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Refused | None:
        """Why a request does not get in, or None when it does."""
        if not self._secret:
            return Refused(403, "requests over HTTP are off: Socket Mode is on")
        if len(body) > MOST_BYTES:
            return Refused(400, "the body is too large")
        if _content_type(headers) not in _CONTENT_TYPES:
            return Refused(400, "the content type is not Slack's")
        return self._check_signature(headers, body, now)

    def _check_signature(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Refused | None:
        timestamp = headers.get("X-Slack-Request-Timestamp", "")
        signature = headers.get("X-Slack-Signature", "")
        if not _TIMESTAMP.fullmatch(timestamp) or not timestamp.isascii() or not _SIGNATURE.fullmatch(signature):
            return Refused(401, "the signature headers are missing or malformed")
        if abs(now.timestamp() - int(timestamp)) > MOST_AGE_SECONDS:
            return Refused(401, "the request is too old")
        expected = hmac.new(self._secret, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
        if not hmac.compare_digest(b"v0=" + expected.hexdigest().encode(), signature.encode()):
            return Refused(401, "the signature does not match")
        return self._check_replay(signature, int(timestamp), now.timestamp())

    def _check_replay(self, signature: str, signed_seconds: int, now_seconds: float) -> Refused | None:
        """The same bytes a second time: Slack signs each request anew, so it is not Slack."""
        if signature in self._seen:
            return Refused(401, "this request was seen before")
        if len(self._seen) >= _KEPT_SIGNATURES:
            # What is too old to get in by its own time need not be remembered; Slack's clock may be ahead of ours.
            oldest = now_seconds - MOST_AGE_SECONDS
            self._seen = {one: at for one, at in self._seen.items() if at >= oldest}
        self._seen[signature] = signed_seconds
        return None

    def forget(self, headers: Mapping[str, str]) -> None:
        """Let a request in again whose handling failed: nothing was done for it."""
        self._seen.pop(headers.get("X-Slack-Signature", ""), None)


def is_json(headers: Mapping[str, str]) -> bool:
    """Whether a request says that its body is JSON; else it is a form."""
    return _content_type(headers) == _JSON


def _content_type(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").split(";")[0].strip().lower()
