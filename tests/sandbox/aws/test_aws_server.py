"""Starting, stopping and watching the stand-in."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.sandbox.aws.attack import attack
from bot.sandbox.aws.clients import connect
from bot.sandbox.aws.control_client import AwsControl
from bot.sandbox.aws.server import AwsStandIn

ROOT_FOLDER = Path(__file__).parents[3]


def _status(endpoint: str, method: str, path: str) -> int:
    connection = HTTPConnection(urlsplit(endpoint).netloc, timeout=5)
    connection.request(method, path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_all_five_services_on_one_port(endpoint: str) -> None:
    """SQS, STS, IAM, Roles Anywhere and CloudTrail answer boto3 on the same URL."""
    assert connect("sqs", endpoint).list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert connect("sts", endpoint).get_caller_identity()["Account"] == "123456789012"
    assert connect("iam", endpoint).list_roles()["Roles"] == []
    assert connect("rolesanywhere", endpoint).list_trust_anchors()["trustAnchors"] == []
    assert connect("cloudtrail", endpoint).list_trails()["Trails"] == []


def test_environment_variable_is_enough(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client made without any argument but the service reaches the stand-in through AWS_ENDPOINT_URL."""
    import boto3  # noqa: PLC0415 - a session of its own, made after the environment is set

    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAUNKNOWNUNKNOWN00")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    anywhere: Any = boto3.session.Session().client("rolesanywhere")
    assert anywhere.list_profiles()["profiles"] == []


def test_restart_starts_empty(endpoint: str, stand_in: AwsStandIn) -> None:
    """After a restart nothing of the old account is left."""
    connect("iam", endpoint).create_user(UserName="someone")
    stand_in.stop()
    assert connect("iam", stand_in.start()).list_users()["Users"] == []


def test_only_one_in_a_process(stand_in: AwsStandIn) -> None:
    """A second one would share the first one's accounts, so it refuses to start; the first goes on."""
    with pytest.raises(RuntimeError, match="already running"):
        AwsStandIn().start()
    assert connect("iam", stand_in.endpoint_url).list_users()["Users"] == []


def test_other_account_id() -> None:
    """The account of unknown keys can be chosen, and queues and anchors are in it."""
    with AwsStandIn(rate_scale=0, managed_policies=False, account_id="555566667777") as stand_in:
        url = connect("sqs", stand_in.endpoint_url).create_queue(QueueName="q")["QueueUrl"]
        anchor = attack(stand_in.endpoint_url).trust_anchor_arn
    assert "/555566667777/q" in url
    assert ":555566667777:trust-anchor/" in anchor


def test_journal_counts_in_order(endpoint: str, control: AwsControl) -> None:
    """Entries are numbered from 1 and can be asked for from a number on, by service and by operation."""
    iam = connect("iam", endpoint)
    iam.create_user(UserName="someone")
    iam.list_users()
    entries = control.journal()
    shown = [(entry["seq"], entry["operation"], entry["effect"]) for entry in entries]
    assert shown == [
        (1, "CreateUser", True),
        (2, "ListUsers", False),
    ]
    assert [e["operation"] for e in control.journal(after=1)] == ["ListUsers"]
    assert control.journal(service="sqs") == []
    assert len(control.effects("iam", "CreateUser")) == 1


def test_idle_receiver_does_not_block_others(endpoint: str) -> None:
    """While a receiver waits for messages, other calls are answered, and a message wakes it up."""
    sqs = connect("sqs", endpoint)
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    received: list[Any] = []

    def wait() -> None:
        received.extend(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10).get("Messages", []))

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert connect("iam", endpoint).list_users()["Users"] == []
    sqs.send_message(QueueUrl=url, MessageBody="wake up")
    waiting.join(timeout=5)
    assert [message["Body"] for message in received] == ["wake up"]


def test_unsigned_and_unknown_requests(endpoint: str) -> None:
    """An unknown control endpoint is 404, a bad number 400, and an unsigned request is no server error."""
    assert _status(endpoint, "GET", "/_aws/health") == 200
    assert _status(endpoint, "GET", "/_aws/nothing") == 404
    assert _status(endpoint, "GET", "/_aws/journal?after=x") == 400
    assert _status(endpoint, "GET", "/trustanchors") < 500


@pytest.mark.parametrize("body", ["[]", '{"name": []}', '{"name": "x", "source": 7}', "not json", "\x00"])
def test_misfit_body_is_the_callers_fault(endpoint: str, body: str) -> None:
    """A signed creation with a body that fits no model answers 400, never 500."""
    connection = HTTPConnection(urlsplit(endpoint).netloc, timeout=5)
    scope = "AWS4-HMAC-SHA256 Credential=AKIAUNKNOWNUNKNOWN00/20260301/us-east-1/rolesanywhere/aws4_request, x=y"
    headers = {"Authorization": scope, "Content-Type": "application/json"}
    connection.request("POST", "/trustanchors", body, headers)
    assert connection.getresponse().status == 400
    connection.close()


def test_stopped_one_has_no_url() -> None:
    """Asking for the URL before the start is a mistake with a name; stopping twice is none."""
    stand_in = AwsStandIn()
    stand_in.stop()
    with pytest.raises(RuntimeError, match="not running"):
        _ = stand_in.endpoint_url


def test_command_serves_until_interrupted() -> None:
    """The command prints its address, serves there, and ends on SIGINT."""
    command = [sys.executable, "-m", "bot.sandbox.aws.server", "--rate-scale", "0", "--delivery-delay-seconds", "0"]
    process = subprocess.Popen(command, cwd=ROOT_FOLDER, stdout=subprocess.PIPE, text=True, env=dict(os.environ))  # noqa: S603
    assert process.stdout is not None
    try:
        endpoint = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{endpoint}/_aws/health", timeout=5) as answer:  # noqa: S310 - our own URL
            assert json.load(answer) == {"status": "ok", "account_id": "123456789012"}
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
