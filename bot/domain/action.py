"""The contract of a response action: one file in ``handlers/`` exports one :class:`ResponseAction`.

People approve the :class:`Plan` that they were shown. Right before the call the plan is made again from live AWS
state; when the two differ in anything that was shown, nothing runs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.action_aws import (
    NOT_KNOWN,
    ActionAws,
    as_capsule,
    capsule_if_readable,
    if_known,
    read_trust_anchor,
)
from bot.domain.anchor_copy import can_copy, check_account, copy_request, copy_state, find_copy, roles_naming
from bot.domain.anchor_state import GONE, anchor_state
from bot.domain.caller_quarantine import (
    UserKey,
    can_quarantine,
    judged_key,
    key_capsule,
    keys_in,
    role_session,
    user_key,
)
from bot.domain.errors import AwsError, AwsNotFound, AwsUnclear
from bot.domain.evidence import NOTHING_KNOWN, Evidence, KnownProfile, KnownRole
from bot.domain.identity import Target
from bot.domain.plain import canonical
from bot.domain.profile_switch import (
    judged,
    profile_capsule,
    profile_id,
    profile_state,
    read_profiles,
    switch_profiles,
    were_enabled,
)
from bot.domain.reach_count import ReachCount
from bot.domain.reach_report import account_of, check_profiles, evaluate_reach, reach_lines, reach_sentence
from bot.domain.role_policies import (
    change_roles,
    documents_before,
    judged_lifted,
    judged_put,
    put_revocations,
    read_standing,
    role_capsule,
)
from bot.domain.session_revocation import (
    Revocation,
    can_revoke,
    case_policy,
    fit_user_ids,
    left_out,
    revocations,
    revocations_in,
    why_not_revocable,
)
from bot.domain.usage.sessions import GUIDES_NAME, Session, SessionsFound, anchor_sessions, by_certificate
from bot.domain.usage.sessions import SERVICE as ROLES_ANYWHERE
from bot.domain.usage.words import counted, guides_sentence, late_sentence, use_line, utc_text

__all__ = [
    "GONE",
    "GUIDES_NAME",
    "NOT_KNOWN",
    "ROLES_ANYWHERE",
    "ActionAws",
    "AwsError",
    "AwsNotFound",
    "AwsUnclear",
    "Difference",
    "Evidence",
    "KnownProfile",
    "KnownRole",
    "Plan",
    "ReachCount",
    "Report",
    "ResponseAction",
    "Revocation",
    "Risk",
    "Session",
    "SessionsFound",
    "Target",
    "UserKey",
    "Verdict",
    "account_of",
    "anchor_sessions",
    "anchor_state",
    "as_capsule",
    "by_certificate",
    "can_copy",
    "can_quarantine",
    "can_revoke",
    "capsule_if_readable",
    "case_policy",
    "change_roles",
    "check_account",
    "check_profiles",
    "copy_request",
    "copy_state",
    "counted",
    "differences",
    "documents_before",
    "evaluate_reach",
    "find_copy",
    "fit_user_ids",
    "guides_sentence",
    "if_known",
    "judged",
    "judged_key",
    "judged_lifted",
    "judged_put",
    "key_capsule",
    "keys_in",
    "late_sentence",
    "left_out",
    "offered_always",
    "offered_while_it_exists",
    "profile_capsule",
    "profile_id",
    "profile_state",
    "put_revocations",
    "reach_lines",
    "reach_sentence",
    "read_profiles",
    "read_standing",
    "read_trust_anchor",
    "revocations",
    "revocations_in",
    "role_capsule",
    "role_session",
    "roles_naming",
    "switch_profiles",
    "use_line",
    "user_key",
    "utc_text",
    "were_enabled",
    "why_not_revocable",
]


class Risk(StrEnum):
    """What an action can do; configuration decides by it how many people must say yes."""

    READ = "read"
    REVERSIBLE = "reversible"
    IRREVERSIBLE = "irreversible"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action would do, made by reading only.

    ``calls`` are the API calls in their order, as text. ``state`` is the state that the plan starts from, in plain
    words and as far as it is known; it is what people see and what is compared right before the call. ``capsule``
    keeps everything that AWS said of the target, for undo and evidence; it is not compared. ``evidence`` is what the
    plan was made from beside AWS. ``touches`` are the ARNs that the calls change, where that is not the target: the
    session that runs the plan may change nothing else.
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
    evidence: Evidence = NOTHING_KNOWN
    touches: tuple[str, ...] = ()

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


def offered_always(state: Mapping[str, str]) -> bool:
    """For actions on other things than the trust anchor, which may be gone."""
    del state
    return True


def always_possible(evidence: Evidence) -> bool:
    """For actions that need to know nothing but the trust anchor."""
    del evidence
    return True


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
        possible: whether what the case knows is enough for a plan.
        on_anchor: whether it acts on the trust anchor itself, so that its state is the trust anchor's, in the words
            that all such actions share.
        rung: its place in the ladder; controls come in this order.
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
    possible: Callable[[Evidence], bool] = always_possible
    on_anchor: bool = True
    rung: int = 100
