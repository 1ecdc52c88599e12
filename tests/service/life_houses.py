"""The houses that the machine of lives visits: who is there, what their rules say, and what must be true of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.domain.approval import ApprovalPolicy
from bot.domain.approval_rule import ApprovalRule, Scope
from bot.domain.audit import Entry
from bot.domain.case import Request
from bot.domain.fold import user_of
from bot.domain.people import People
from bot.domain.plan import Risk
from bot.domain.terms import Share, Terms
from tests.fakes.desk import PEOPLE

SECURITY = People((), ("S1",), "security")
IN_SECURITY = {"U4", "U5"}
STAFF = {one: replace(person, groups=frozenset({"S1"} if one in IN_SECURITY else ())) for one, person in PEOPLE.items()}
"""Who there is; U5 is nobody but for the rules that name the group."""

CALL_OF = {
    "delete_trust_anchor": "DeleteTrustAnchor",
    "disable_trust_anchor": "DisableTrustAnchor",
    "disable_profile": "DisableProfile",
}
"""What each action calls."""


@dataclass(frozen=True)
class Wanted:
    """What must be true of each call under a rule, said apart from the code that decides it.

    ``people`` others at least (or the one who asks, where ``own`` counts and they may approve), ``security`` of them
    from the group, and with ``code`` nobody without a one-time code.
    """

    people: int
    security: int = 0
    own: bool = False
    code: bool = False


HOUSES = {
    "two": {Risk.REVERSIBLE: Wanted(0), Risk.IRREVERSIBLE: Wanted(2)},
    "security": {Risk.REVERSIBLE: Wanted(1), Risk.IRREVERSIBLE: Wanted(2, security=1)},
    "own yes": {Risk.REVERSIBLE: Wanted(2, own=True), Risk.IRREVERSIBLE: Wanted(1)},
    "codes": {Risk.REVERSIBLE: Wanted(0, code=True), Risk.IRREVERSIBLE: Wanted(1, code=True)},
}


def policy_of(house: str) -> ApprovalPolicy:
    """The rules of a house, as its file would make them."""
    rules = []
    for risk, wanted in HOUSES[house].items():
        shares = (Share(wanted.security, SECURITY),) if wanted.security else ()
        terms = Terms(
            rule=risk.value,
            needed=wanted.people,
            shares=shares,
            own_yes_counts=wanted.own,
            one_time_code=wanted.code,
        )
        rules.append(ApprovalRule(Scope(risks=(risk,)), terms))
    return ApprovalPolicy(tuple(rules))


def was_agreed_on(wanted: Wanted, asked: Request, entries: Sequence[Entry]) -> None:
    """What the rule of the house wants of a call, counted from the log's own entries; the first of them asks.

    Raises:
        AssertionError: somebody's yes is missing, or was none.
    """
    entry, *given = entries
    yes = {user_of(one.by): one for one in given if user_of(one.by) != asked.by}
    own = {asked.by} if wanted.own and STAFF[asked.by].approver else set()
    people = {*yes, *own}
    assert entry.data["action_id"] == asked.action_id
    assert len(people) >= wanted.people, (asked.action_id, people)
    assert len(people & IN_SECURITY) >= wanted.security
    assert all(STAFF[one].approver or one in IN_SECURITY for one in yes)
    assert not wanted.code or all(one.data["proved"] for one in (entry, *yes.values()))
    assert wanted.people or not yes
