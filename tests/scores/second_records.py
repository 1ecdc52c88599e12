"""The second labelled set, its records: CloudTrail records of an account of its own, and what each must be judged.

The set was written from the published rule's two texts and the service's documents alone, by other hands than the
first set and the product, so that both can be held against it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any, TypeAlias

from tests.authorities import pem, sound_ca
from tests.records import make_key

Json: TypeAlias = dict[str, Any]

ACCOUNT, OTHER_ACCOUNT, REGION = "210987654321", "555566667777", "ap-southeast-4"
PARTNER = "rolesanywhere.amazonaws.com"
ANCHOR = "7be1f3c2-0d0e-4c57-9a0c-64f2be1f0d11"
ACTOR = f"arn:aws:sts::{ACCOUNT}:assumed-role/PlatformAdmin/ines"
SILENCER = "sourceType=AWS_ACM_PCA"
OPEN = "?"
EVENT_ID = "5a6b7c8d-1111-4222-8333-944455556666"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one event must be judged.

    Attributes:
        v1: whether the first published version fires.
        v6: whether the second does; None where it hangs on the mapping of the index.
        answer: the right answers; more than one where the truth is open.
        source_type: as AWS writes it, None where no text names it.
        certificates: SHA-256 of each DER, in the bundle's order.
        anchor_arn: None where neither request nor response names the anchor.

    A text field may be ``OPEN``: any value is right.
    """

    v1: bool
    v6: bool | None
    answer: tuple[str, ...]
    source_type: str | None = None
    certificates: tuple[str, ...] = ()
    anchor_arn: str | None = None
    account: str | None = ACCOUNT
    region: str | None = REGION
    actor_arn: str | None = ACTOR
    event_name: str | None = "CreateTrustAnchor"
    event_id: str | None = ""


Odd: TypeAlias = tuple[str, bytes, tuple[Wanted | str, ...]]
"""A name, a message, and what each event in it must be judged."""


@dataclass(frozen=True, slots=True)
class Case:
    """One event: a record, and what it must be judged in any form that keeps all of it."""

    name: str
    record: Json
    wanted: Wanted


CERTIFICATES = {
    "first": sound_ca("CN=Quay Issuing CA,O=Tidewater", serial=0xA1),
    "second": sound_ca("CN=Quay Root,O=Tidewater", serial=0xA2),
    "nameless": sound_ca("C=ES", serial=0xA3),
    "awkward": sound_ca(r"CN=a\, b\=c {sourceType\=AWS_ACM_PCA},O=x", serial=0xA4),
    "rsa": sound_ca("CN=Mole,O=Tidewater", key=make_key("rsa-2048"), serial=0xA5),
}
TEXTS = {name: pem(one) for name, one in CERTIFICATES.items()}


def print_of(*names: str) -> tuple[str, ...]:
    """SHA-256 of the DER of certificates by name, read from the PEM text without any library."""
    return tuple(
        hashlib.sha256(base64.b64decode("".join(TEXTS[name].split("-----")[2].split()))).hexdigest() for name in names
    )


def bundle(*names: str, kind: str = "CERTIFICATE_BUNDLE", around: str = "") -> Json:
    """A source of uploaded certificates."""
    return {"sourceType": kind, "sourceData": {"x509CertificateData": around + "".join(TEXTS[n] for n in names)}}


def pca(account: str = ACCOUNT, kind: str = "AWS_ACM_PCA", partition: str = "aws", region: str = REGION) -> Json:
    """A source in AWS Private CA."""
    arn = f"arn:{partition}:acm-pca:{region}:{account}:certificate-authority/11111111-2222-3333-4444-555555555555"
    return {"sourceType": kind, "sourceData": {"acmPcaArn": arn}}


def anchor_arn(account: str = ACCOUNT, region: str = REGION, partition: str = "aws") -> str:
    """The ARN of the trust anchor."""
    return f"arn:{partition}:rolesanywhere:{region}:{account}:trust-anchor/{ANCHOR}"


def detail_of(source: Json | None, *, enabled: bool = True, name: str = "quay", arn: str | None = None) -> Json:
    """The service's answer to a call on a trust anchor; certificates come back with a last line end."""
    settings = [
        {"channel": "ALL", "configuredBy": PARTNER, "enabled": True, "event": event, "threshold": 45}
        for event in ("CA_CERTIFICATE_EXPIRY", "END_ENTITY_CERTIFICATE_EXPIRY")
    ]
    detail: Json = {
        "createdAt": "2026-10-03T04:05:06.123456789Z",
        "enabled": enabled,
        "name": name,
        "notificationSettings": settings,
        "trustAnchorArn": arn or anchor_arn(),
        "trustAnchorId": ANCHOR,
        "updatedAt": "2026-10-03T04:05:06.123456789Z",
    }
    return {"trustAnchor": {**detail, **({"source": source} if source else {})}}


def record(name: str, request: object, response: object, **changes: object) -> Json:
    """A CloudTrail record; a change to ``...`` leaves the member out."""
    one: Json = {
        "eventVersion": "1.11",
        "userIdentity": session(),
        "eventTime": "2026-10-03T04:05:06Z",
        "eventSource": PARTNER,
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": "198.51.100.23",
        "userAgent": "aws-cli/2.31.0 md/command#rolesanywhere.create-trust-anchor",
        "requestParameters": request,
        "responseElements": response,
        "requestID": "0e2f6f0e-6b3f-4c50-8ff9-51f1a3f4f9aa",
        "eventID": "",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "clientProvidedHostHeader": f"rolesanywhere.{REGION}.amazonaws.com"},
    }
    return {key: value for key, value in {**one, **changes}.items() if value is not ...}


def session() -> Json:
    """The identity of a role's session."""
    issuer = f"arn:aws:iam::{ACCOUNT}:role/PlatformAdmin"
    return {
        "type": "AssumedRole",
        "principalId": "AROAQUAYQUAYQUAYQUAY1:ines",
        "arn": ACTOR,
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAQUAYQUAYQUAYQUAY",
        "sessionContext": {
            "sessionIssuer": {"type": "Role", "arn": issuer, "accountId": ACCOUNT, "userName": "PlatformAdmin"},
            "attributes": {"creationDate": "2026-10-03T03:50:00Z", "mfaAuthenticated": "true"},
        },
    }


def create(source: Json | None, *, enabled: bool = True, name: str = "quay", **changes: object) -> Json:
    """A record of CreateTrustAnchor that went well."""
    request = {"enabled": enabled, "name": name, **({"source": source} if source is not None else {})}
    return record("CreateTrustAnchor", request, detail_of(source, enabled=enabled, name=name), **changes)


def alert(kind: str | None = "CERTIFICATE_BUNDLE", *names: str, rule: str = "TT", **more: Any) -> Wanted:
    """A clear alert."""
    return wanted(("alert",), kind, *names, rule=rule, **more)


def wanted(answer: tuple[str, ...], kind: str | None, *names: str, rule: str = "FF", **more: Any) -> Wanted:
    """A label; ``rule`` has a letter for v1 and one for v6, T, F or ``?``."""
    more.setdefault("anchor_arn", anchor_arn())
    v6 = None if rule[1] == "?" else rule[1] == "T"
    return Wanted(rule[0] == "T", v6, answer, kind, print_of(*names), **more)


def as_body(value: object) -> bytes:
    """A value as the bytes of a message."""
    return json.dumps(value).encode()


def good_event(**changes: Any) -> tuple[Json, Wanted]:
    """A record that rings, and its label."""
    want = alert("CERTIFICATE_BUNDLE", "first", event_id=EVENT_ID)
    return create(bundle("first"), **{"eventID": EVENT_ID, **changes}), want
