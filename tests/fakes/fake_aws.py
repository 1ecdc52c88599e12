"""AWS in memory: as strict about permissions and targets as the real one, with a journal and faults."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from bot.domain.errors import AwsError, AwsNotFound
from bot.domain.identity import Target, parse_anchor_arn
from bot.domain.receipt import OwnSession
from bot.domain.search_run import Precedence
from bot.ports import Acting
from tests.fakes.aws_samples import found_events, pem_of, stamp
from tests.fakes.fake_action_aws import Call, FakeActingAws, FakeActionAws, FaultKind, Progress
from tests.fakes.fake_crls import CRL_CALLS, FakeCrls
from tests.fakes.fake_iam import IAM_CALLS, FakeIam
from tests.fakes.fake_inventory import INVENTORY_CALLS, FakeInventory

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ACCOUNT = "111122223333"
REGION = "eu-west-1"


Served = Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""An answer, or what makes one of a call's parameters; it may raise an AwsError."""


@dataclass
class _Fault:
    kind: FaultKind
    times: int


@dataclass
class _Place:
    """What one account has in one Region."""

    anchors: dict[str, dict[str, Any]] = field(default_factory=dict)
    profiles: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    crls: FakeCrls = field(default_factory=FakeCrls)


class FakeAws:
    """Every account and Region; implements :class:`bot.ports.AwsAccounts`.

    Args:
        now: the time that actions see; ``advance`` moves it.
        page_size: how many profiles or events a page holds.

    Attributes:
        answers_as: the account whose credentials are really used; None means that of the target.
        tags: those of each resource, by its ARN.
        trail_delay: how late CloudTrail has what sessions of the act role did; None means that it never has.
        clock: when that happened.
    """

    def __init__(self, now: datetime = NOW, page_size: int = 50) -> None:
        self.time = now
        self.page_size = page_size
        self.latency = timedelta(0)
        self.journal: list[Call] = []
        self.said: list[str] = []
        self.acted: list[tuple[Acting | None, tuple[str, ...]]] = []
        self.answers_as: str | None = None
        self.inventory = FakeInventory()
        self.tags: dict[str, list[dict[str, str]]] = {}
        self.trail_delay: timedelta | None = None
        self.clock: Callable[[], datetime] = lambda: self.time
        self._late: list[tuple[datetime, str, dict[str, Any]]] = []
        self.expected: dict[tuple[str, str, str], timedelta] = {}
        self._places: dict[tuple[str, str], _Place] = {}
        self._iam: dict[str, FakeIam] = {}
        self._faults: dict[str, _Fault] = {}
        self._served: dict[tuple[str, str | None], Served] = {}
        for permission in INVENTORY_CALLS:
            self.serve(permission, partial(self.inventory.answer, permission))
        self.serve("rolesanywhere:ListTagsForResource", lambda asked: {"tags": self.tags.get(asked["resourceArn"], [])})

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.time += by

    def add_anchor(
        self,
        *,
        name: str = "legit-looking",
        enabled: bool = True,
        pem: str | None = None,
        account: str = ACCOUNT,
        region: str = REGION,
        anchor_id: str | None = None,
        **members: Any,
    ) -> Target:
        """Create a trust anchor an hour ago, with an external CA unless ``members`` has another ``source``."""
        anchor_id = anchor_id or str(uuid.uuid4())
        arn = f"arn:aws:rolesanywhere:{region}:{account}:trust-anchor/{anchor_id}"
        data = {"x509CertificateData": pem or pem_of(b"a certificate")}
        created = self.time - timedelta(hours=1)
        self._place(account, region).anchors[anchor_id] = {
            "trustAnchorId": anchor_id,
            "trustAnchorArn": arn,
            "name": name,
            "source": {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": data},
            "enabled": enabled,
            "createdAt": created,
            "updatedAt": created,
            **members,
        }
        return parse_anchor_arn(arn)

    def anchors(self, account: str = ACCOUNT, region: str = REGION) -> list[dict[str, Any]]:
        """All trust anchors as they are."""
        return list(self._place(account, region).anchors.values())

    def anchor(self, target: Target) -> dict[str, Any] | None:
        """The trust anchor as it is; change the dict to change AWS. None when it is not there."""
        return self._place(target.account, target.region).anchors.get(str(target.anchor_id))

    def add_profile(
        self,
        name: str,
        role_arns: Sequence[str],
        *,
        enabled: bool = True,
        account: str = ACCOUNT,
        region: str = REGION,
    ) -> str:
        """Create a profile and return its ARN."""
        profile_id = str(uuid.uuid4())
        profile = {
            "profileId": profile_id,
            "profileArn": f"arn:aws:rolesanywhere:{region}:{account}:profile/{profile_id}",
            "name": name,
            "enabled": enabled,
            "roleArns": list(role_arns),
            "durationSeconds": 3600,
            "updatedAt": self.time,
        }
        self._place(account, region).profiles.append(profile)
        return str(profile["profileArn"])

    def add_role(self, name: str, trust_policy: Mapping[str, Any], *, account: str = ACCOUNT) -> str:
        """Create a role and return its ARN."""
        return self.iam(account).add_role(name, trust_policy)

    def iam(self, account: str = ACCOUNT) -> FakeIam:
        """The account's roles and keys, as they are."""
        return self._iam.setdefault(account, FakeIam(account))

    def profiles(self, account: str = ACCOUNT, region: str = REGION) -> list[dict[str, Any]]:
        """The profiles as they are; change a dict to change AWS."""
        return self._place(account, region).profiles

    def crls(self, account: str = ACCOUNT, region: str = REGION) -> dict[str, dict[str, Any]]:
        """The revocation lists as they are, by id."""
        return self._place(account, region).crls.lists

    def add_record(self, record: Mapping[str, Any], *, account: str = ACCOUNT, region: str = REGION) -> None:
        """Put a CloudTrail record into the event history; it can be found at once."""
        filled = {"eventID": str(uuid.uuid4()), "eventTime": stamp(self.time), **record}
        self._place(account, region).records.append(filled)

    def write_record(self, target: Target, record: Mapping[str, Any]) -> None:
        """Put a record of a call on this target into the event history; it is found after ``trail_delay``."""
        if self.trail_delay is None:
            return
        region = "us-east-1" if record["eventSource"] == "iam.amazonaws.com" else target.region
        filled = {**record, "eventID": str(uuid.uuid4()), "eventTime": stamp(self.clock()), "awsRegion": region}
        self._late.append((self.clock() + self.trail_delay, region, filled))

    def _records(self, target: Target) -> list[Mapping[str, Any]]:
        late = [record for at, region, record in self._late if at <= self.clock() and region == target.region]
        return [*self._place(target.account, target.region).records, *late]

    def fail(self, permission: str, kind: FaultKind, times: int = 1) -> None:
        """Let the next ``times`` calls of ``service:Operation`` go wrong."""
        self._faults[permission] = _Fault(kind, times)

    def serve(self, permission: str, answer: Served, *, region: str | None = None) -> None:
        """Answer ``service:Operation``, which this fake does not have, with this; in one Region or in all."""
        self._served[permission, region] = answer

    def effects(self) -> list[Call]:
        """The calls that were let through and are no reads, in order."""
        return [call for call in self.journal if call.outcome in ("ok", "Lost") and not call.is_read]

    def reader(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        progress: Progress | None = None,
        precedence: Precedence = Precedence.BACKGROUND,
    ) -> FakeActionAws:
        """See :meth:`bot.ports.AwsAccounts.reader`; nothing here waits, so nothing goes first."""
        del precedence
        return FakeActionAws(self, target, permissions, None, progress)

    def actor(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        session_name: str,
        progress: Progress | None = None,
        touches: Sequence[str] = (),
        acting: Acting | None = None,
    ) -> FakeActingAws:
        """See :meth:`bot.ports.AwsAccounts.actor`."""
        self.acted.append((acting, tuple(touches)))
        who = acting.source_identity if acting is not None else ""
        session = OwnSession(
            f"arn:aws:iam::{target.account}:role/act", session_name, who, f"ASIA{len(self.acted):016d}"
        )
        return FakeActingAws(self, target, permissions, session, progress)

    def expect_containment(self, target: Target, who: str, lasts: timedelta) -> None:
        """See :data:`bot.service.expect_containment.HoldReads`; kept by who says so, in the account and Region."""
        self.expected[target.account, target.region, who] = lasts

    def _place(self, account: str, region: str) -> _Place:
        return self._places.setdefault((account, region), _Place())

    def take_fault(self, permission: str) -> FaultKind | None:
        """The fault that this call meets, used up by one."""
        fault = self._faults.get(permission)
        if fault is None or fault.times == 0:
            return None
        fault.times -= 1
        return fault.kind

    def answer(self, target: Target, permission: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the operation does; its answer is the caller's own copy."""
        account = self.answers_as or target.account
        place = self._place(account, target.region)
        if permission == "sts:GetCallerIdentity":
            return {"Account": account}
        if permission == "rolesanywhere:ListTrustAnchors":
            return {"trustAnchors": deepcopy(list(place.anchors.values()))}
        if permission == "rolesanywhere:CreateTrustAnchor":
            members = {name: value for name, value in parameters.items() if name != "tags"}
            created = self.add_anchor(account=account, region=target.region, **members)
            self.tags[str(created.anchor_arn)] = list(parameters.get("tags", ()))
            return {"trustAnchor": deepcopy(place.anchors[str(created.anchor_id)])}
        if permission.endswith("TrustAnchor"):
            return {"trustAnchor": deepcopy(self._anchor_call(place, permission, parameters))}
        if permission in IAM_CALLS and not self._is_served(permission, target):
            return deepcopy(self.iam(account).answer(permission, parameters))
        if permission in CRL_CALLS:
            return place.crls.answer(permission, parameters)
        if permission.endswith(("Profile", "Profiles")):
            return _profile_call(place, permission, parameters, self.time)
        if permission == "cloudtrail:LookupEvents":
            return {"Events": found_events(self._records(target), parameters)}
        served = self._served.get((permission, target.region), self._served.get((permission, None)))
        if served is not None:
            return deepcopy(dict(served(parameters) if callable(served) else served))
        raise AwsError("UnknownOperation", "this fake does not have it", permission)

    def _is_served(self, permission: str, target: Target) -> bool:
        return any((permission, region) in self._served for region in (target.region, None))

    def _anchor_call(self, place: _Place, permission: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        operation = permission.partition(":")[2]
        anchor = place.anchors.get(parameters["trustAnchorId"])
        if anchor is None:
            raise AwsNotFound("ResourceNotFoundException", "Trust anchor was not found", permission)
        if operation == "DeleteTrustAnchor":
            return place.anchors.pop(anchor["trustAnchorId"])
        if operation in ("EnableTrustAnchor", "DisableTrustAnchor"):
            anchor["enabled"] = operation == "EnableTrustAnchor"
            anchor["updatedAt"] = self.time
        return anchor


def _profile_call(place: _Place, permission: str, parameters: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    if permission == "rolesanywhere:ListProfiles":
        return {"profiles": deepcopy(place.profiles)}
    return {"profile": deepcopy(_switched(place, permission, parameters["profileId"], now))}


def _switched(place: _Place, permission: str, profile_id: object, now: datetime) -> dict[str, Any]:
    for profile in place.profiles:
        if profile["profileId"] == profile_id:
            profile["enabled"] = permission.endswith(":EnableProfile")
            profile["updatedAt"] = now
            return profile
    raise AwsNotFound("ResourceNotFoundException", "Profile was not found", permission)
