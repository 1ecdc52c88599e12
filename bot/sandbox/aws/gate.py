"""Stands before moto: sets faults and rates in, and writes down every call that passes."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from . import answers
from .account import Account
from .answers import Answer
from .callers import Caller, Session, role_id
from .calls import AwsCall, read_call
from .control import CONTROL_PREFIX, Control
from .faults import Fault
from .permissions import is_allowed_by_identity, is_switched_off, is_within_session_policy, resource_of
from .records import RECORDED_SERVICES, in_other_account, make_record, shown_resources
from .throttle import rate_of


class Gate:
    """A WSGI application around moto's.

    Args:
        app: moto's application.
        account: The state to keep.
    """

    def __init__(self, app: WSGIApplication, account: Account) -> None:
        self._app = app
        self._account = account
        self._control = Control(account)
        # moto's checks and changes are separate steps; one call at a time keeps each whole, as in AWS.
        self._one_at_a_time = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one HTTP request."""
        if environ.get("PATH_INFO", "").startswith(CONTROL_PREFIX):
            return self._control(environ, start_response)
        call = read_call(environ)
        if call is None:
            passed_on: Iterable[bytes] = self._app(environ, start_response)
            return passed_on
        faults = self._account.faults.meet(call.service, call.operation)
        for fault in faults:
            time.sleep(fault.seconds if fault.kind == "delay" else 0)
        is_cut = any(fault.kind == "cut" for fault in faults)
        with self._turn(call):
            answer = self._answer(call, environ, faults)
            self._write_down(call, answer, answered=not is_cut)
        if is_cut:
            _cut_connection(environ)
        start_response(answer.status, list(answer.headers))
        return [answer.body]

    def _turn(self, call: AwsCall) -> AbstractContextManager[Any]:
        # SQS receivers wait inside moto for up to 20 s and must not hold the others up.
        return contextlib.nullcontext() if call.service == "sqs" else self._one_at_a_time

    def _answer(self, call: AwsCall, environ: WSGIEnvironment, faults: list[Fault]) -> Answer:
        caller = self._account.callers.behind(call.access_key_id, call.account_header)
        refused = self._refusal(call, caller, {fault.kind for fault in faults})
        if refused:
            return refused
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = caller.account_id
        answer = answers.run(self._app, environ)
        if call.operation == "AssumeRole":
            self._start_session(call, caller, answers.parsed(call, answer))
        return answer

    def _refusal(self, call: AwsCall, caller: Caller, kinds: set[str]) -> Answer | None:
        rate = rate_of(call.service, call.operation)
        if "throttle" in kinds or (rate and not self._account.throttle.admits(rate, caller.account_id, call.region)):
            return answers.throttled(call)
        if not call.is_readable:
            return answers.unreadable(call)
        if is_switched_off(caller):
            return answers.switched_off(call)
        resource = resource_of(call, caller.account_id)
        if "deny" in kinds:
            why = f"no identity-based policy allows the {call.service}:{call.operation} action"
            return answers.denied(call, caller.arn, resource, why)
        if not is_allowed_by_identity(call, caller):
            why = f"no identity-based policy allows the {call.service}:{call.operation} action"
            return answers.denied(call, caller.arn, resource, why)
        if not is_within_session_policy(call, caller):
            why = f"no session policy allows the {call.service}:{call.operation} action"
            return answers.denied(call, caller.arn, resource, why)
        return answers.broken(call) if "error" in kinds else None

    def _start_session(self, call: AwsCall, caller: Caller, answered: dict[str, Any]) -> None:
        if "Credentials" not in answered:
            return
        role_arn = call.parameters["RoleArn"]
        session = Session(
            access_key_id=answered["Credentials"]["AccessKeyId"],
            account_id=role_arn.split(":")[4],
            role_arn=role_arn,
            role_id=role_id(role_arn) or "",
            session_name=call.parameters["RoleSessionName"],
            source_identity=call.parameters.get("SourceIdentity"),
            policy=call.parameters.get("Policy"),
            started_at=self._account.now(),
        )
        self._account.callers.start_session(session, started_by=caller)

    def _write_down(self, call: AwsCall, answer: Answer, *, answered: bool) -> None:
        parsed = answers.parsed(call, answer)
        if call.operation == "ReceiveMessage" and not parsed.get("Messages") and "Error" not in parsed:
            # Idle receivers would fill the journal.
            return
        caller = self._account.callers.behind(call.access_key_id, call.account_header)
        now = self._account.now()
        error = parsed.get("Error", {}).get("Code")
        self._account.journal.note(call, caller, now, status=answer.code, error=error, answered=answered)
        if call.service in RECORDED_SERVICES:
            record = make_record(call, caller, answer, now)
            elsewhere = in_other_account(record)
            for one in (record, elsewhere) if elsewhere else (record,):
                self._account.record(one, shown_resources(call))


def _cut_connection(environ: WSGIEnvironment) -> None:
    # Werkzeug then fails to write its answer and drops the connection by itself.
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
