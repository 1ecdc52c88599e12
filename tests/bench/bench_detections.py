"""The detections of a run: EventBridge events of `CreateTrustAnchor`, each for an anchor of its own.

The certificate is a real one, made for the run: a self-signed RSA-2048 CA as an attacker would bring it.
"""

import json
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from aws_standin import ACCOUNT_ID, trust_anchor_arn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

REGION = "us-east-1"
FIRST_ACCOUNT = 200_000_000_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """One trust anchor that the run reports."""

    anchor_id: str
    name: str
    region: str = REGION
    account: str = ACCOUNT_ID


def new_anchors(count: int, label: str) -> list[Anchor]:
    """Return `count` anchors whose ids and names nobody has used before."""
    return [Anchor(str(uuid.uuid4()), f"bench-{label}-{number:06d}") for number in range(count)]


def in_accounts_of_their_own(anchors: list[Anchor]) -> list[Anchor]:
    """Return the anchors with another account each.

    Roles Anywhere allows one call a second on an account's trust anchors, and a program that keeps to it would
    be measured waiting; people don't approve five deletions a second in one account.

    See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/quotas.html
    """
    return [replace(anchor, account=str(FIRST_ACCOUNT + n)) for n, anchor in enumerate(anchors)]


def self_signed_ca() -> str:
    """Return a new self-signed CA certificate as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Bench External Root CA")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def create_trust_anchor_event(anchor: Anchor, certificate_pem: str) -> str:
    """Return the EventBridge event (JSON) that reports this anchor.

    See: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.rolesanywhere",
        "account": anchor.account,
        "time": now,
        "region": anchor.region,
        "resources": [],
        "detail": cloudtrail_record(anchor, certificate_pem, now),
    }
    return json.dumps(event)


def cloudtrail_record(anchor: Anchor, certificate_pem: str, now: str) -> dict[str, Any]:
    """Return the CloudTrail record inside the event; `now` is its time in ISO 8601."""
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": certificate_pem}}
    return {
        "eventVersion": "1.10",
        "userIdentity": user_identity(anchor.account),
        "eventTime": now,
        "eventSource": "rolesanywhere.amazonaws.com",
        "eventName": "CreateTrustAnchor",
        "awsRegion": anchor.region,
        "sourceIPAddress": "203.0.113.24",
        "userAgent": "aws-cli/2.31.0 md/Botocore#1.40.0",
        "requestParameters": {"name": anchor.name, "enabled": True, "source": source},
        "responseElements": {
            "trustAnchor": {
                "trustAnchorId": anchor.anchor_id,
                "trustAnchorArn": trust_anchor_arn(anchor.account, anchor.region, anchor.anchor_id),
                "name": anchor.name,
                "enabled": True,
                "createdAt": now,
                "updatedAt": now,
                "source": source,
                "notificationSettings": [],
            }
        },
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": anchor.account,
        "eventCategory": "Management",
    }


def user_identity(account: str) -> dict[str, Any]:
    """Return the actor: an IAM user with a long-lived key."""
    return {
        "type": "IAMUser",
        "principalId": "AIDABENCHBENCHBENCH00",
        "arn": f"arn:aws:iam::{account}:user/bench",
        "accountId": account,
        "accessKeyId": "AKIABENCHBENCHBENCH0",
        "userName": "bench",
    }
