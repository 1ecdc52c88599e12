"""What boto3 sees of a played scenario, read without any code of the product's."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from bot.sandbox.aws.clients import ROOT, Credentials, connect
from bot.sandbox.aws.control_client import AwsControl
from bot.sandbox.aws.regions import ENABLED_BY_DEFAULT
from bot.sandbox.scenarios.truth import Played, Reach


@dataclass
class Eyes:
    """Reads the stand-in as root of any account."""

    endpoint_url: str
    played: Played
    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def client(self, service: str, account_id: str | None = None, region: str | None = None) -> Any:
        """A client of an account's root; by default where the trust anchor is."""
        key = (service, account_id or self.played.truth.account_id, region or self.played.truth.region)
        if key not in self._clients:
            self._clients[key] = connect(
                service, self.endpoint_url, credentials=ROOT, account_id=key[1], region=key[2], attempts=1
            )
        return self._clients[key]

    def accounts(self) -> list[str]:
        """Every account of the organisation."""
        pages = self.client("organizations", "123456789012").get_paginator("list_accounts").paginate()
        return [account["Id"] for page in pages for account in page["Accounts"]]

    def records(self, key: str, value: str, account_id: str | None = None, region: str | None = None) -> list[Any]:
        """The records that LookupEvents finds by one attribute, oldest first."""
        trail = self.client("cloudtrail", account_id, region)
        attributes = [{"AttributeKey": key, "AttributeValue": value}]
        pages = trail.get_paginator("lookup_events").paginate(LookupAttributes=attributes)
        return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]][::-1]

    def sessions(self) -> list[Any]:
        """Every CreateSession through the trust anchor, oldest first."""
        found = self.records("EventSource", "rolesanywhere.amazonaws.com")
        arn = self.played.truth.trust_anchor_arn
        return [
            record
            for record in found
            if record["eventName"] == "CreateSession" and record["requestParameters"]["trustAnchorArn"] == arn
        ]

    def followed(self) -> list[Any]:
        """Everything that the issued sessions did, and the sessions that these made, in every account and Region."""
        keys = [_issued_key(record) for record in self.sessions() if "errorCode" not in record]
        found = []
        while keys:
            key = keys.pop()
            for account_id in self.accounts():
                for region in ENABLED_BY_DEFAULT:
                    for record in self.records("AccessKeyId", key, account_id, region):
                        found.append(record)
                        if record["eventName"] == "AssumeRole" and "errorCode" not in record:
                            keys.append(record["responseElements"]["credentials"]["accessKeyId"])
        return found

    def anchors_with(self, fingerprint: str) -> set[str]:
        """Every trust anchor of the organisation whose CA has this key."""
        found = set()
        for account_id in self.accounts():
            for region in ENABLED_BY_DEFAULT:
                listed = self.client("rolesanywhere", account_id, region).list_trust_anchors()["trustAnchors"]
                for anchor in listed:
                    pem = anchor["source"]["sourceData"].get("x509CertificateData")
                    if pem and fingerprint_of(pem) == fingerprint:
                        found.add(anchor["trustAnchorArn"])
        return found

    def opens(self, reach: Reach) -> bool:
        """Whether a certificate of the CA gets a session; without a profile, whether it would with one."""
        assert self.played.ca
        profile = reach.profile_arn
        if profile is None:
            anywhere = self.client("rolesanywhere")
            made = anywhere.create_profile(name="probe", roleArns=[reach.role_arn], enabled=True)
            profile = made["profile"]["profileArn"]
        subject = dict(reach.certificate)
        answer = AwsControl(self.endpoint_url).create_session(
            trust_anchor_arn=self.played.truth.trust_anchor_arn,
            profile_arn=profile,
            role_arn=reach.role_arn,
            certificate=self.played.ca.issue(subject.get("CN", "probe"), unit=subject.get("OU")),
        )
        return answer["credentials"] is not None

    def is_administrator(self, role_arn: str) -> bool:
        """Whether the role's policies allow whatever one asks for."""
        actions = ["iam:CreateUser", "s3:DeleteBucket", "organizations:LeaveOrganization"]
        iam = self.client("iam", role_arn.split(":")[4])
        results = iam.simulate_principal_policy(PolicySourceArn=role_arn, ActionNames=actions)["EvaluationResults"]
        return all(result["EvalDecision"] == "allowed" for result in results)

    def bot(self, service: str) -> Any:
        """A client of the bot's read role in the account of the trust anchor."""
        truth = self.played.truth
        role = f"arn:aws:iam::{truth.account_id}:role/anchorwatch-read"
        keys = self.client("sts").assume_role(RoleArn=role, RoleSessionName="look")["Credentials"]
        credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        return connect(service, self.endpoint_url, credentials=credentials, region=truth.region, attempts=1)


def fingerprint_of(pem: str) -> str:
    """SHA-256 of the first certificate's public key."""
    key = x509.load_pem_x509_certificates(pem.encode())[0].public_key()
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(encoded).hexdigest()


def serial_in(record: Any) -> str:
    """The serial number of the certificate in a CreateSession record, as session names have it."""
    der = base64.b64decode(record["requestParameters"]["cert"])
    digits = f"{x509.load_der_x509_certificate(der).serial_number:x}"
    return digits.zfill(len(digits) + len(digits) % 2)


def age_days(moment: datetime) -> float:
    """How many days ago something was."""
    return (datetime.now(UTC) - moment) / timedelta(days=1)


def _issued_key(record: Any) -> str:
    return str(record["responseElements"]["credentialSet"][0]["credentials"]["accessKeyId"])
