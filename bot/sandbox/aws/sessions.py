"""Synthetic CreateSession calls: what a holder of a certificate does with a trust anchor.

CreateSession is in no SDK and is signed with a certificate's key, so it can't come in through boto3. No whole
CloudTrail record of it has been published: the records made here are SYNTHETIC. Their members follow the API's
documentation; which of them the real records carry, and the type of `userIdentity`, is not known.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/authentication-create-session.html
"""

import base64
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from moto.core.exceptions import ServiceException
from moto.iam.exceptions import NotFoundException
from moto.sts.models import sts_backends

from .account import Account
from .callers import PARTITION, Session, role_id
from .certificate_context import serial_of, session_context, source_identity_of
from .conditions import Context
from .policies import trusts
from .records import EVENT_VERSION, HIDDEN
from .rolesanywhere.ca_certificates import parse_bundle
from .rolesanywhere.models import RolesAnywhereBackend, rolesanywhere_backends
from .rolesanywhere.resources import DEFAULT_SESSION_SECONDS, TrustAnchor

# The user agent of AWS's own credential helper.
# See: https://github.com/aws/rolesanywhere-credential-helper
HELPER_USER_AGENT = "CredHelper/1.7.1 (go1.24.6; linux; amd64)"
SERVICE = "rolesanywhere.amazonaws.com"
# Roles Anywhere needs all three.
# See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
THREE_ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


@dataclass(frozen=True)
class SessionRequest:
    """One CreateSession.

    Attributes:
        trust_anchor_arn: The anchor; its Region and account are those of the call.
        profile_arn: The profile; it must list the role.
        role_arn: The role to enter.
        certificate: The caller's own certificate as PEM.
        duration_seconds: What is asked for; the profile's own limit caps it.
        source_ip: Where it comes from.
        user_agent: What it says it is.
    """

    trust_anchor_arn: str
    profile_arn: str
    role_arn: str
    certificate: str
    duration_seconds: int = DEFAULT_SESSION_SECONDS
    source_ip: str = "127.0.0.1"
    user_agent: str = HELPER_USER_AGENT


def read_session_request(body: dict[str, Any]) -> SessionRequest:
    """Read the control endpoint's JSON.

    Raises:
        ValueError: When a member is missing or unknown.
    """
    try:
        return SessionRequest(**body)
    except TypeError as wrong:
        raise ValueError(str(wrong)) from wrong


def record_session(account: Account, asked: SessionRequest) -> dict[str, Any]:
    """Play one CreateSession and write its SYNTHETIC record down.

    The anchor must be enabled and have issued the certificate, the profile be enabled and list the role, the role's
    trust policy allow all three actions, and no enabled revocation list of the anchor name the certificate. A refused
    one is recorded too, without credentials; one that works has the record of an AssumeRole by the service behind it.

    Returns:
        `record`, and `credentials` (access_key_id, secret_access_key, session_token) that boto3 can use, or
        None when the session was refused.

    Raises:
        ValueError: When the certificate can't be read.
    """
    _, _, _, region, account_id, *_ = asked.trust_anchor_arn.split(":")
    leaf = _leaf(asked.certificate)
    backend = rolesanywhere_backends[account_id][region]
    refused = _refusal(backend, asked, leaf)
    record = _record(account, asked, leaf)
    credentials = None
    if refused:
        record |= {"errorCode": "AccessDeniedException", "errorMessage": refused, "responseElements": None}
    else:
        credentials, elements = _enter(account, backend, asked, leaf)
        record |= {"responseElements": elements, "additionalEventData": _SIGNED_WELL}
    account.record(record)
    if credentials:
        # The history lists the role and the new key beside it.
        behind = _companion(record)
        key = behind["responseElements"]["credentials"]["accessKeyId"]
        account.record(behind, (("AWS::IAM::Role", asked.role_arn), ("AWS::IAM::AccessKey", key)))
    return {"record": record, "credentials": credentials}


_SIGNED_WELL = {"missingSignedHeaders": [], "postEmptyBody": False, "algorithmMismatch": False}


def _leaf(pem: str) -> x509.Certificate:
    try:
        return parse_bundle(pem)[0]
    except ServiceException as unreadable:
        raise ValueError(unreadable.message) from unreadable


def _refusal(backend: RolesAnywhereBackend, asked: SessionRequest, leaf: x509.Certificate) -> str | None:
    try:
        anchor = backend.trust_anchor(asked.trust_anchor_arn)
        profile = backend.profile(asked.profile_arn)
    except ServiceException as missing:
        return missing.message
    if not anchor.enabled or not profile.enabled:
        return "Trust anchor or profile is disabled"
    if asked.role_arn not in profile.settings["roleArns"]:
        return "Role is not listed in the profile"
    if not _has_issued(anchor, leaf) or backend.is_revoked(anchor.arn, leaf):
        return "Untrusted certificate"
    context = session_context(anchor.arn, profile.mappings, leaf)
    allowed = all(_trusts(asked.role_arn, action, context) for action in THREE_ACTIONS)
    return None if allowed else "Unable to assume role"


def _trusts(role_arn: str, action: str, context: Context) -> bool:
    try:
        return trusts(role_arn, ("Service", SERVICE), action, context)
    except NotFoundException:
        return False


def _has_issued(anchor: TrustAnchor, leaf: x509.Certificate) -> bool:
    pem = anchor.source["sourceData"].get("x509CertificateData")
    if pem is None:
        # The certificate of a private CA in ACM is not kept here.
        return True
    return any(_is_issuer(authority, leaf) for authority in parse_bundle(pem))


def _is_issuer(authority: x509.Certificate, leaf: x509.Certificate) -> bool:
    try:
        leaf.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _record(account: Account, asked: SessionRequest, leaf: x509.Certificate) -> dict[str, Any]:
    _, _, _, region, account_id, *_ = asked.trust_anchor_arn.split(":")
    return {
        "eventVersion": EVENT_VERSION,
        "userIdentity": {"type": "Unknown", "accountId": account_id},
        "eventTime": account.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "rolesanywhere.amazonaws.com",
        "eventName": "CreateSession",
        "awsRegion": region,
        "sourceIPAddress": asked.source_ip,
        "userAgent": asked.user_agent,
        "requestParameters": {
            "trustAnchorArn": asked.trust_anchor_arn,
            "profileArn": asked.profile_arn,
            "roleArn": asked.role_arn,
            "durationSeconds": asked.duration_seconds,
            "cert": base64.b64encode(leaf.public_bytes(serialization.Encoding.DER)).decode(),
        },
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
    }


def _enter(
    account: Account, backend: RolesAnywhereBackend, asked: SessionRequest, leaf: x509.Certificate
) -> tuple[dict[str, Any], dict[str, Any]]:
    seconds = min(asked.duration_seconds, backend.profile(asked.profile_arn).settings["durationSeconds"])
    assumed = sts_backends[backend.account_id][PARTITION].assume_role(
        region_name=backend.region_name,
        role_session_name=serial_of(leaf),
        role_arn=asked.role_arn,
        policy="",
        duration=seconds,
        external_id="",
    )
    session = Session(
        access_key_id=assumed.access_key_id,
        account_id=backend.account_id,
        role_arn=asked.role_arn,
        role_id=role_id(asked.role_arn) or "AROASYNTHETICSESSION0",
        session_name=assumed.session_name,
        source_identity=source_identity_of(leaf),
        policy=None,
        started_at=account.now(),
    )
    account.callers.start_session(session, started_by=None)
    credentials = {
        "access_key_id": assumed.access_key_id,
        "secret_access_key": assumed.secret_access_key,
        "session_token": assumed.session_token,
    }
    return credentials, _elements(account, backend, session, leaf, seconds)


def _companion(record: dict[str, Any]) -> dict[str, Any]:
    """SYNTHETIC: the AssumeRole that the service makes; no whole record of it has been published."""
    entry = record["responseElements"]["credentialSet"][0]
    session_name = entry["assumedRoleUser"]["arn"].rpartition("/")[2]
    return {
        **record,
        "userIdentity": {"type": "AWSService", "invokedBy": SERVICE},
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole",
        "sourceIPAddress": SERVICE,
        "userAgent": SERVICE,
        "requestParameters": {
            "roleArn": entry["roleArn"],
            "roleSessionName": session_name,
            "sourceIdentity": entry["sourceIdentity"],
            "durationSeconds": record["requestParameters"]["durationSeconds"],
        },
        "responseElements": {name: entry[name] for name in ("credentials", "assumedRoleUser", "sourceIdentity")},
        "additionalEventData": None,
        "resources": [{"ARN": entry["roleArn"], "accountId": record["recipientAccountId"], "type": "AWS::IAM::Role"}],
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": True,
    }


def _elements(
    account: Account, backend: RolesAnywhereBackend, session: Session, leaf: x509.Certificate, seconds: int
) -> dict[str, Any]:
    seen = {"serialNumber": serial_of(leaf), "issuer": leaf.issuer.rfc4514_string(), "x509CertificateData": _pem(leaf)}
    subject = backend.saw_subject(leaf.subject.rfc4514_string(), seen)
    entry = {
        "assumedRoleUser": {"arn": session.arn, "assumedRoleId": f"{session.role_id}:{session.session_name}"},
        "credentials": {
            "accessKeyId": session.access_key_id,
            "expiration": (account.now() + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "secretAccessKey": HIDDEN,
            "sessionToken": HIDDEN,
        },
        "packedPolicySize": 0,
        "roleArn": session.role_arn,
        "sourceIdentity": session.source_identity,
    }
    return {"credentialSet": [entry], "subjectArn": subject.arn}


def _pem(leaf: x509.Certificate) -> str:
    return leaf.public_bytes(serialization.Encoding.PEM).decode()
