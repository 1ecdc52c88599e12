"""AWS through boto3, as the actions see it: one account and Region, one list of permissions."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from botocore import xform_name

from bot.adapters.aws_clients import ONE_ATTEMPT, READ_ATTEMPTS, AwsClients, RoleSession, Timeouts
from bot.adapters.aws_errors import aws_errors
from bot.adapters.call_pace import CallPace, rate_of
from bot.adapters.call_slots import CallSlots
from bot.domain.errors import AwsDenied, AwsError, AwsThrottled, AwsTransient
from bot.domain.identity import Target
from bot.ports import Precedence

Progress = Callable[[str], Awaitable[None]]

_READS = ("Get", "List", "Lookup", "Describe", "BatchGet")
_TOKENS = ("NextToken", "nextToken", "Marker")
_READ_SESSION_NAME = "anchorwatch-read"
# See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_NOT_IN_SESSION_NAMES = re.compile(r"[^\w+=,.@-]", re.ASCII)
_MAX_SESSION_NAME = 64
_MIN_SESSION_NAME = 2
# The only actions among ours that IAM can hold to one trust anchor.
# See: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementrolesanywhere.html
_ON_ONE_ANCHOR = re.compile(r"rolesanywhere:(Get|Enable|Disable|Delete)TrustAnchor")
_MAX_SESSION_POLICY = 2_048
_SECONDS_BETWEEN_PROGRESS = 3.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 4.0
# AWS lets one call a second through, so a containment that asks this often loses little of its second.
_CONTAINMENT_PAUSE_SECONDS = 0.4
# AWS documents no rate for IAM's reads and many others; this many at once is what a careful script would do.
_MOST_OF_ONE_SERVICE = 4
_random = secrets.SystemRandom()


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
    ) -> None:
        self._read_role = read_role
        self._act_role = act_role
        self._lane = _Lane(
            AwsClients(timeouts or Timeouts(), now),
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
        role = _role(target, self._read_role, _READ_SESSION_NAME, None)
        return BotoAws(self._lane, target, permissions, role, progress, precedence)

    def actor(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        session_name: str,
        progress: Progress | None = None,
        touches: Sequence[str] = (),
    ) -> BotoAws:
        """See :meth:`bot.ports.AwsAccounts.actor`; the session may do nothing but ``permissions`` on the target."""
        role = _role(target, self._act_role, session_name, session_policy(target, permissions, touches))
        return BotoAws(self._lane, target, permissions, role, progress, Precedence.CONTAINMENT)

    async def close(self) -> None:
        """Wait for the calls under way and close every connection."""
        await asyncio.to_thread(self._lane.threads.shutdown, wait=True)
        self._lane.clients.close()


@dataclass(frozen=True, slots=True)
class _Lane:
    """What all calls of a :class:`BotoAccounts` share."""

    clients: AwsClients
    pace: CallPace
    threads: ThreadPoolExecutor
    slots: CallSlots
    patience: timedelta
    now: Callable[[], datetime]


class BotoAws:
    """AWS as one action sees it; implements :class:`bot.domain.action.ActionAws`.

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
        lane: _Lane,
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
        deadline = time.monotonic() + self._lane.patience.total_seconds()
        longest_seconds = _CONTAINMENT_PAUSE_SECONDS if self._goes_first else _LONGEST_PAUSE_SECONDS
        pause_seconds = min(_FIRST_PAUSE_SECONDS, longest_seconds)
        # What has no rate is sent again by botocore already.
        sends = READ_ATTEMPTS if rate_of(service, operation) else 1
        while True:
            try:
                return await self._once(service, operation, parameters)
            except (AwsThrottled, AwsTransient) as error:
                # AWS did nothing, so asking again is safe; the jitter keeps several of us apart.
                sends -= isinstance(error, AwsTransient)
                wait_seconds = pause_seconds * _random.uniform(0.5, 1)
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

    async def _once(self, service: str, operation: str, parameters: Mapping[str, object]) -> Mapping[str, Any]:
        rate, place = rate_of(service, operation), (self._target.account, self._target.region)
        if rate is not None and self._goes_first:
            self._lane.pace.goes_first(rate, *place)
        elif rate is not None:
            await self._lane.pace.wait(rate, *place, self._precedence)
        async with self._lane.slots.one(self._precedence, place[0], service):
            loop = asyncio.get_running_loop()
            blocking = partial(self._blocking, service, operation, parameters)
            try:
                return await loop.run_in_executor(self._lane.threads, blocking)
            except AwsThrottled:
                if rate is not None and not self._goes_first:
                    self._lane.pace.throttled(rate, *place)
                raise

    def _blocking(self, service: str, operation: str, parameters: Mapping[str, object]) -> Mapping[str, Any]:
        reads = operation.startswith(_READS)
        # Where AWS documents a rate, each request keeps it: botocore would send again whenever it likes.
        attempts = READ_ATTEMPTS if reads and rate_of(service, operation) is None else ONE_ATTEMPT
        client = self._lane.clients.client(self._role, service, self._target.region, attempts=attempts)
        method = getattr(client, xform_name(operation), None)
        if method is None:
            raise AwsError("UnknownOperation", f"boto3 has no {operation}", f"{service}:{operation}")
        with aws_errors(f"{service}:{operation}", reads=reads):
            answer = method(**parameters)
        return {name: _plain(value) for name, value in answer.items() if name != "ResponseMetadata"}


def session_policy(target: Target, permissions: Sequence[str], touches: Sequence[str] = ()) -> str:
    """A session policy, as JSON text, that allows ``permissions``: changes on the target or on ``touches`` only.

    Where the ARNs of ``touches`` do not fit into a session policy, what they begin with stands for them.
    """
    on_anchor = sorted(one for one in permissions if target.anchor_arn and _ON_ONE_ANCHOR.fullmatch(one))
    rest = sorted(set(permissions) - set(on_anchor))
    on_these = [one for one in rest if touches and not one.partition(":")[2].startswith(_READS)]
    anywhere = [one for one in rest if one not in on_these]
    for resources in (sorted(touches), _beginning(touches)):
        statements = [
            {"Effect": "Allow", "Action": actions, "Resource": resource}
            for actions, resource in ((on_anchor, target.anchor_arn), (on_these, resources), (anywhere, "*"))
            if actions
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
        if len(policy) <= _MAX_SESSION_POLICY:
            break
    return policy


def _beginning(texts: Sequence[str]) -> str:
    """What all of the texts begin with, and a star."""
    first, last = min(texts, default=""), max(texts, default="")
    same = next((place for place, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return f"{first[:same]}*"


def session_name_of(text: str) -> str:
    """``text`` as STS takes it for a session's name: 2 to 64 characters, others replaced by a dash."""
    fitted = _NOT_IN_SESSION_NAMES.sub("-", text)[:_MAX_SESSION_NAME]
    return fitted if len(fitted) >= _MIN_SESSION_NAME else f"anchorwatch{fitted}"


def _role(target: Target, name: str, session_name: str, policy: str | None) -> RoleSession | None:
    if not name:
        return None
    if name.startswith("arn:"):
        return RoleSession(name, session_name_of(session_name), policy)
    partition = target.anchor_arn.split(":")[1] if target.anchor_arn else "aws"
    return RoleSession(f"arn:{partition}:iam::{target.account}:role/{name}", session_name_of(session_name), policy)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value that botocore parses.
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value
