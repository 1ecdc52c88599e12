"""The contract of a response action: what it needs, how it plans, does and checks, and the way back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot.domain.action_aws import ActionAws, SearchingAws
from bot.domain.action_form import ActionForm
from bot.domain.evidence import Evidence
from bot.domain.identity import Target
from bot.domain.plan import Plan, Report, Risk, Verdict


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


OWN_SERVICE = "anchorwatch"
"""The service of calls to our own store, which no account of AWS has."""

MakePlan = Callable[[Target, ActionAws], Awaitable[Plan]]
Apply = Callable[[Plan, SearchingAws], Awaitable[Report]]
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
        undo: the id of the action that takes it back, with a plan, a yes and a check of its own; None with
            ``no_undo_because``.
        contains: True when the case is contained once it is done, False when it takes a containment back, None when
            it does neither.
        offered: whether the control makes sense for a trust anchor in this state, which may be known in part only.
        possible: whether what the case knows is enough for a plan.
        on_anchor: whether it acts on the trust anchor itself, so that its state is the trust anchor's, in the words
            that all such actions share.
        rung: its place in the ladder; controls come in this order.
        form: what a person must write before there is a plan; None when the reason is enough.
        least_approvals: how many other people must say yes where the rules don't speak of this action.
        managed_permissions: the permissions in place of ``permissions`` where sessions are revoked with a managed
            policy; empty when that changes nothing for it.
        managed_policy: that policy's name; empty where none is configured.
    """

    id: str
    title: str
    risk: Risk
    permissions: tuple[str, ...]
    idempotent: bool
    plan: MakePlan
    apply: Apply
    verify: Verify
    undo: str | None
    no_undo_because: str | None = None
    contains: bool | None = None
    offered: Callable[[Mapping[str, str]], bool] = offered_while_it_exists
    possible: Callable[[Evidence], bool] = always_possible
    on_anchor: bool = True
    rung: int = 100
    form: ActionForm | None = None
    least_approvals: int = 0
    managed_permissions: tuple[str, ...] = ()
    managed_policy: str = ""

    def with_managed_policy(self, name: str) -> ResponseAction:
        """The same action where sessions are revoked with this managed policy; empty leaves it as it is."""
        if not name or not self.managed_permissions:
            return self
        return replace(self, permissions=self.managed_permissions, managed_policy=name)

    @property
    def of_aws(self) -> tuple[str, ...]:
        """The permissions that are IAM's; the rest are for our own store."""
        return tuple(one for one in self.permissions if not one.startswith(f"{OWN_SERVICE}:"))
