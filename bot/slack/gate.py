"""Our own gate on the raw bytes of a request from Slack, before anything parses them.

See: https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

MOST_BYTES = 1 << 20
MOST_AGE_SECONDS = 300
_TIMESTAMP = re.compile(r"[0-9]{10}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_CONTENT_TYPES = ("application/x-www-form-urlencoded", "application/json")
_KEPT_SIGNATURES = 20_000


@dataclass(frozen=True, slots=True)
class Refused:
    """The answer to a request that does not get in: 400 for what it is, 401 for who sent it."""

    status: int
    reason: str


class SlackGate:
    """Checks size, content type, age, signature and shape, in this order, each in constant memory.

    Args:
        signing_secret: Slack's signing secret; empty closes the gate.
    """

    def __init__(self, signing_secret: str) -> None:
        self._secret = signing_secret.encode()
        self._seen: dict[str, float] = {}

    def check(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Refused | None:
        """Why a request does not get in, or None when it does."""
        if not self._secret:
            return Refused(403, "requests over HTTP are off: Socket Mode is on")
        if len(body) > MOST_BYTES:
            return Refused(400, "the body is too large")
        content_type = headers.get("Content-Type", "").split(";")[0].strip().lower()
        if content_type not in _CONTENT_TYPES:
            return Refused(400, "the content type is not Slack's")
        return self._check_signature(headers, body, now) or _check_shape(content_type, body)

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
        return self._check_replay(signature, now.timestamp())

    def _check_replay(self, signature: str, now_seconds: float) -> Refused | None:
        """The same bytes a second time: Slack signs each request anew, so it is not Slack."""
        if signature in self._seen:
            return Refused(401, "this request was seen before")
        if len(self._seen) >= _KEPT_SIGNATURES:
            oldest = now_seconds - MOST_AGE_SECONDS
            self._seen = {one: at for one, at in self._seen.items() if at > oldest}
        self._seen[signature] = now_seconds
        return None

    def forget(self, headers: Mapping[str, str]) -> None:
        """Let a request in again whose handling failed: nothing was done for it."""
        self._seen.pop(headers.get("X-Slack-Signature", ""), None)


def _check_shape(content_type: str, body: bytes) -> Refused | None:
    """Whether Bolt will be able to parse the body."""
    try:
        text = body.decode("utf-8")
        if content_type == "application/json":
            payload = json.loads(text)
        else:
            fields = parse_qs(text, max_num_fields=100)
            if "payload" not in fields:
                return None if "ssl_check" in fields or "command" in fields else Refused(400, "there is no payload")
            payload = json.loads(fields["payload"][0])
    except (ValueError, RecursionError):
        return Refused(400, "the body can't be parsed")
    return _check_payload(payload)


def _check_payload(payload: object) -> Refused | None:
    if not isinstance(payload, dict) or not isinstance(payload.get("type"), str):
        return Refused(400, "the payload has no type")
    kind = payload["type"]
    if kind in ("block_actions", "view_submission", "view_closed") and not _has_user(payload):
        return Refused(400, "the payload names no user")
    if kind == "block_actions" and not _has_actions(payload):
        return Refused(400, "the payload has no actions")
    if kind in ("view_submission", "view_closed") and not isinstance(payload.get("view"), dict):
        return Refused(400, "the payload has no view")
    return None


def _has_user(payload: Mapping[str, object]) -> bool:
    user = payload.get("user")
    return isinstance(user, dict) and isinstance(user.get("id"), str)


def _has_actions(payload: Mapping[str, object]) -> bool:
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    return isinstance(first, dict) and isinstance(first.get("action_id"), str)
