"""Reads and sets the stand-in's control endpoints from another process."""

import json
from http.client import HTTPConnection
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

# What json reads and writes; its members are documented where it is made.
JsonValue: TypeAlias = Any

_TIMEOUT_SECONDS = 10


class AwsControl:
    """The control endpoints of a running stand-in.

    Args:
        endpoint_url: Where it runs.
    """

    def __init__(self, endpoint_url: str) -> None:
        self._netloc = urlsplit(endpoint_url).netloc

    def journal(self, after: int = 0, service: str | None = None, operation: str | None = None) -> list[dict[str, Any]]:
        """The calls since entry `after`, oldest first; None means any service or operation."""
        query = {"after": after, "service": service, "operation": operation}
        present = urlencode({name: value for name, value in query.items() if value is not None})
        entries: list[dict[str, Any]] = self._ask("GET", f"journal?{present}")
        return entries

    def effects(self, service: str | None = None, operation: str | None = None) -> list[dict[str, Any]]:
        """The calls that changed something, oldest first."""
        return [entry for entry in self.journal(service=service, operation=operation) if entry["effect"]]

    def events(self) -> list[dict[str, Any]]:
        """Every CloudTrail record with `visible_at` and `visible`, the undelivered ones too."""
        events: list[dict[str, Any]] = self._ask("GET", "events")
        return events

    def records(self, name: str) -> list[dict[str, Any]]:
        """The CloudTrail records of one operation, oldest first, the undelivered ones too."""
        return [event["record"] for event in self.events() if event["record"]["eventName"] == name]

    def set_fault(
        self,
        service: str,
        operation: str,
        kind: str,
        *,
        times: int | None = 1,
        seconds: float = 0.0,
        share: float = 1.0,
    ) -> None:
        """Let the next `times` calls go wrong (None: every one). See `bot.sandbox.aws.faults.Fault`.

        Raises:
            ValueError: When the stand-in refuses the fault.
        """
        body = {"service": service, "operation": operation, "kind": kind, "times": times, "seconds": seconds}
        self._ask("POST", "faults", {**body, "share": share})

    def clear_faults(self) -> None:
        """Let everything work again."""
        self._ask("DELETE", "faults")

    def set_delivery_delay(self, seconds: float) -> None:
        """Let records be found this long after their calls from now on; at least 0."""
        self._ask("POST", "delivery", {"seconds": seconds})

    def set_clock_behind(self, seconds: float) -> None:
        """Let the stand-in believe that it is so much earlier, at least 0: a past is played by calls, then 0 is set.

        Sessions, records and their delivery follow this clock; dates that moto keeps do not.
        """
        self._ask("POST", "clock", {"seconds": seconds})

    def set_rate_scale(self, scale: float) -> None:
        """Set the factor on AWS's waiting times: 1 is AWS, 0 switches throttling off."""
        self._ask("POST", "rates", {"scale": scale})

    def create_session(self, **session: JsonValue) -> dict[str, Any]:
        """Play one synthetic CreateSession. See `bot.sandbox.aws.sessions.SessionRequest` for the members.

        Returns:
            `record`, and `credentials` or None when it was refused.
        """
        answer: dict[str, Any] = self._ask("POST", "sessions", session)
        return answer

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> JsonValue:
        connection = HTTPConnection(self._netloc, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request(method, f"/_aws/{path}", json.dumps(body) if body is not None else None)
            response = connection.getresponse()
            content = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:  # noqa: PLR2004 - the one status that the endpoints answer with when they work
            raise ValueError(content["error"])
        return content
