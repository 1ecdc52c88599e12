"""The contract of a response action: one file in ``handlers/`` exports one :class:`ResponseAction`.

People approve the :class:`Plan` that they were shown. Right before the call the plan is made again from live AWS
state; when the two differ in anything that was shown, nothing runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.domain.anchor_state import GONE, anchor_state
from bot.domain.errors import AwsError, AwsNotFound, AwsUnclear
from bot.domain.identity import Target
from bot.domain.plain import canonical, to_plain
from bot.domain.reach_count import ReachCount
from bot.domain.reach_report import account_of, check_profiles, evaluate_reach, reach_lines, reach_sentence
from bot.domain.usage.sessions import GUIDES_NAME, Session, SessionsFound, anchor_sessions, by_certificate
from bot.domain.usage.sessions import SERVICE as ROLES_ANYWHERE
from bot.domain.usage.words import counted, guides_sentence, late_sentence, use_line, utc_text

__all__ = [
    "GONE",
    "GUIDES_NAME",
    "ROLES_ANYWHERE",
    "ActionAws",
    "AwsError",
    "AwsNotFound",
    "AwsUnclear",
    "Difference",
    "Plan",
    "ReachCount",
    "Report",
    "ResponseAction",
    "Risk",
    "Session",
    "SessionsFound",
    "Target",
    "Verdict",
    "account_of",
    "anchor_sessions",
    "anchor_state",
    "as_capsule",
    "by_certificate",
    "capsule_if_readable",
    "check_profiles",
    "counted",
    "differences",
    "evaluate_reach",
    "guides_sentence",
    "late_sentence",
    "offered_while_it_exists",
    "reach_lines",
    "reach_sentence",
    "read_trust_anchor",
    "use_line",
    "utc_text",
]


class Risk(StrEnum):
    """What an action can do; configuration decides by it how many people must say yes."""

    READ = "read"
    REVERSIBLE = "reversible"
    IRREVERSIBLE = "irreversible"


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action would do, made by reading only.

    ``calls`` are the API calls in their order, as text. ``state`` is the state that the plan starts from, in plain
    words and as far as it is known; it is what people see and what is compared right before the call. ``capsule``
    keeps everything that AWS said of the target, for undo and evidence; it is not compared.
    """

    action_id: str
    target_arn: str
    calls: tuple[str, ...]
    state: Mapping[str, str]
    stops: str
    does_not_stop: str
    who_would_notice: str
    way_back: str
    capsule: Mapping[str, Any] = field(default_factory=dict)

    def digest(self) -> str:
        """SHA-256 (hex) of what was shown: action, target, calls and state."""
        shown = {
            "action": self.action_id,
            "target": self.target_arn,
            "calls": self.calls,
            "state": self.state,
        }
        return hashlib.sha256(canonical(shown).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was shown."""

    what: str
    shown: str
    live: str


def differences(shown: Plan, live: Plan) -> tuple[Difference, ...]:
    """Everything that was shown and is different now. State that was not known when shown is not compared."""
    found = []
    if shown.target_arn != live.target_arn:
        found.append(Difference("trust anchor", shown.target_arn, live.target_arn))
    if shown.calls != live.calls:
        found.append(Difference("calls", "; ".join(shown.calls), "; ".join(live.calls)))
    for what, value in shown.state.items():
        if live.state.get(what) != value:
            found.append(Difference(what, value, live.state.get(what, "not there any more")))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Report:
    """What an action found or did, for people.

    ``lines`` may hold text that an attacker wrote: it is neutralised where it is shown, never here.
    ``not_checked`` says in plain words what the report can't answer.
    """

    summary: str
    lines: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What AWS shows after the call. ``done`` None means that AWS can't tell now."""

    done: bool | None
    sentence: str
    state: Mapping[str, str] = field(default_factory=dict)


def offered_while_it_exists(state: Mapping[str, str]) -> bool:
    """Whether the trust anchor is still there, as far as it is known."""
    return state.get("exists") != "no"


MakePlan = Callable[[Target, ActionAws], Awaitable[Plan]]
Apply = Callable[[Plan, ActionAws], Awaitable[Report]]
Verify = Callable[[Plan, ActionAws], Awaitable[Verdict]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseAction:
    """One response action.

    Attributes:
        id: equals the file's name; stable, because buttons and logs carry it.
        title: what the control says, Title Case, starts with a verb, at most 40 characters.
        risk: what it can do.
        permissions: the IAM actions of every call it makes; calls outside it fail.
        idempotent: whether doing it twice equals doing it once, so that it may be repeated after a crash.
        plan: reads only.
        apply: does it.
        verify: reads AWS back.
        undo: takes it back, or None with ``no_undo_because``.
        contains: True when the case is contained once it is done, False when it takes a containment back, None when
            it does neither.
        offered: whether the control makes sense for a trust anchor in this state, which may be known in part only.
    """

    id: str
    title: str
    risk: Risk
    permissions: tuple[str, ...]
    idempotent: bool
    plan: MakePlan
    apply: Apply
    verify: Verify
    undo: Apply | None
    no_undo_because: str | None = None
    contains: bool | None = None
    offered: Callable[[Mapping[str, str]], bool] = offered_while_it_exists
