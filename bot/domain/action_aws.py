"""AWS as an action sees it, and the readings that several actions share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.domain.errors import AwsError
from bot.domain.event_search import MOST_EVENTS, By, EventsFound
from bot.domain.plain import to_plain
from bot.domain.receipt import OwnSession

T = TypeVar("T")

NOT_KNOWN = "NotKnown"
"""The code of the error with which the log answers what only AWS knows."""


class ActionAws(Protocol):
    """AWS as an action sees it: the target's account and Region, and only the action's own permissions."""

    async def call(self, service: str, operation: str, /, **parameters: object) -> Mapping[str, Any]:
        """Make one API call, for example ``call("rolesanywhere", "GetTrustAnchor", trustAnchorId=...)``.

        Raises:
            AwsError: AWS refused; the call had no effect.
            AwsUnclear: no answer; the call may have had its effect.
        """
        ...

    def pages(self, service: str, operation: str, /, **parameters: object) -> AsyncIterator[Mapping[str, Any]]:
        """Make a call that has pages, one page after the other, at the rate that AWS allows."""
        ...

    async def progress(self, sentence: str) -> None:
        """Say how far a long search is; shown at most every three seconds."""
        ...

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        ...


class SearchingAws(ActionAws, Protocol):
    """AWS of an action that runs: it may also search CloudTrail, with the engine that is configured."""

    async def events(
        self, by: By, value: str, *, since: datetime, until: datetime, most: int = MOST_EVENTS
    ) -> EventsFound:
        """Records of the target's account and Region; at most ``most``, the newest. The action lists ``SEARCHES``.

        Raises:
            AwsError: nothing could be searched.
        """
        ...


class ActingAws(ActionAws, Protocol):
    """AWS in a session that may change something."""

    async def open(self) -> OwnSession:
        """Begin the session now, and say how CloudTrail will name it.

        Raises:
            AwsError: there is no session, so nothing can be called.
        """
        ...


async def if_known(answer: Awaitable[T]) -> T | None:
    """What a read brings; None while a plan is drawn from the log, which does not have it.

    Raises:
        AwsError: AWS itself refused.
    """
    try:
        return await answer
    except AwsError as error:
        if error.code == NOT_KNOWN:
            return None
        raise


async def read_trust_anchor(arn: str | None, aws: ActionAws) -> Mapping[str, Any]:
    """GetTrustAnchor's detail of the trust anchor with this ARN.

    Raises:
        AwsError: it can't be read, or AWS answered about another one: then these are the credentials of another
            account or Region, and nothing may be done with them.
    """
    operation = "rolesanywhere:GetTrustAnchor"
    if arn is None:
        raise AwsError("NoTarget", "no report names the trust anchor", operation)
    answer = await aws.call("rolesanywhere", "GetTrustAnchor", trustAnchorId=arn.rpartition("/")[2])
    detail: Mapping[str, Any] = answer.get("trustAnchor") or {}
    if detail.get("trustAnchorArn") != arn:
        raise AwsError("WrongTarget", "AWS answered about another trust anchor: wrong account or Region", operation)
    return detail


def as_capsule(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """Everything that AWS said, as JSON values, to be kept as evidence."""
    return dict(to_plain(detail))


async def capsule_if_readable(arn: str | None, aws: ActionAws) -> Mapping[str, Any]:
    """What AWS says of the trust anchor; empty when it can't say, for searches that go on without it."""
    try:
        return as_capsule(await read_trust_anchor(arn, aws))
    except AwsError:
        return {}
