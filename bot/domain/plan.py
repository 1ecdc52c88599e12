"""What an action would do and what it did, as people see it: the plan, its differences from live AWS, the outcome."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.domain.evidence import NOTHING_KNOWN, Evidence
from bot.domain.plain import canonical


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
    session that runs the plan may change nothing else. ``unknown`` names the state that only AWS knows and the log did
    not when the plan was drawn; None, of plans that older versions logged, says nothing about it. ``rungs`` are the
    plans of a ladder, in their order: what is compared, touched and kept is theirs; ``left_out`` says in plain words
    which rungs it does not have, and why.
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
    unknown: tuple[str, ...] | None = None
    rungs: tuple[Rung, ...] = ()
    left_out: tuple[str, ...] = ()

    def digest(self) -> str:
        """SHA-256 (hex) of what was shown: action, target, calls, what they change, the state and what is unknown.

        Of a ladder also those of its rungs, and what is left out.
        """
        shown: dict[str, object] = {
            "action": self.action_id,
            "target": self.target_arn,
            "calls": self.calls,
            "touches": self.touches,
            "state": self.state,
            "unknown": self.unknown or (),
        }
        if self.rungs:
            shown["rungs"] = [rung.plan.digest() for rung in self.rungs]
            shown["left out"] = self.left_out
        return hashlib.sha256(canonical(shown).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """The sentences of a plan, for functions that make the rest of it."""

    stops: str
    does_not_stop: str
    who_would_notice: str
    way_back: str


def plan_name(digest: str) -> str:
    """A plan's digest as people read it and say it to each other: its first 32 bits, such as ``3f9a-1c2e``."""
    return f"{digest[:4]}-{digest[4:8]}"


@dataclass(frozen=True, slots=True)
class Rung:
    """One action's part in the plan of a ladder. ``title`` and ``contains`` are the action's own."""

    plan: Plan
    title: str
    risk: Risk
    contains: bool | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was shown."""

    what: str
    shown: str
    live: str


def differences(shown: Plan, live: Plan) -> tuple[Difference, ...]:
    """Everything that is not as it was shown, also what was not there; but for state that was shown as not known."""
    found = []
    if shown.action_id != live.action_id:
        found.append(Difference("action", shown.action_id, live.action_id))
    if shown.target_arn != live.target_arn:
        found.append(Difference("trust anchor", shown.target_arn, live.target_arn))
    if shown.calls != live.calls:
        found.append(Difference("calls", "; ".join(shown.calls), "; ".join(live.calls)))
    for what, value in shown.state.items():
        if live.state.get(what) != value:
            found.append(Difference(what, value, live.state.get(what, "not there any more")))
    return (*found, *_beside(shown, live), *_of_rungs(shown, live))


def _of_rungs(shown: Plan, live: Plan) -> list[Difference]:
    if [one.plan.action_id for one in shown.rungs] != [one.plan.action_id for one in live.rungs]:
        titles = (", ".join(one.title for one in plan.rungs) for plan in (shown, live))
        return [Difference("steps", *titles)]
    pairs = zip(shown.rungs, live.rungs, strict=True)
    return [found for one, other in pairs for found in differences(one.plan, other.plan)]


def _beside(shown: Plan, live: Plan) -> list[Difference]:
    """What plans of older versions did not state, so that it can't be compared with them."""
    if shown.unknown is None:
        return []
    found = []
    if shown.touches != live.touches:
        found.append(Difference("what the calls change", "; ".join(shown.touches), "; ".join(live.touches)))
    new = (what for what in unseen(shown, live) if what not in shown.unknown)
    return [*found, *(Difference(what, "not there", live.state[what]) for what in new)]


def unseen(shown: Plan, live: Plan) -> dict[str, str]:
    """The live state that nobody was shown, because it was not known then."""
    return {what: value for what, value in live.state.items() if what not in shown.state}


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
