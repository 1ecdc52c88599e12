"""AWS in memory: as strict about permissions and targets as the real one, with a journal and faults."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from bot.domain.errors import AwsDenied, AwsError, AwsNotFound, AwsThrottled, AwsUnclear
from bot.domain.identity import Target, parse_anchor_arn
from tests.fakes.aws_samples import found_events, pem_of, stamp

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
ACCOUNT = "111122223333"
REGION = "eu-west-1"
READS = ("Get", "List", "Lookup", "Describe")

FaultKind = Literal["deny", "throttle", "error", "unclear_before_effect", "unclear_after_effect"]
Progress = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Call:
    """One call that was tried. ``outcome`` is ``ok`` or the error's code; ``session_name`` None means a reader."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    target: Target
    session_name: str | None
    outcome: str

    @property
    def permission(self) -> str:
        """The IAM action of the call."""
        return f"{self.service}:{self.operation}"

    @property
    def is_read(self) -> bool:
        """Whether it can't change anything."""
        return self.operation.startswith(READS)


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


class FakeAws:
    """Every account and Region; implements :class:`bot.ports.AwsAccounts`.

    Args:
        now: the time that actions see; ``advance`` moves it.
        page_size: how many profiles or events a page holds.

    Attributes:
        answers_as: the account whose credentials are really used; None means that of the target.
    """

    def __init__(self, now: datetime = NOW, page_size: int = 50) -> None:
        self.time = now
        self.page_size = page_size
        self.latency = timedelta(0)
        self.journal: list[Call] = []
        self.said: list[str] = []
        self.answers_as: str | None = None
        self._places: dict[tuple[str, str], _Place] = {}
        self._roles: dict[tuple[str, str], dict[str, Any]] = {}
        self._faults: dict[str, _Fault] = {}

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
    ) -> None:
        """Create a profile."""
        profile_id = str(uuid.uuid4())
        profile = {
            "profileId": profile_id,
            "profileArn": f"arn:aws:rolesanywhere:{region}:{account}:profile/{profile_id}",
            "name": name,
            "enabled": enabled,
            "roleArns": list(role_arns),
            "durationSeconds": 3600,
        }
        self._place(account, region).profiles.append(profile)

    def add_role(self, name: str, trust_policy: Mapping[str, Any], *, account: str = ACCOUNT) -> str:
        """Create a role and return its ARN."""
        arn = f"arn:aws:iam::{account}:role/{name}"
        self._roles[account, name] = {
            "RoleName": name,
            "Arn": arn,
            "AssumeRolePolicyDocument": dict(trust_policy),
        }
        return arn

    def add_record(self, record: Mapping[str, Any], *, account: str = ACCOUNT, region: str = REGION) -> None:
        """Put a CloudTrail record into the event history; it can be found at once."""
        filled = {"eventID": str(uuid.uuid4()), "eventTime": stamp(self.time), **record}
        self._place(account, region).records.append(filled)

    def fail(self, permission: str, kind: FaultKind, times: int = 1) -> None:
        """Let the next ``times`` calls of ``service:Operation`` go wrong."""
        self._faults[permission] = _Fault(kind, times)

    def effects(self) -> list[Call]:
        """The calls that were let through and are no reads, in order."""
        return [call for call in self.journal if call.outcome in ("ok", "Lost") and not call.is_read]

    def reader(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        progress: Progress | None = None,
        urgent: bool = False,
    ) -> FakeActionAws:
        """See :meth:`bot.ports.AwsAccounts.reader`; nothing here waits, so nothing is urgent."""
        del urgent
        return FakeActionAws(self, target, permissions, None, progress)

    def actor(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        session_name: str,
        progress: Progress | None = None,
    ) -> FakeActionAws:
        """See :meth:`bot.ports.AwsAccounts.actor`."""
        return FakeActionAws(self, target, permissions, session_name, progress)

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
        if permission.endswith("TrustAnchor"):
            return {"trustAnchor": deepcopy(self._anchor_call(place, permission, parameters))}
        if permission == "iam:GetRole":
            role = self._roles.get((target.account, parameters["RoleName"]))
            if role is None:
                raise AwsNotFound("NoSuchEntity", "The role cannot be found", permission)
            return {"Role": deepcopy(role)}
        if permission == "rolesanywhere:ListProfiles":
            return {"profiles": deepcopy(place.profiles)}
        if permission == "cloudtrail:LookupEvents":
            return {"Events": found_events(place.records, parameters)}
        raise AwsError("UnknownOperation", "this fake does not have it", permission)

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


class FakeActionAws:
    """AWS as one action sees it."""

    def __init__(
        self,
        aws: FakeAws,
        target: Target,
        permissions: Sequence[str],
        session_name: str | None,
        progress: Progress | None,
    ) -> None:
        self._aws = aws
        self._target = target
        self._permissions = frozenset(permissions)
        self._session_name = session_name
        self._progress = progress

    async def call(self, service: str, operation: str, /, **parameters: object) -> Mapping[str, Any]:
        """See :meth:`bot.domain.action.ActionAws.call`."""
        permission = f"{service}:{operation}"
        await asyncio.sleep(self._aws.latency.total_seconds())
        try:
            answer = self._tried(permission, parameters)
        except AwsError as error:
            self._note(service, operation, parameters, error.code)
            raise
        self._note(service, operation, parameters, "ok")
        return answer

    async def pages(self, service: str, operation: str, /, **parameters: object) -> AsyncIterator[Mapping[str, Any]]:
        """See :meth:`bot.domain.action.ActionAws.pages`."""
        whole = await self.call(service, operation, **parameters)
        (member, items), *_ = whole.items()
        asked = parameters.get("pageSize", parameters.get("MaxResults", self._aws.page_size))
        size = min(self._aws.page_size, asked if isinstance(asked, int) else self._aws.page_size)
        for start in range(0, max(len(items), 1), size):
            token = {"NextToken": "more"} if start + size < len(items) else {}
            yield {member: items[start : start + size], **token}

    async def progress(self, sentence: str) -> None:
        """See :meth:`bot.domain.action.ActionAws.progress`; ``FakeAws.said`` keeps every sentence."""
        self._aws.said.append(sentence)
        if self._progress is not None:
            await self._progress(sentence)

    def now(self) -> datetime:
        """The fake's time."""
        return self._aws.time

    def _tried(self, permission: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        if permission not in self._permissions:
            raise AwsDenied("NotInPermissions", f"{permission} is not among the permissions", permission)
        fault = self._aws.take_fault(permission)
        if fault == "deny":
            raise AwsDenied("AccessDeniedException", "not authorized", permission)
        if fault == "throttle":
            raise AwsThrottled("ThrottlingException", "Rate exceeded", permission)
        if fault == "error":
            raise AwsError("ValidationException", "refused", permission)
        if fault == "unclear_before_effect":
            raise AwsUnclear("NoAnswer", "no answer came", permission)
        answer = self._aws.answer(self._target, permission, parameters)
        if fault == "unclear_after_effect":
            raise AwsUnclear("Lost", "no answer came", permission)
        return answer

    def _note(self, service: str, operation: str, parameters: Mapping[str, Any], outcome: str) -> None:
        call = Call(service, operation, dict(parameters), self._target, self._session_name, outcome)
        self._aws.journal.append(call)
