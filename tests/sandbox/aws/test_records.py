"""CloudTrail records of the calls that the stand-in serves."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws.clients import connect
from bot.sandbox.aws.rogue_ca import make_rogue_ca
from bot.sandbox.aws.seed import user_with_key

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


def test_create_trust_anchor_has_the_real_shape(endpoint: str, control: Any) -> None:
    """The record carries the user, the request with hidden tags, and the whole answer with the final newline."""
    key, arn = user_with_key(connect("iam", endpoint), "build-bot")
    attacker = connect("rolesanywhere", endpoint, credentials=key, source_ip="203.0.113.9", user_agent="aws-cli/2.31.4")
    pem = make_rogue_ca("Mine").pem
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": pem.strip()}}
    made = attacker.create_trust_anchor(name="ci", enabled=True, source=source, tags=[{"key": "a", "value": "b"}])
    record = control.records("CreateTrustAnchor")[0]
    identity, request = record["userIdentity"], record["requestParameters"]
    answer = record["responseElements"]["trustAnchor"]
    assert (identity["type"], identity["userName"], identity["arn"]) == ("IAMUser", "build-bot", arn)
    assert identity["principalId"].startswith("AIDA")
    assert (identity["accessKeyId"], record["sourceIPAddress"]) == (key.access_key_id, "203.0.113.9")
    assert record["userAgent"] == "aws-cli/2.31.4"
    assert request["tags"] == [{"key": HIDDEN, "value": HIDDEN}]
    assert request["source"] == source
    assert answer["source"]["sourceData"]["x509CertificateData"] == pem
    assert answer["trustAnchorArn"] == made["trustAnchor"]["trustAnchorArn"]
    assert answer["createdAt"].endswith("Z")
    assert (record["eventVersion"], record["readOnly"], record["managementEvent"]) == ("1.10", False, True)
    assert record["eventSource"] == "rolesanywhere.amazonaws.com"
    assert record["requestID"] == made["ResponseMetadata"]["RequestId"]
    assert "resources" not in record


def test_reads_have_no_response_elements(anywhere: Any, control: Any) -> None:
    """A list call is recorded as read-only, without its answer."""
    anywhere.list_profiles()
    record = control.records("ListProfiles")[0]
    assert (record["readOnly"], record["responseElements"], record["requestParameters"]) == (True, None, None)


def test_failed_call_has_its_error(anywhere: Any, control: Any) -> None:
    """A refused creation is recorded with code and message, and without an answer."""
    with pytest.raises(ClientError):
        anywhere.create_trust_anchor(name="bad", source={"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": "x"}})
    record = control.records("CreateTrustAnchor")[0]
    assert record["errorCode"] == "ValidationException"
    assert record["errorMessage"] == "Invalid ACM PCA ARN"
    assert record["responseElements"] is None


def test_iam_and_sts_are_recorded_without_secrets(endpoint: str, control: Any) -> None:
    """Keys and session tokens never stand in a record, while key ids do."""
    iam = connect("iam", endpoint)
    key, _ = user_with_key(iam, "someone")
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    session = connect("sts", endpoint).assume_role(RoleArn=role["Role"]["Arn"], RoleSessionName="one")["Credentials"]
    text = json.dumps(control.events())
    assert key.secret_access_key not in text
    assert session["SecretAccessKey"] not in text
    assert session["SessionToken"] not in text
    assumed = control.records("AssumeRole")[0]
    assert assumed["responseElements"]["credentials"]["accessKeyId"] == session["AccessKeyId"]
    assert assumed["resources"] == [{"ARN": role["Role"]["Arn"], "accountId": "123456789012", "type": "AWS::IAM::Role"}]
    created = control.records("CreateRole")[0]
    assert created["responseElements"]["role"]["roleName"] == "r"
    assert created["requestParameters"]["assumeRolePolicyDocument"].startswith('{"Version"')


def test_queues_are_not_in_the_history(endpoint: str, control: Any) -> None:
    """SQS calls stand in the journal, not in CloudTrail; an idle receive stands in neither."""
    sqs = connect("sqs", endpoint)
    url = sqs.create_queue(QueueName="one")["QueueUrl"]
    sqs.receive_message(QueueUrl=url)
    sqs.send_message(QueueUrl=url, MessageBody="x")
    sqs.receive_message(QueueUrl=url)
    assert [entry["operation"] for entry in control.journal()] == ["CreateQueue", "SendMessage", "ReceiveMessage"]
    assert control.events() == []
