"""Starts the stand-in: one port that answers for every AWS service that the product asks.

boto3 reaches it with `AWS_ENDPOINT_URL`; moto tells the services apart by the signature's credential scope.
"""

import argparse
import re
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from flask import Flask
from moto import backend_index
from moto.core.base_backend import BackendDict
from moto.core.config import default_user_config
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from . import rolesanywhere
from .account import Account
from .callers import Callers
from .cloudtrail.models import utc_now
from .extensions import extend
from .gate import Gate
from .iam.managed_policies import share_managed_policies
from .rolesanywhere import urls as rolesanywhere_urls
from .service_time import service_time
from .throttle import Throttle

if TYPE_CHECKING:
    from moto.backends import SERVICE_NAMES

HOST = "127.0.0.1"
DEFAULT_ACCOUNT_ID = "123456789012"
DEFAULT_DELIVERY_DELAY = timedelta(seconds=5)

# How soon stop() is noticed.
_POLL_SECONDS = 0.02

# moto keeps its state in the process, so two stand-ins in one process would share their accounts.
_running = threading.Lock()


class AwsStandIn:
    """An AWS account on 127.0.0.1, in threads of this process; one at a time in a process.

    Args:
        rate_scale: Factor on AWS's waiting times: 1 is AWS (1 request/s), 0 switches throttling off.
        delivery_delay: How long after a call its record can be found with LookupEvents.
        account_id: The account that callers without known credentials act in.
        port: TCP port; 0 takes a free one.
        managed_policies: Whether AWS's own IAM policies exist; each start takes about 0.2 s less without them.
        clock: Gives the aware UTC time of throttling, records and delivery.
    """

    def __init__(
        self,
        *,
        rate_scale: float = 1.0,
        delivery_delay: timedelta = DEFAULT_DELIVERY_DELAY,
        account_id: str = DEFAULT_ACCOUNT_ID,
        port: int = 0,
        managed_policies: bool = True,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._managed_policies = managed_policies
        self._account = Account(account_id, delivery_delay, clock, Throttle(rate_scale, clock), Callers(account_id))
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def endpoint_url(self) -> str:
        """Where boto3 finds it, such as `http://127.0.0.1:41234`.

        Raises:
            RuntimeError: When it is not running.
        """
        if self._server is None:
            raise RuntimeError("The AWS stand-in is not running")
        return f"http://{HOST}:{self._server.server_port}"

    @property
    def rate_scale(self) -> float:
        """The factor on AWS's waiting times that is in force."""
        return self._account.throttle.scale

    def start(self) -> str:
        """Forget any earlier state and serve.

        Returns:
            The endpoint URL.

        Raises:
            RuntimeError: When another one runs in this process.
        """
        if not _running.acquire(blocking=False):
            raise RuntimeError("An AWS stand-in is already running in this process")
        try:
            BackendDict.reset()
            # moto remembers every object that it ever made, also of the stand-ins before this one.
            reset_model_data()
            service_time.clock = self._account.now
            application = Gate(_moto_application(managed_policies=self._managed_policies), self._account)
            self._server = make_server(HOST, self._port, application, threaded=True, request_handler=_QuietHandler)
        except BaseException:
            _running.release()
            raise
        self._thread = threading.Thread(target=self._serve, name="aws-stand-in", daemon=True)
        self._thread.start()
        return self.endpoint_url

    def _serve(self) -> None:
        if self._server is not None:
            self._server.serve_forever(poll_interval=_POLL_SECONDS)

    def stop(self) -> None:
        """Stop serving; receivers that still wait for messages lose their connection."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server = self._thread = None
        _running.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _QuietHandler(MotoRequestHandler):
    """Keeps the line for each request to itself: the journal has them."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Write nothing."""


def _moto_application(*, managed_policies: bool) -> DomainDispatcherApplication:
    # moto imports a service by name from below its own package; this is the name it asks for.
    sys.modules.setdefault("moto.rolesanywhere", rolesanywhere)
    # AdministratorAccess and the others exist in every account; moto leaves them out unless told.
    default_user_config["iam"]["load_aws_managed_policies"] = managed_policies
    share_managed_policies(exist=managed_policies)
    application = DomainDispatcherApplication(_create_app)
    ours = [("rolesanywhere", re.compile(base)) for base in rolesanywhere_urls.url_bases]
    application.backend_url_patterns = [*ours, *backend_index.backend_url_patterns]
    return application


def _create_app(service: "SERVICE_NAMES") -> Flask:
    return extend(service, create_backend_app(service))


def main(arguments: list[str] | None = None) -> None:
    """Serve until interrupted.

    Args:
        arguments: Command line without the program's name; None reads that of the process.
    """
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox.aws.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--rate-scale", type=float, default=1.0, help="1 is AWS's rates, 0 none")
    parser.add_argument("--delivery-delay-seconds", type=float, default=DEFAULT_DELIVERY_DELAY.total_seconds())
    parser.add_argument("--account-id", default=DEFAULT_ACCOUNT_ID)
    asked = parser.parse_args(arguments)
    stand_in = AwsStandIn(
        rate_scale=asked.rate_scale,
        delivery_delay=timedelta(seconds=asked.delivery_delay_seconds),
        account_id=asked.account_id,
        port=asked.port,
    )
    with stand_in:
        sys.stdout.write(f"AWS stand-in at {stand_in.endpoint_url}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("stopped\n")


if __name__ == "__main__":
    main()
