"""Who acts in the scenarios: people and programs with keys, and the holders of the CA's certificates."""

from dataclasses import dataclass, field
from typing import Any

from cryptography import x509

from bot.sandbox.aws.certificate_context import serial_of
from bot.sandbox.aws.clients import AwsClient, Credentials, connect
from bot.sandbox.aws.rogue_ca import RogueCa, make_rogue_ca
from bot.sandbox.aws.seed import user_with_key
from bot.sandbox.scenarios.history import Habit, age_key
from bot.sandbox.scenarios.stage import Account, Stage

# Addresses of the documentation ranges. See: https://www.rfc-editor.org/rfc/rfc5737
OFFICE = "198.51.100.14"
ELSEWHERE = "203.0.113.57"
CLI = "aws-cli/2.31.4 md/awscrt#0.28.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7"
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.13.3 terraform-provider-aws/6.14.1"


@dataclass(frozen=True)
class Person:
    """Somebody with a key.

    Attributes:
        account: Where the key acts.
        arn: The user or session.
        credentials: The key.
        source_ip: Where the calls come from.
        user_agent: What makes them.
    """

    account: Account
    arn: str
    credentials: Credentials = field(repr=False)
    source_ip: str = ELSEWHERE
    user_agent: str = CLI

    def client(self, service: str, region: str | None = None) -> AwsClient:
        """A client of this person."""
        return connect(
            service,
            self.account.stage.endpoint_url,
            credentials=self.credentials,
            region=region or self.account.region,
            source_ip=self.source_ip,
            user_agent=self.user_agent,
        )

    def habit(self, source_ip: str = OFFICE, user_agent: str = CLI) -> Habit:
        """How this person's past is written down."""
        name = self.arn.rpartition("/")[2]
        identity = {
            "type": "IAMUser",
            "principalId": "AIDASANDBOXSANDBOX001",
            "arn": self.arn,
            "accountId": self.account.account_id,
            "accessKeyId": self.credentials.access_key_id,
            "userName": name,
        }
        return Habit(identity, self.account.account_id, self.account.region, source_ip, user_agent)


def user(
    account: Account,
    name: str,
    *,
    allows: str | None = None,
    mfa: bool = False,
    key_age_days: int = 400,
    source_ip: str = ELSEWHERE,
    user_agent: str = CLI,
) -> Person:
    """Make an IAM user with a long-term key.

    Args:
        account: Where.
        name: Its name.
        allows: An inline policy as JSON text; None means that the stand-in refuses it nothing.
        mfa: Whether it has an MFA device.
        key_age_days: How old the key is.
        source_ip: Where its calls come from.
        user_agent: What makes them.
    """
    iam = account.root("iam")
    credentials, arn = user_with_key(iam, name)
    if allows:
        iam.put_user_policy(UserName=name, PolicyName=f"{name}-permissions", PolicyDocument=allows)
    if mfa:
        serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(
            UserName=name, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
        )
    age_key(account.account_id, name, account.stage.ago(days=key_age_days), account.stage.ago(days=1))
    return Person(account, arn, credentials, source_ip, user_agent)


def session_of(caller: Person, role_arn: str, name: str, target: Account | None = None) -> Person:
    """Let somebody assume a role; returns who they are then."""
    made = caller.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name)
    keys = made["Credentials"]
    credentials = Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    account = target or caller.account
    return Person(account, made["AssumedRoleUser"]["Arn"], credentials, caller.source_ip, caller.user_agent)


@dataclass(frozen=True)
class Anchor:
    """A trust anchor with an external CA.

    Attributes:
        arn: The trust anchor.
        ca: The CA with its key.
        record: The CloudTrail record of CreateTrustAnchor.
    """

    arn: str
    ca: RogueCa = field(repr=False)
    record: dict[str, Any] = field(repr=False)

    @property
    def anchor_id(self) -> str:
        """Its UUID."""
        return self.arn.rpartition("/")[2]


def new_ca(stage: Stage, name: str, *, hours_ago: float = 1) -> RogueCa:
    """Make a self-signed CA some time before the detection."""
    return make_rogue_ca(name, now=stage.ago(hours=hours_ago))


def ca_source(ca: RogueCa) -> dict[str, Any]:
    """The source of a trust anchor with this CA."""
    return {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": ca.pem.strip()}}


def create_anchor(
    actor: Person,
    ca: RogueCa,
    name: str,
    *,
    enabled: bool = True,
    region: str | None = None,
    **more: Any,  # noqa: ANN401 - Members of CreateTrustAnchor.
) -> Anchor:
    """Let somebody make a trust anchor with a CA of their own."""
    anywhere = actor.client("rolesanywhere", region)
    made = anywhere.create_trust_anchor(name=name, source=ca_source(ca), enabled=enabled, **more)
    arn = made["trustAnchor"]["trustAnchorArn"]
    return Anchor(arn, ca, record_of(actor.account.stage, "CreateTrustAnchor", arn))


def record_of(stage: Stage, operation: str, anchor_arn: str) -> dict[str, Any]:
    """The newest record of an operation on a trust anchor."""
    made = [record for record in stage.control.records(operation) if record["responseElements"]]
    return next(
        record for record in reversed(made) if record["responseElements"]["trustAnchor"]["trustAnchorArn"] == anchor_arn
    )


@dataclass(frozen=True)
class Entry:
    """One CreateSession.

    Attributes:
        serial: Of the certificate, as session names have it.
        person: Who got in; None when refused.
    """

    serial: str
    person: Person | None


def enter(
    account: Account,
    anchor: Anchor,
    profile_arn: str,
    role_arn: str,
    common_name: str,
    *,
    unit: str | None = None,
    source_ip: str = ELSEWHERE,
) -> Entry:
    """Issue a certificate and try to get a session with it."""
    stage = account.stage
    certificate = anchor.ca.issue(common_name, unit=unit, now=stage.ago(hours=1))
    answer = stage.control.create_session(
        trust_anchor_arn=anchor.arn,
        profile_arn=profile_arn,
        role_arn=role_arn,
        certificate=certificate,
        source_ip=source_ip,
    )
    serial = serial_of(x509.load_pem_x509_certificate(certificate.encode()))
    if answer["credentials"] is None:
        return Entry(serial, None)
    arn = answer["record"]["responseElements"]["credentialSet"][0]["assumedRoleUser"]["arn"]
    return Entry(serial, Person(account, arn, Credentials(**answer["credentials"]), source_ip, "Boto3/1.40.45"))
