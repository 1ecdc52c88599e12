"""AWS as one action sees it, over :class:`tests.fakes.fake_aws.FakeAws`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from bot.domain.errors import AwsDenied, AwsError, AwsThrottled, AwsUnclear
from bot.domain.event_search import MOST_EVENTS, By, EventQuery, EventsFound
from bot.domain.identity import Target
from bot.domain.receipt import OwnSession

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


class Accounts(Protocol):
    """What the calls need of the world behind them."""

    time: datetime
    page_size: int
    latency: timedelta
    journal: list[Call]
    said: list[str]

    def take_fault(self, permission: str) -> FaultKind | None:
        """The fault that a call meets."""
        ...

    def write_record(self, target: Target, record: Mapping[str, Any]) -> None:
        """Let CloudTrail have a record of a call on this target."""
        ...

    def answer(self, target: Target, permission: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Do what an operation does."""
        ...


class FakeActionAws:
    """AWS as one action sees it."""

    def __init__(
        self,
        aws: Accounts,
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
        (member, items), *others = whole.items()
        if others:
            yield whole
            return
        asked = parameters.get("pageSize", parameters.get("MaxResults", self._aws.page_size))
        size = min(self._aws.page_size, asked if isinstance(asked, int) else self._aws.page_size)
        for start in range(0, max(len(items), 1), size):
            token = {"NextToken": "more"} if start + size < len(items) else {}
            yield {member: items[start : start + size], **token}

    async def events(
        self, by: By, value: str, *, since: datetime, until: datetime, most: int = MOST_EVENTS
    ) -> EventsFound:
        """See :meth:`bot.domain.action.SearchingAws.events`."""
        query = EventQuery(self._target.account, self._target.region, by, value, since, until, most)
        named = [{"AttributeKey": by.value, "AttributeValue": value}]
        records: list[dict[str, Any]] = []
        read, cut = 0, None
        asked = {"LookupAttributes": named, "StartTime": since, "EndTime": until}
        async for page in self.pages("cloudtrail", "LookupEvents", **asked):
            read += len(page["Events"])
            await self.progress(f"{read} events read")
            records += [json.loads(one["CloudTrailEvent"]) for one in page["Events"]]
            if read >= most and page.get("NextToken"):
                cut = f"only the newest {read} events were read"
                break
        once = list({one["eventID"]: one for one in records}.values())
        reached = datetime.fromisoformat(once[-1]["eventTime"]) if cut else since
        return EventsFound(query, tuple(once), reached, read, "LookupEvents", cut)

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
        if parameters.get("tags") and "rolesanywhere:TagResource" not in self._permissions:
            raise AwsDenied("AccessDeniedException", "who creates with tags must be allowed to tag", permission)
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


class FakeActingAws(FakeActionAws):
    """AWS in a session that may change something; what it does comes into CloudTrail, where that is switched on."""

    def __init__(
        self,
        aws: Accounts,
        target: Target,
        permissions: Sequence[str],
        session: OwnSession,
        progress: Progress | None,
    ) -> None:
        super().__init__(aws, target, permissions, session.name, progress)
        self._session = session

    async def open(self) -> OwnSession:
        """See :meth:`bot.domain.action_aws.ActingAws.open`; the fault ``sts:AssumeRole`` keeps it shut."""
        if self._aws.take_fault("sts:AssumeRole") is not None:
            raise AwsDenied("AccessDenied", "not authorized", "sts:AssumeRole")
        return self._session

    def _note(self, service: str, operation: str, parameters: Mapping[str, Any], outcome: str) -> None:
        super()._note(service, operation, parameters, outcome)
        self._aws.write_record(self._target, own_record(self._session, service, operation, parameters, outcome))


def own_record(
    session: OwnSession, service: str, operation: str, parameters: Mapping[str, Any], outcome: str = "ok"
) -> dict[str, Any]:
    """What CloudTrail writes of a call in a session, without id and time."""
    account, role = session.role_arn.split(":")[4], session.role_arn.rpartition("/")[2]
    issuer = {"type": "Role", "arn": session.role_arn, "accountId": account, "userName": role}
    error = {} if outcome in ("ok", "Lost") else {"errorCode": outcome}
    return {
        "eventSource": f"{service}.amazonaws.com",
        "eventName": operation,
        "recipientAccountId": account,
        "requestParameters": {name[:1].lower() + name[1:]: value for name, value in parameters.items()},
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE000000007:{session.name}",
            "arn": f"arn:aws:sts::{account}:assumed-role/{role}/{session.name}",
            "accessKeyId": session.access_key_id,
            "sessionContext": {"sessionIssuer": issuer, "sourceIdentity": session.source_identity},
        },
        **error,
    }
