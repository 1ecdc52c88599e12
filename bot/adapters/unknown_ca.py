"""Makes an alert about a CA that nobody can know: its key is made this moment and thrown away."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "Anchorwatch self-check"
"""What the CA and its trust anchor are called."""

_VALID = timedelta(days=365)


def unknown_ca_alert(account: str, region: str, now: datetime) -> bytes:
    """An EventBridge event of a CreateTrustAnchor that nobody made.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
    """
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.rolesanywhere",
        "account": account,
        "time": _stamp(now),
        "region": region,
        "resources": [],
        "detail": _record(account, region, now),
    }
    return json.dumps(event).encode()


def _record(account: str, region: str, now: datetime) -> dict[str, Any]:
    anchor_id = str(uuid.uuid4())
    source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": _certificate(now)}}
    return {
        "eventVersion": "1.11",
        "eventTime": _stamp(now),
        "eventSource": "rolesanywhere.amazonaws.com",
        "eventName": "CreateTrustAnchor",
        "awsRegion": region,
        "eventID": str(uuid.uuid4()),
        "eventType": "AwsApiCall",
        "readOnly": False,
        "managementEvent": True,
        "recipientAccountId": account,
        "userIdentity": {"type": "IAMUser", "accountId": account, "arn": f"arn:aws:iam::{account}:user/self-check"},
        "requestParameters": {"name": NAME, "source": source, "enabled": True},
        "responseElements": {
            "trustAnchor": {
                "trustAnchorId": anchor_id,
                "trustAnchorArn": f"arn:aws:rolesanywhere:{region}:{account}:trust-anchor/{anchor_id}",
                "name": NAME,
                "source": source,
                "enabled": True,
            }
        },
    }


def _stamp(now: datetime) -> str:
    return f"{now:%Y-%m-%dT%H:%M:%SZ}"


def _certificate(now: datetime) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
