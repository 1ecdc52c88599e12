"""The load stand-ins, driven over HTTP by the SDKs that the product uses."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from slack_sdk import WebClient

STANDINS = Path(__file__).parent / "bench_standins.py"
QUEUE = "bench-test"
ANCHOR_ID = "4d07f6a0-1c50-44d3-951b-b68b783daa0a"


def control(ports: dict[str, int], path: str, body: object = None) -> Any:
    """Use the control port: POST with a body, GET without one."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://127.0.0.1:{ports['control']}/{path}", data, headers)
    with urllib.request.urlopen(request, timeout=5) as response:  # noqa: S310 - The address is our own.
        return json.load(response)


def aws_client(service: str, port: int) -> Any:
    """Return a client of the stand-in on that port."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="AKIABENCH",
        aws_secret_access_key="bench",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def ports() -> Iterator[dict[str, int]]:
    """Run the stand-ins with one queue and one anchor."""
    with subprocess.Popen([sys.executable, str(STANDINS)], stdout=subprocess.PIPE) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            ports: dict[str, int] = json.loads(process.stdout.readline())
            control(ports, "reset", {"queue": QUEUE, "certificate_pem": "PEM"})
            anchor = {"anchor_id": ANCHOR_ID, "name": "bench", "region": "us-east-1", "account": "111122223333"}
            control(ports, "fill", {"queue": QUEUE, "bodies": ["one", "two"], "anchors": [anchor]})
            yield ports
        finally:
            process.terminate()


def test_a_message_comes_back_after_its_visibility_timeout_and_never_after_its_deletion(
    ports: dict[str, int],
) -> None:
    """The queue hands out each message once, again after the timeout with a higher count, then no more."""
    with closing(aws_client("sqs", ports["sqs"])) as sqs:
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        first = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=2)["Messages"]
        assert [message["Body"] for message in first] == ["one", "two"]
        assert "Messages" not in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        sqs.delete_message(QueueUrl=url, ReceiptHandle=first[0]["ReceiptHandle"])
        (again,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=5)["Messages"]
        assert again["Body"] == "two"
        assert again["Attributes"]["ApproximateReceiveCount"] == "2"
        entries = [{"Id": "0", "ReceiptHandle": again["ReceiptHandle"]}]
        assert sqs.delete_message_batch(QueueUrl=url, Entries=entries)["Successful"] == [{"Id": "0"}]
    assert control(ports, f"progress?queue={QUEUE}")["left_in_queue"] == 0


def test_a_longer_visibility_timeout_keeps_a_message_hidden(ports: dict[str, int]) -> None:
    """Extending a message's timeout outlives the first one, and zero gives the message back at once."""
    with closing(aws_client("sqs", ports["sqs"])) as sqs:
        url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
        held = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=2)["Messages"]
        for message in held:
            handle = message["ReceiptHandle"]
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=60)
        assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=3)
        handle = held[1]["ReceiptHandle"]
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "two"


def test_an_unknown_queue_is_an_error_that_botocore_knows(ports: dict[str, int]) -> None:
    """A queue that was never created is refused by its own error, not by an empty answer."""
    with closing(aws_client("sqs", ports["sqs"])) as sqs, pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="nobody-made-this")


def test_the_journal_holds_each_roles_anywhere_call_with_its_time(ports: dict[str, int]) -> None:
    """An anchor is disabled and deleted for real, and the calls stand in the journal in their order."""
    before = time.monotonic()
    with closing(aws_client("rolesanywhere", ports["aws"])) as rolesanywhere:
        disabled = rolesanywhere.disable_trust_anchor(trustAnchorId=ANCHOR_ID)["trustAnchor"]
        assert disabled["enabled"] is False
        rolesanywhere.delete_trust_anchor(trustAnchorId=ANCHOR_ID)
        with pytest.raises(ClientError) as refused:
            rolesanywhere.get_trust_anchor(trustAnchorId=ANCHOR_ID)
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    calls = control(ports, "calls")["aws"]
    assert [call["operation"] for call in calls] == [
        "DisableTrustAnchor",
        "DeleteTrustAnchor",
        "GetTrustAnchor",
    ]
    assert before < calls[0]["at"] < calls[1]["at"] < time.monotonic()


def test_sts_answers_as_boto3_reads_it(ports: dict[str, int]) -> None:
    """The caller's account and a role's credentials come out of the XML."""
    with closing(aws_client("sts", ports["aws"])) as sts:
        assert sts.get_caller_identity()["Account"] == "111122223333"
        role = sts.assume_role(RoleArn="arn:aws:iam::111122223333:role/act", RoleSessionName="bench")
    assert role["Credentials"]["AccessKeyId"] == "ASIABENCH"


def test_a_second_card_for_the_same_key_is_counted_as_posted_twice(ports: dict[str, int]) -> None:
    """Cards are told apart by their metadata's key; a thread message and an update are no second card."""
    slack = WebClient("xoxb-bench", base_url=f"http://127.0.0.1:{ports['slack']}/api/")
    metadata = {"event_type": "anchorwatch_card", "event_payload": {"key": "case-1"}}
    card = slack.chat_postMessage(channel="C1", text="card", metadata=metadata)
    slack.chat_postMessage(channel="C1", text="thread", thread_ts=card["ts"])
    slack.chat_update(channel="C1", ts=card["ts"], text="changed")
    progress = control(ports, f"progress?queue={QUEUE}")
    assert (progress["posted"], progress["posted_twice"], progress["updated"]) == (1, 0, 1)
    slack.chat_postMessage(channel="C1", text="card", metadata=metadata)
    assert control(ports, f"progress?queue={QUEUE}")["posted_twice"] == 1
    history = slack.conversations_history(channel="C1", include_all_metadata=True)["messages"]
    assert [message["metadata"]["event_payload"]["key"] for message in history] == ["case-1", "case-1"]
