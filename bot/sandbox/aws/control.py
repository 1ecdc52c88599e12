"""The control endpoints, under the same port as AWS: what happened, what shall go wrong, synthetic sessions.

GET    /_aws/health
GET    /_aws/journal?after=SEQ&service=NAME&operation=NAME
GET    /_aws/events
GET    /_aws/faults
POST   /_aws/faults     {"service", "operation", "kind", "times", "seconds", "share"}
DELETE /_aws/faults
POST   /_aws/delivery   {"seconds"}: how long after its call a record can be found from now on
POST   /_aws/clock      {"seconds"}: how far behind the real time the stand-in's own clock is
POST   /_aws/rates      {"scale"}: factor on AWS's waiting times, 0 switches throttling off
POST   /_aws/sessions   see `bot.sandbox.aws.sessions.SessionRequest`
"""

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from .account import Account
from .control_client import JsonValue
from .faults import read_fault
from .sessions import read_session_request, record_session

CONTROL_PREFIX = "/_aws/"


class Control:
    """A small WSGI application for tests and for the sandbox's story.

    Args:
        account: The state that it shows and changes.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._routes: dict[tuple[str, str], Callable[[Request], JsonValue]] = {
            ("GET", "health"): lambda _: {"status": "ok", "account_id": account.account_id},
            ("GET", "journal"): self._journal,
            ("GET", "events"): lambda _: account.all_records(),
            ("GET", "faults"): lambda _: account.faults.listing(),
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._clear_faults,
            ("POST", "delivery"): self._set_delivery,
            ("POST", "clock"): self._set_clock,
            ("POST", "rates"): self._set_rates,
            ("POST", "sessions"): self._session,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request with JSON."""
        request = Request(environ)
        route = self._routes.get((request.method, request.path.removeprefix(CONTROL_PREFIX)))
        if route is None:
            return _json({"error": "no such control endpoint"}, 404)(environ, start_response)
        try:
            return _json(route(request), 200)(environ, start_response)
        except ValueError as wrong:
            return _json({"error": str(wrong)}, 400)(environ, start_response)

    def _journal(self, request: Request) -> JsonValue:
        after = int(request.args.get("after", "0"))
        return self._account.journal.entries(after, request.args.get("service"), request.args.get("operation"))

    def _add_fault(self, request: Request) -> JsonValue:
        self._account.faults.add(read_fault(json.loads(request.data)))
        return self._account.faults.listing()

    def _clear_faults(self, _: Request) -> JsonValue:
        self._account.faults.clear()
        return []

    def _set_delivery(self, request: Request) -> JsonValue:
        self._account.delivery_delay = timedelta(seconds=_number(request, "seconds"))
        return {"seconds": self._account.delivery_delay.total_seconds()}

    def _set_clock(self, request: Request) -> JsonValue:
        self._account.behind = timedelta(seconds=_number(request, "seconds"))
        return {"seconds": self._account.behind.total_seconds()}

    def _set_rates(self, request: Request) -> JsonValue:
        self._account.throttle.scale = _number(request, "scale")
        return {"scale": self._account.throttle.scale}

    def _session(self, request: Request) -> JsonValue:
        return record_session(self._account, read_session_request(json.loads(request.data)))


def _number(request: Request, name: str) -> float:
    asked = json.loads(request.data).get(name)
    if not isinstance(asked, int | float) or asked < 0:
        raise ValueError(f"{name} must be a number of at least 0")
    return asked


def _json(content: JsonValue, status: int) -> Response:
    return Response(json.dumps(content, default=str), status=status, content_type="application/json")
