"""AWS through boto3, as the actions see it: one account and Region, one list of permissions."""

from __future__ import annotations

import asyncio
import base64
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from botocore import xform_name

from bot.adapters.aws_clients import ONE_ATTEMPT, READ_ATTEMPTS, AwsClients, RoleSession, Timeouts
from bot.adapters.aws_errors import aws_errors
from bot.adapters.call_lane import CallLane, LaneCall
from bot.adapters.call_pace import CallPace, rate_of
from bot.adapters.call_slots import CallSlots
from bot.adapters.role_sessions import role_session, session_policy
from bot.domain.errors import NOT_SENT, AwsDenied, AwsError, AwsThrottled, AwsTransient
from bot.domain.identity import Target
from bot.domain.receipt import OwnSession
from bot.domain.search_run import Precedence
from bot.ports import Acting

Progress = Callable[[str], Awaitable[None]]
T = TypeVar("T")

_READS = ("Get", "List", "Lookup", "Describe", "BatchGet")
_TOKENS = ("NextToken", "nextToken", "Marker")
_READ_SESSION_NAME = "anchorwatch-read"
_SECONDS_BETWEEN_PROGRESS = 3.0
# A claim on what a containment changes holds for 60 s, and after 13 s nobody waits for a request any more.
_SEND_WITHIN_SECONDS = 45.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 4.0
# AWS lets one call a second through, so a containment that asks this often loses little of its second.
_CONTAINMENT_PAUSE_SECONDS = 0.4
# AWS documents no rate for IAM's reads and many others; this many at once is what a careful script would do.
_MOST_OF_ONE_SERVICE = 4


def _utc_now() -> datetime:
    return datetime.now(UTC)


class BotoAccounts:
    """Every account that the roles reach; implements :class:`bot.ports.AwsAccounts`.

    Args:
        read_role: name of the role to read with in the target's account, or the ARN of one role for every target; empty
            means the bot's own credentials.
        act_role: name of the role to contain with; empty means the bot's own credentials.
        pace: the pace that every such object of the process shares; None makes one.
        timeouts: of each request.
        patience: how long a throttled call is tried again.
        threads: how many calls run at once, at least 3; one is kept free for containment, one for what a person awaits.
        now: aware UTC time.
        external_id: what both roles ask for; empty means nothing.
    """

    def __init__(
        self,
        read_role: str,
        act_role: str,
        *,
        pace: CallPace | None = None,
        timeouts: Timeouts | None = None,
        patience: timedelta = timedelta(seconds=20),
        threads: int = 10,
        now: Callable[[], datetime] = _utc_now,
        external_id: str = "",
    ) -> None:
        self._read_role = read_role
        self._act_role = act_role
        self._lane = CallLane(
            AwsClients(timeouts or Timeouts(), now, external_id),
            pace or CallPace(),
            ThreadPoolExecutor(threads, thread_name_prefix="aws"),
            CallSlots(threads - 1, threads - 2, _MOST_OF_ONE_SERVICE),
            patience,
            now,
        )

    def reader(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        progress: Progress | None = None,
        precedence: Precedence = Precedence.BACKGROUND,
    ) -> BotoAws:
        """See :meth:`bot.ports.AwsAccounts.reader`."""
        role = role_session(target, self._read_role, _READ_SESSION_NAME)
        return BotoAws(self._lane, target, permissions, role, progress, precedence)

    def actor(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        session_name: str,
        progress: Progress | None = None,
        touches: Sequence[str] = (),
        acting: Acting | None = None,
    ) -> BotoAws:
        """See :meth:`bot.ports.AwsAccounts.actor`; the session may do nothing but ``permissions`` on the target."""
        policy = session_policy(target, permissions, touches)
        role = role_session(target, self._act_role, session_name, policy=policy, acting=acting)
        return BotoAws(self._lane, target, permissions, role, progress, Precedence.CONTAINMENT)

    def expect_containment(self, target: Target, who: str, lasts: timedelta) -> None:
        """See :data:`bot.service.expect_containment.HoldReads`."""
        self._lane.pace.expect_containment(target.account, target.region, who, lasts.total_seconds())

    async def close(self) -> None:
        """Wait for the calls under way and close every connection."""
        await asyncio.to_thread(self._lane.threads.shutdown, wait=True)
        self._lane.clients.close()


class BotoAws:
    """AWS as one action sees it; implements :class:`bot.domain.action_aws.ActingAws`.

    Args:
        lane: what all calls share.
        target: its account and Region.
        permissions: the only IAM actions that may be used.
        role: whose credentials; None means the bot's own.
        progress: hears how far a search is, at most every three seconds.
        precedence: whose calls these are; a containment waits for nobody.
    """

    def __init__(
        self,
        lane: CallLane,
        target: Target,
        permissions: Sequence[str],
        role: RoleSession | None,
        progress: Progress | None,
        precedence: Precedence,
    ) -> None:
        self._lane = lane
        self._target = target
        self._permissions = frozenset(permissions)
        self._role = role
        self._progress = progress
        self._precedence = precedence
        self._goes_first = precedence is Precedence.CONTAINMENT
        self._silent_until = 0.0

    async def call(self, service: str, operation: str, /, **parameters: object) -> Mapping[str, Any]:
        """See :meth:`bot.domain.action.ActionAws.call`; datetimes are aware, bytes become base64 text.

        Raises:
            AwsDenied: the call is not among the permissions, or AWS says so.
            AwsThrottled: also after the retries.
            AwsUnclear: a call that changes something got no answer.
            AwsError: anything else; the call had no effect.
        """
        permission = f"{service}:{operation}"
        if permission not in self._permissions:
            raise AwsDenied("NotInPermissions", f"the action does not list {permission}", permission)
        now = time.monotonic()
        deadline = now + self._lane.patience.total_seconds()
        send_by = now + _SEND_WITHIN_SECONDS if self._goes_first else math.inf
        call = self._lane_call(service, operation)
        ready = partial(self._client, service, operation)
        blocking = partial(self._blocking, service, operation, parameters, send_by)
        return await self._patiently(call, partial(self._lane.send, call, ready, blocking), deadline)

    async def open(self) -> OwnSession:
        """See :meth:`bot.domain.action_aws.ActingAws.open`; throttled, it is tried again as a call is."""
        deadline, role = time.monotonic() + self._lane.patience.total_seconds(), self._role
        key_of = partial(self._lane.clients.access_key_id, role, self._target.region)
        call = self._lane_call("sts", "AssumeRole")
        key = await self._patiently(call, partial(self._lane.in_thread, key_of), deadline)
        if role is None:
            return OwnSession(access_key_id=key)
        return OwnSession(role.role_arn, role.session_name, role.source_identity or "", key)

    def _lane_call(self, service: str, operation: str) -> LaneCall:
        rate = rate_of(service, operation)
        return LaneCall(rate, self._target.account, self._target.region, service, self._precedence)

    async def _patiently(self, call: LaneCall, once: Callable[[], Awaitable[T]], deadline: float) -> T:
        """Try until it works, ``deadline`` (monotonic seconds) comes, or too many requests got no answer."""
        # What has no rate is sent again by botocore already.
        sends = READ_ATTEMPTS if call.rate else 1
        longest_seconds = _CONTAINMENT_PAUSE_SECONDS if self._goes_first else _LONGEST_PAUSE_SECONDS
        pause_seconds = min(_FIRST_PAUSE_SECONDS, longest_seconds)
        while True:
            try:
                return await once()
            except (AwsThrottled, AwsTransient) as error:
                # AWS did nothing, so asking again is safe.
                sends -= isinstance(error, AwsTransient)
                wait_seconds = self._lane.pause_seconds(call, pause_seconds)
                if sends == 0 or time.monotonic() + wait_seconds > deadline:
                    raise
            await asyncio.sleep(wait_seconds)
            pause_seconds = min(longest_seconds, pause_seconds * 2)

    async def pages(self, service: str, operation: str, /, **parameters: object) -> AsyncIterator[Mapping[str, Any]]:
        """See :meth:`bot.domain.action.ActionAws.pages`. Raises as :meth:`call`."""
        while True:
            page = await self.call(service, operation, **parameters)
            yield page
            token = {name: page[name] for name in _TOKENS if page.get(name)}
            if not token:
                return
            if all(parameters.get(name) == value for name, value in token.items()):
                raise AwsError("RepeatedToken", "AWS gave the same page again", f"{service}:{operation}")
            parameters = {**parameters, **token}

    async def progress(self, sentence: str) -> None:
        """See :meth:`bot.domain.action.ActionAws.progress`."""
        if self._progress is None or time.monotonic() < self._silent_until:
            return
        self._silent_until = time.monotonic() + _SECONDS_BETWEEN_PROGRESS
        await self._progress(sentence)

    def now(self) -> datetime:
        """See :meth:`bot.domain.action.ActionAws.now`."""
        return self._lane.now()

    def _client(self, service: str, operation: str) -> Any:  # noqa: ANN401 - boto3's clients have no type.
        # Where AWS documents a rate, each request keeps it: botocore would send again whenever it likes.
        again = operation.startswith(_READS) and rate_of(service, operation) is None
        attempts = READ_ATTEMPTS if again else ONE_ATTEMPT
        return self._lane.clients.client(self._role, service, self._target.region, attempts=attempts)

    def _blocking(
        self, service: str, operation: str, parameters: Mapping[str, object], send_by: float
    ) -> Mapping[str, Any]:
        reads = operation.startswith(_READS)
        method = getattr(self._client(service, operation), xform_name(operation), None)
        if method is None:
            raise AwsError("UnknownOperation", f"boto3 has no {operation}", f"{service}:{operation}")
        if not reads and time.monotonic() > send_by:
            # This process stood still, and somebody else may have taken its place.
            raise AwsError(NOT_SENT, "the call had waited too long to be sent", f"{service}:{operation}")
        with aws_errors(f"{service}:{operation}", reads=reads):
            answer = method(**parameters)
        return {name: _plain(value) for name, value in answer.items() if name != "ResponseMetadata"}


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value that botocore parses.
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
