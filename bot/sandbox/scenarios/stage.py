"""Where scenarios are set up: accounts of an organisation, their people, roles and profiles, and what happens there.

It must run in the process of the stand-in, because ages and the written-down past are put straight into its state.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from moto.organizations.models import organizations_backends

from bot.sandbox.aws.attack import eventbridge_event
from bot.sandbox.aws.callers import PARTITION
from bot.sandbox.aws.clients import REGION, ROOT, AwsClient, connect
from bot.sandbox.aws.control_client import AwsControl
from bot.sandbox.aws.rogue_ca import RogueCa
from bot.sandbox.aws.seed import ACT_ROLE, READ_ROLE
from bot.sandbox.scenarios.history import age_role
from bot.sandbox.scenarios.policy_texts import anywhere_trust, principal_trust
from bot.sandbox.scenarios.truth import Played, Truth

ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
# The account of the bot, which is also the organisation's management account.
HUB = "123456789012"
# What is set up then is older than the event history, which keeps 90 days.
BEFORE_HISTORY_DAYS = 120


@dataclass
class Account:
    """One account of the organisation.

    Attributes:
        stage: Where it stands.
        account_id: 12 digits.
        region: Where its anchors and profiles are.
    """

    stage: "Stage"
    account_id: str
    region: str = REGION

    def root(self, service: str, region: str | None = None) -> AwsClient:
        """A client of the account's root."""
        return self.stage.root(service, self.account_id, region or self.region)

    def role(
        self,
        name: str,
        trust: str | None = None,
        *,
        allows: str | None = None,
        administrator: bool = False,
        path: str = "/",
        last_used_days_ago: int | None = None,
    ) -> str:
        """Make a role, by default open to any anchor; returns its ARN.

        Args:
            name: Its name.
            trust: The trust policy; None lets any certificate of any anchor in.
            allows: An inline policy as JSON text; None gives it none, and the stand-in then refuses it nothing.
            administrator: Whether it has AdministratorAccess.
            path: Of its ARN.
            last_used_days_ago: None means never.
        """
        iam = self.root("iam")
        made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust or anywhere_trust(), Path=path)
        if allows:
            iam.put_role_policy(RoleName=name, PolicyName=f"{name}-permissions", PolicyDocument=allows)
        if administrator:
            iam.attach_role_policy(RoleName=name, PolicyArn=ADMINISTRATOR_ACCESS)
        used = self.stage.ago(days=last_used_days_ago) if last_used_days_ago is not None else None
        age_role(self.account_id, name, self.stage.ago(days=400), used)
        return str(made["Role"]["Arn"])

    def profile(self, name: str, role_arns: list[str], *, enabled: bool = True, **more: Any) -> str:  # noqa: ANN401 - Members of CreateProfile.
        """Make a profile; returns its ARN."""
        made = self.root("rolesanywhere").create_profile(name=name, roleArns=role_arns, enabled=enabled, **more)
        return str(made["profile"]["profileArn"])

    def private_ca_anchor(self, name: str = "corporate-pki") -> str:
        """Make a trust anchor on a private CA in ACM; returns its ARN."""
        authority = f"arn:aws:acm-pca:{self.region}:{self.account_id}:certificate-authority/5f7c3c4a-90c1-4b8e-9d0e-1"
        source = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": authority}}
        made = self.root("rolesanywhere").create_trust_anchor(name=name, source=source, enabled=True)
        return str(made["trustAnchor"]["trustAnchorArn"])


@dataclass
class Stage:
    """The organisation and the time.

    Attributes:
        endpoint_url: Where the stand-in runs.
        now: Aware UTC time of the detection; what happened before is told as time before it.
    """

    endpoint_url: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    _units: dict[str, str] = field(default_factory=dict)
    _clients: dict[tuple[str, str, str], AwsClient] = field(default_factory=dict)

    def root(self, service: str, account_id: str, region: str) -> AwsClient:
        """A client of an account's root, made once."""
        key = (service, account_id, region)
        if key not in self._clients:
            self._clients[key] = connect(
                service, self.endpoint_url, credentials=ROOT, region=region, account_id=account_id
            )
        return self._clients[key]

    @property
    def control(self) -> AwsControl:
        """The stand-in's control endpoints."""
        return AwsControl(self.endpoint_url)

    def ago(self, **length: float) -> datetime:
        """The time so long before the detection, such as `minutes=10`."""
        return self.now - timedelta(**length)

    def at(self, **length: float) -> None:
        """Let the following calls happen so long before the detection; nothing brings the present back."""
        self.control.set_clock_behind(timedelta(**length).total_seconds())

    def account(
        self,
        name: str,
        account_id: str,
        *,
        region: str = REGION,
        unit: str = "Workloads",
        tags: dict[str, str] | None = None,
        read_policy: str | None = None,
    ) -> Account:
        """Make an account of the organisation, with the roles that the bot enters.

        Args:
            name: Its name.
            account_id: 12 digits.
            region: Where its anchors and profiles will be.
            unit: The organizational unit.
            tags: Its tags; None for none.
            read_policy: What the bot's read role may do, JSON text; None does not limit it.
        """
        managing = self._organisation()
        wanted = [{"Key": key, "Value": value} for key, value in (tags or {}).items()]
        made = managing.create_account(AccountName=name, Email=f"aws+{name}@example.com", Tags=wanted)
        _give_id(made["CreateAccountStatus"]["AccountId"], account_id)
        root_id = managing.list_roots()["Roots"][0]["Id"]
        if unit not in self._units:
            answer = managing.create_organizational_unit(ParentId=root_id, Name=unit)
            self._units[unit] = answer["OrganizationalUnit"]["Id"]
        managing.move_account(AccountId=account_id, SourceParentId=root_id, DestinationParentId=self._units[unit])
        account = Account(self, account_id, region)
        bot = principal_trust(f"arn:aws:iam::{HUB}:user/anchorwatch")
        account.role(READ_ROLE, bot, allows=read_policy, last_used_days_ago=0)
        account.role(ACT_ROLE, bot, last_used_days_ago=0)
        return account

    def _organisation(self) -> AwsClient:
        managing = connect("organizations", self.endpoint_url)
        if organizations_backends[HUB][PARTITION].org is None:
            managing.create_organization(FeatureSet="ALL")
        return managing

    def played(
        self,
        name: str,
        record: dict[str, Any],
        truth: Truth,
        ca: RogueCa | None = None,
        *,
        approved: tuple[str, ...] = (),
        labs: tuple[str, ...] = (),
    ) -> Played:
        """The scenario as it stands now, with the event to deliver; the stand-in's time is the present again."""
        self.control.set_clock_behind(0)
        body = json.dumps(eventbridge_event(record))
        return Played(name, record, body, truth, ca, approved_ca_keys=approved, lab_accounts=labs)


def key_fingerprint(ca: RogueCa) -> str:
    """SHA-256 of the CA's public key (SubjectPublicKeyInfo, DER), hexadecimal."""
    key = ca.certificate.public_key()
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(encoded).hexdigest()


def _give_id(random_id: str, account_id: str) -> None:
    # moto draws account ids; fixed ones can be named in texts and tests.
    account = organizations_backends[HUB][PARTITION].get_account_by_id(random_id)
    account.id = account_id
    masters = organizations_backends.master_accounts
    masters[account_id] = masters.pop(random_id)
