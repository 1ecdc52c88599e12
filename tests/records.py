"""Builders of events: CloudTrail records with a CA made on the spot, and everything that they come wrapped in."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Json: TypeAlias = dict[str, Any]
Key: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | mldsa.MLDSA65PrivateKey

ACCOUNT = "123456789012"
REGION = "eu-central-1"
SERVICE = "rolesanywhere.amazonaws.com"
ANCHOR_ID = "0f9f4a6e-6a52-4b4b-8f3b-2d1c7b1f9a10"
ANCHOR_ARN = f"arn:aws:rolesanywhere:{REGION}:{ACCOUNT}:trust-anchor/{ANCHOR_ID}"
PCA_ARN = f"arn:aws:acm-pca:{REGION}:{ACCOUNT}:certificate-authority/5b0c9c0e-3c55-4b1a-a3b1-4f0e6f1a2b3c"
EVENT_ID = "c7d3a7a2-6f0e-4d5c-9a55-0a4f5a1f7d21"
HAPPENED_AT = datetime(2026, 11, 20, 9, 30, 12, tzinfo=UTC)
RULE_NAME = "AWS IAM Roles Anywhere Trust Anchor Created with External CA"
ALERT_URL = "https://kibana.example.com/app/security/alerts/redirect/1"


@cache
def make_key(kind: str) -> Key:
    """A private key: ``rsa-<bits>``, ``ec`` (P-256), ``ed25519`` or ``ml-dsa-65``; made once per kind."""
    if kind.startswith("rsa-"):
        return rsa.generate_private_key(public_exponent=65537, key_size=int(kind[4:]))
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else mldsa.MLDSA65PrivateKey.generate()


def make_ca(
    subject: str = "CN=Harbour Root,O=Example",
    *,
    issuer: str | None = None,
    key: str = "ec",
    signed_with: str | None = None,
    not_before: datetime = HAPPENED_AT - timedelta(minutes=12),
    lifetime: timedelta = timedelta(days=3650),
    is_ca: bool | None = True,
) -> str:
    """A certificate as PEM text; ``signed_with`` is another kind of key, ``is_ca`` None leaves the extension out."""
    holder, signer = make_key(key), make_key(signed_with or key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name.from_rfc4514_string(subject))
        .issuer_name(x509.Name.from_rfc4514_string(subject if issuer is None else issuer))
        .public_key(holder.public_key())
        .serial_number(0xC0FFEE)
        .not_valid_before(not_before)
        .not_valid_after(not_before + lifetime)
    )
    if is_ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    hashed = hashes.SHA256() if isinstance(signer, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) else None
    return builder.sign(signer, hashed).public_bytes(Encoding.PEM).decode()


def make_private_key_pem(key: str = "ec") -> str:
    """The private key as PKCS #8 text."""
    return make_key(key).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def bundle_source(pem: str | None = None) -> Json:
    """A source with uploaded certificates."""
    return {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": pem or make_ca()}}


def pca_source() -> Json:
    """A source in AWS Private CA."""
    return {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": PCA_ARN}}


def iam_user() -> Json:
    """An IAM user with a long-lived key: such a record has no sessionContext."""
    return {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLEUSER",
        "arn": f"arn:aws:iam::{ACCOUNT}:user/maria",
        "accountId": ACCOUNT,
        "accessKeyId": "AKIAEXAMPLEKEY000001",
        "userName": "maria",
    }


def assumed_role(*, mfa: bool = False) -> Json:
    """A session of a role."""
    return {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLEROLE:maria",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deploy/maria",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLEKEY000001",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLEROLE",
                "arn": f"arn:aws:iam::{ACCOUNT}:role/Deploy",
                "accountId": ACCOUNT,
                "userName": "Deploy",
            },
            "attributes": {"creationDate": "2026-11-20T09:00:00Z", "mfaAuthenticated": str(mfa).lower()},
            "sourceIdentity": "maria@example.com",
        },
    }


def cloudtrail_record(
    event_name: str = "CreateTrustAnchor",
    *,
    source: Json | None = None,
    identity: Json | None = None,
    name: str = "harbour-ci",
    enabled: bool = True,
    **changes: object,
) -> Json:
    """A CloudTrail record of a call that worked; a change to None takes the field away."""
    source = bundle_source() if source is None else source
    request: Json = {"name": name, "source": source}
    request |= {"enabled": enabled} if event_name == "CreateTrustAnchor" else {"trustAnchorId": ANCHOR_ID}
    record: Json = {
        "eventVersion": "1.11",
        "userIdentity": identity or iam_user(),
        "eventTime": HAPPENED_AT.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": SERVICE,
        "eventName": event_name,
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.31.0 md/command#rolesanywhere.create-trust-anchor",
        "requestParameters": request,
        "responseElements": {"trustAnchor": anchor_detail(source, name=name, enabled=enabled)},
        "requestID": "5f3a5a30-0000-4000-8000-6f3d1ac54a11",
        "eventID": EVENT_ID,
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    } | changes
    return {field: copy.deepcopy(value) for field, value in record.items() if value is not None}


def anchor_detail(source: Json, *, name: str = "harbour-ci", enabled: bool = True) -> Json:
    """A trust anchor as Roles Anywhere answers; times have nine digits of a fraction."""
    return {
        "trustAnchorId": ANCHOR_ID,
        "trustAnchorArn": ANCHOR_ARN,
        "name": name,
        "source": source,
        "enabled": enabled,
        "createdAt": "2026-11-20T09:30:12.482702201Z",
        "updatedAt": "2026-11-20T09:30:12.482702201Z",
        "notificationSettings": [
            {"enabled": True, "event": event, "threshold": 45, "channel": "ALL", "configuredBy": SERVICE}
            for event in ("CA_CERTIFICATE_EXPIRY", "END_ENTITY_CERTIFICATE_EXPIRY")
        ],
    }


def eventbridge(record: Json, **changes: object) -> Json:
    """An EventBridge event with a record in it."""
    return {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.rolesanywhere",
        "account": ACCOUNT,
        "time": "2026-11-20T09:30:12Z",
        "region": REGION,
        "resources": [],
        "detail": record,
    } | changes


def sns(message: Json | str, **changes: object) -> Json:
    """An SNS notification around a message, as SQS holds it without raw delivery."""
    return {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:detections",
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2026-11-20T09:30:30.000Z",
        "SignatureVersion": "1",
        "Signature": "made-up",
    } | changes


def body(message: object) -> bytes:
    """A message as bytes."""
    return json.dumps(message).encode()


def java_map(value: object) -> str:
    """What Java prints of a map: no quotes and no escapes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={java_map(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(java_map, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _trail(record: Json, *, flattened: bool) -> Json:
    """The part of the document that keeps CloudTrail's own words."""
    identity = record["userIdentity"]
    session = identity.get("sessionContext", {})
    asked, answered = record.get("requestParameters"), record.get("responseElements")
    mfa = session.get("attributes", {}).get("mfaAuthenticated")
    issuer = session.get("sessionIssuer", {}).get("arn")
    return {
        "event_version": record["eventVersion"],
        "recipient_account_id": record.get("recipientAccountId"),
        "user_identity": {
            "type": identity["type"],
            "arn": identity.get("arn"),
            "access_key_id": identity.get("accessKeyId"),
            "session_context": {"mfa_authenticated": mfa, "session_issuer": {"arn": issuer}},
        },
        "request_parameters": java_map(asked) if asked else None,
        "response_elements": java_map(answered) if answered else None,
        "error_code": record.get("errorCode"),
        "error_message": record.get("errorMessage"),
        "flattened": {"request_parameters": asked, "response_elements": answered} if flattened else None,
    }


def ecs_document(record: Json, *, flattened: bool = True, original: bool = False) -> Json:
    """The nested document that Elastic's AWS integration makes of a record."""
    identity = record["userIdentity"]
    session = identity.get("sessionContext", {})
    always = {"dataset": "aws.cloudtrail", "kind": "event", "type": ["info"]}
    document = {
        "@timestamp": record["eventTime"],
        "event": {
            **always,
            "id": record.get("eventID"),
            "action": record["eventName"],
            "provider": record["eventSource"],
            "outcome": "failure" if record.keys() & {"errorCode", "errorMessage"} else "success",
            "original": json.dumps(record) if original else None,
        },
        "aws": {"cloudtrail": _trail(record, flattened=flattened)},
        "cloud": {"account": {"id": identity.get("accountId")}, "region": record.get("awsRegion")},
        "source": {"address": record.get("sourceIPAddress"), "ip": record.get("sourceIPAddress")},
        "user": {
            "id": identity.get("principalId"),
            "name": identity.get("userName") or session.get("sessionIssuer", {}).get("userName"),
        },
        "user_agent": {"original": record.get("userAgent")},
    }
    kept: Json = _without_nulls(document)
    return kept


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {key: _without_nulls(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item is not None and item != {}}
    return value


def elastic_nested(record: Json, **how: bool) -> Json:
    """An Elastic alert as Kibana hands it to an action: nested objects."""
    document = ecs_document(record, **how)
    document["kibana"] = {
        "alert": {
            "rule": {"name": RULE_NAME, "rule_id": "71de53ea-ff3b-11ee-b572-f661ea17fbce"},
            "severity": "medium",
            "url": ALERT_URL,
            "original_time": document.pop("@timestamp"),
        }
    }
    document["@timestamp"] = "2026-11-20T09:36:44.120Z"
    document["event"]["kind"] = "signal"
    return document


def elastic_dotted(record: Json, *, listed: bool = False, **how: bool) -> Json:
    """An Elastic alert with dotted keys; ``listed`` puts each value into a list of its own."""
    flat = _dotted(elastic_nested(record, **how), "")
    return {key: [value] if listed and not isinstance(value, list) else value for key, value in flat.items()}


def _dotted(value: Json, prefix: str) -> Json:
    flat: Json = {}
    for key, item in value.items():
        path = f"{prefix}{key}"
        # A flattened field is one field, so that its value stays an object.
        whole = path.startswith("aws.cloudtrail.flattened.")
        flat |= _dotted(item, f"{path}.") if isinstance(item, dict) and not whole else {path: item}
    return flat
