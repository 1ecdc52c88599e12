"""Everything that was asked of this account, in order, so that effects can be counted from outside."""

import threading
from collections import deque
from datetime import datetime
from typing import Any

from .callers import Caller
from .calls import AwsCall

# Enough for hours of a busy sandbox; the oldest entries fall out.
MAX_ENTRIES = 100_000


class Journal:
    """The calls of every service, numbered from 1."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: deque[dict[str, Any]] = deque(maxlen=MAX_ENTRIES)
        self._next = 1

    def note(
        self, call: AwsCall, caller: Caller, now: datetime, *, status: int, error: str | None, answered: bool
    ) -> None:
        """Write one call down.

        Args:
            call: The request.
            caller: Who signed it.
            now: Aware UTC time.
            status: The HTTP status of the answer.
            error: Its error code; None when it worked.
            answered: False when the connection was cut before the answer.
        """
        entry = {
            "at": now.isoformat(),
            "account": caller.account_id,
            "region": call.region,
            "service": call.service,
            "operation": call.operation,
            "parameters": call.parameters,
            "outcome": error or "ok",
            "status": status,
            "effect": error is None and not call.reads_only_state,
            "answered": answered,
            "caller": caller.arn,
            "access_key_id": call.access_key_id,
            "source_identity": caller.session.source_identity if caller.session else None,
        }
        with self._lock:
            self._entries.append({"seq": self._next, **entry})
            self._next += 1

    def entries(self, after: int = 0, service: str | None = None, operation: str | None = None) -> list[dict[str, Any]]:
        """The entries with a higher number than `after`; None means any service or operation."""
        with self._lock:
            kept = list(self._entries)
        return [
            entry
            for entry in kept
            if entry["seq"] > after and service in {None, entry["service"]} and operation in {None, entry["operation"]}
        ]
