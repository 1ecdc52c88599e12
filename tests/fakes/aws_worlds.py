"""Two worlds for one contract: AWS in memory, and boto3 over HTTP to the stand-in of the sandbox."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.adapters.aws_accounts import BotoAccounts
from bot.domain.identity import Target, parse_anchor_arn
from bot.ports import AwsAccounts
from bot.sandbox.aws.clients import AwsClient, connect
from bot.sandbox.aws.control_client import AwsControl
from bot.sandbox.aws.server import AwsStandIn
from tests.fakes.fake_action_aws import FaultKind
from tests.fakes.fake_aws import REGION, FakeAws
from tests.fakes.ladder import MADE_KEY, evidence, session_actor, user_actor

_KINDS = {
    "deny": "deny",
    "throttle": "throttle",
    "unclear_after_effect": "cut",
    "unclear_before_effect": "error",
}


class AwsWorld(Protocol):
    """What a contract test needs of an AWS: seeds, faults, and what reached it."""

    accounts: AwsAccounts

    def add_anchor(self, name: str) -> Target:
        """Create an enabled trust anchor with an external CA."""
        ...

    def add_profiles(self, count: int) -> None:
        """Create profiles without roles of their own."""
        ...

    def fail(self, permission: str, kind: FaultKind) -> None:
        """Let the next call go wrong; a throttle goes on until the test is over."""
        ...

    def reached(self) -> list[str]:
        """The ``service:Operation`` of every call that reached AWS, in order."""
        ...


class FakeWorld:
    """AWS in memory."""

    def __init__(self) -> None:
        self.aws = FakeAws()
        self.accounts: AwsAccounts = self.aws

    def add_anchor(self, name: str) -> Target:
        """See :class:`AwsWorld`."""
        return self.aws.add_anchor(name=name)

    def add_profiles(self, count: int) -> None:
        """See :class:`AwsWorld`."""
        for number in range(count):
            self.aws.add_profile(f"p{number}", [])

    def fail(self, permission: str, kind: FaultKind) -> None:
        """See :class:`AwsWorld`."""
        self.aws.fail(permission, kind, 1000 if kind == "throttle" else 1)

    def reached(self) -> list[str]:
        """See :class:`AwsWorld`."""
        return [call.permission for call in self.aws.journal if call.outcome != "NotInPermissions"]


class StandInWorld:
    """boto3 and the stand-in; the seeds are not in what reached it."""

    def __init__(self, endpoint_url: str, accounts: BotoAccounts) -> None:
        self.accounts: AwsAccounts = accounts
        self.control = AwsControl(endpoint_url)
        self._endpoint_url = endpoint_url
        self.client: AwsClient = connect("rolesanywhere", endpoint_url, region=REGION)
        self._seeded = 0

    def add_anchor(self, name: str) -> Target:
        """See :class:`AwsWorld`."""
        source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": ca_pem()}}
        created = self.client.create_trust_anchor(name=name, source=source, enabled=True)
        self._seeded_to_here()
        return parse_anchor_arn(created["trustAnchor"]["trustAnchorArn"])

    def add_roles(self, *names: str, policy: str = "{}") -> None:
        """Create IAM roles with this trust policy."""
        iam = connect("iam", self._endpoint_url)
        for name in names:
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy)
        iam.close()
        self._seeded_to_here()

    def add_ladder(self, target: Target, *, by: str) -> Target:
        """The target with a profile, a role and a caller (``user`` or ``session``), for every rung of the ladder."""
        iam = connect("iam", self._endpoint_url)
        role = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        profile = self.client.create_profile(name="deploy", roleArns=[role], enabled=True)["profile"]["profileArn"]
        iam.create_user(UserName="mallory")
        key_id = iam.create_access_key(UserName="mallory")["AccessKey"]["AccessKeyId"]
        iam.create_user(UserName=MADE_KEY.user_name, Path="/ci/")
        made_id = iam.create_access_key(UserName=MADE_KEY.user_name)["AccessKey"]["AccessKeyId"]
        iam.close()
        self._seeded_to_here()
        actor = user_actor(target.account, key_id=key_id) if by == "user" else session_actor(role)
        made_key = replace(MADE_KEY, key_id=made_id)
        return replace(target, known=evidence(profile, role, actor, datetime.now(UTC).date(), made_key))

    def add_profiles(self, count: int) -> None:
        """See :class:`AwsWorld`."""
        for number in range(count):
            role = "arn:aws:iam::123456789012:role/deployer"
            self.client.create_profile(name=f"p{number}", roleArns=[role], enabled=True)
        self._seeded_to_here()

    def fail(self, permission: str, kind: FaultKind) -> None:
        """See :class:`AwsWorld`."""
        service, _, operation = permission.partition(":")
        # A server's error must outlast botocore's own attempts at a read.
        times = None if kind in ("throttle", "unclear_before_effect") else 1
        self.control.set_fault(service, operation, _KINDS[kind], times=times)

    def reached(self) -> list[str]:
        """See :class:`AwsWorld`."""
        return [f"{entry['service']}:{entry['operation']}" for entry in self.control.journal(after=self._seeded)]

    def _seeded_to_here(self) -> None:
        self._seeded = self.control.journal()[-1]["seq"]


def ca_pem(name: str = "Rogue CA") -> str:
    """A self-signed CA that Roles Anywhere takes, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC) - timedelta(minutes=5)
    usage = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder(
            subject, subject, key.public_key(), x509.random_serial_number(), start, start + timedelta(days=365)
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(key_cert_sign=True, crl_sign=True, **usage), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


@contextmanager
def aws_environment(monkeypatch: pytest.MonkeyPatch, **more: str) -> Iterator[str]:
    """A running stand-in that boto3 finds by the environment, as the product does. Yields its endpoint."""
    with AwsStandIn(rate_scale=0, delivery_delay=timedelta(0), managed_policies=False) as stand_in:
        for name, value in {
            "AWS_ENDPOINT_URL": stand_in.endpoint_url,
            "AWS_ACCESS_KEY_ID": "AKIAUNKNOWNUNKNOWN00",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "nowhere",
            "AWS_SHARED_CREDENTIALS_FILE": "nowhere",
            **more,
        }.items():
            monkeypatch.setenv(name, value)
        yield stand_in.endpoint_url


async def stand_in_world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StandInWorld]:
    """The world over HTTP; throttled calls are not tried again."""
    with aws_environment(monkeypatch) as endpoint_url:
        accounts = BotoAccounts("", "", patience=timedelta(0))
        world = StandInWorld(endpoint_url, accounts)
        try:
            yield world
        finally:
            world.client.close()
            await accounts.close()
