"""Which of our errors each of botocore's becomes: above all, whether a call may have had its effect."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from botocore import exceptions as boto

from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.aws_errors import aws_errors
from bot.domain.action import ActionAws
from bot.domain.errors import AwsDenied, AwsError, AwsNotFound, AwsThrottled, AwsTransient, AwsUnclear
from bot.domain.identity import parse_anchor_arn

TARGET = parse_anchor_arn("arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a")
GET, DELETE = "rolesanywhere:GetTrustAnchor", "rolesanywhere:DeleteTrustAnchor"
PROFILES = "rolesanywhere:ListProfiles"


def answer(code: str, status: int) -> boto.ClientError:
    """What botocore raises for an answer of AWS."""
    response: Any = {
        "Error": {"Code": code, "Message": "why"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
    return boto.ClientError(response, "DeleteTrustAnchor")


def translated(error: Exception, *, reads: bool = False) -> AwsError:
    """What becomes of it."""
    with pytest.raises(AwsError) as found, aws_errors(DELETE, reads=reads):
        raise error
    return found.value


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDeniedException", 403, AwsDenied),
        ("ExpiredTokenException", 400, AwsDenied),
        ("403", 403, AwsDenied),
        ("ResourceNotFoundException", 404, AwsNotFound),
        ("NoSuchEntity", 404, AwsNotFound),
        ("404", 404, AwsError),
        ("ThrottlingException", 400, AwsThrottled),
        ("Throttling", 503, AwsThrottled),
        ("SlowDown", 503, AwsThrottled),
        ("429", 429, AwsThrottled),
        ("ValidationException", 400, AwsError),
        ("InternalServerException", 500, AwsUnclear),
        ("ServiceUnavailableException", 503, AwsUnclear),
        ("504", 504, AwsUnclear),
    ],
)
def test_answers_become_errors(code: str, status: int, kind: type[AwsError]) -> None:
    """Each answer has its kind; a bare 404 of a proxy is not "the trust anchor is gone"."""
    error = translated(answer(code, status))
    assert type(error) is kind
    assert (error.code, str(error), error.operation) == (code, "why", DELETE)


@pytest.mark.parametrize(
    "error",
    [
        boto.ReadTimeoutError(endpoint_url="x"),
        boto.ConnectionClosedError(endpoint_url="x"),
        boto.HTTPClientError(error="x"),
        boto.SSLError(endpoint_url="x", error=OSError()),
        boto.BotoCoreError(),
    ],
)
def test_no_answer_is_unclear_only_for_a_change(error: Exception) -> None:
    """After a change nobody knows; a read that got no answer changed nothing."""
    assert type(translated(error)) is AwsUnclear
    assert type(translated(error, reads=True)) is AwsTransient


@pytest.mark.parametrize(
    "error",
    [
        boto.EndpointConnectionError(endpoint_url="x"),
        boto.ConnectTimeoutError(endpoint_url="x"),
        boto.ParamValidationError(report="x"),
        boto.NoRegionError(),
    ],
)
def test_what_never_left_had_no_effect(error: Exception) -> None:
    """A request that was never sent is a plain failure, so that nobody looks for its effect."""
    assert type(translated(error)) is AwsError


def test_missing_credentials_are_denied() -> None:
    """A bot without credentials is told so."""
    assert type(translated(boto.NoCredentialsError())) is AwsDenied


def test_our_own_errors_pass() -> None:
    """What is no error of botocore is not touched."""
    with pytest.raises(ZeroDivisionError), aws_errors(GET, reads=True):
        raise ZeroDivisionError


class Canned(BaseHTTPRequestHandler):
    """Answers every request with the same thing."""

    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b""
    seen: ClassVar[list[str]] = []

    def answer(self) -> None:
        """Send it."""
        Canned.seen.append(self.path)
        self.send_response(Canned.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(Canned.body)))
        self.end_headers()
        self.wfile.write(Canned.body)

    do_GET = do_DELETE = do_POST = answer  # noqa: N815 - the names that http.server asks for.

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Canned]]:
    """Something that is not AWS, where boto3 looks for Roles Anywhere."""
    Canned.seen = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Canned) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_ROLESANYWHERE", f"http://127.0.0.1:{running.server_port}")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        yield Canned
        running.shutdown()
        thread.join()


async def failed(permission: str) -> AwsError:
    """The error of one call to whatever stands there."""
    accounts = BotoAccounts("", "")
    aws = accounts.actor(TARGET, [GET, DELETE, PROFILES], session_name="x")
    service, _, operation = permission.partition(":")
    try:
        with pytest.raises(AwsError) as found:
            await aws.call(service, operation, trustAnchorId="11111111-2222-4333-8444-555555555555")
    finally:
        await accounts.close()
    return found.value


async def test_a_proxys_404_does_not_mean_deleted(server: type[Canned]) -> None:
    """An HTML page that says 404 is never the proof that a trust anchor is gone."""
    server.status, server.body = 404, b"<html>404 Not Found</html>"
    assert type(await failed(GET)) is AwsError
    assert type(await failed(DELETE)) is AwsError


async def test_a_broken_gateway_is_asked_once_for_a_change(server: type[Canned]) -> None:
    """A 502 to a deletion is unclear and not sent again; a read is tried three times."""
    server.status, server.body = 502, b"<html>Bad Gateway</html>"
    assert type(await failed(DELETE)) is AwsUnclear
    assert len(server.seen) == 1
    assert type(await failed(GET)) is AwsTransient
    assert len(server.seen) == 4


async def test_an_endless_list_is_an_error(server: type[Canned]) -> None:
    """A token that comes again would page for ever."""
    server.status, server.body = 200, b'{"profiles": [], "nextToken": "again"}'
    accounts = BotoAccounts("", "")
    aws: ActionAws = accounts.actor(TARGET, [PROFILES], session_name="x")
    try:
        with pytest.raises(AwsError, match="same page"):
            async for _ in aws.pages("rolesanywhere", "ListProfiles"):
                pass
    finally:
        await accounts.close()
    assert len(server.seen) == 2
