"""The houses that the machine of lives visits: who is there, what their rules say, and what must be true of a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.approval import ApprovalPolicy, Person
from bot.domain.approval_rule import ApprovalRule, Scope
from bot.domain.audit import Entry
from bot.domain.case import Request
from bot.domain.fold import user_of
from bot.domain.people import NOBODY, People
from bot.domain.plan import Risk
from bot.domain.terms import Share, Terms
from tests.fakes.desk import PEOPLE, Desk

SECURITY = People((), ("S1",), "security")
IN_SECURITY = {"U4", "U5"}
SUSPECT = "U6"
_THERE = {**PEOPLE, SUSPECT: Person(SUSPECT, responder=True, approver=True, names=("mallory",))}
STAFF = {one: replace(person, groups=frozenset({"S1"} if one in IN_SECURITY else ())) for one, person in _THERE.items()}
"""Who there is; U5 is nobody but for the rules that name the group, and U6 has the name of the caller."""

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
    "glass": {Risk.REVERSIBLE: Wanted(2), Risk.IRREVERSIBLE: Wanted(1)},
    "glass with codes": {Risk.REVERSIBLE: Wanted(1, code=True), Risk.IRREVERSIBLE: Wanted(2, code=True)},
    "codes": {Risk.REVERSIBLE: Wanted(0, code=True), Risk.IRREVERSIBLE: Wanted(1, code=True)},
}


GLASS = {"glass": People(("U1", SUSPECT), ("S1",), "night"), "glass with codes": People(("U1", "U2", SUSPECT))}
MAY_BREAK = {"glass": {"U1", *IN_SECURITY}, "glass with codes": {"U1", "U2"}}
"""Who may break the glass in a house, as its file says it and said apart; nobody in any other."""

EVIDENCE_FIRST = {"security", "codes"}
"""The houses whose guide is on."""


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
            break_glass=GLASS.get(house, NOBODY),
        )
        rules.append(ApprovalRule(Scope(risks=(risk,)), terms))
    return ApprovalPolicy(tuple(rules), evidence_first=house in EVIDENCE_FIRST)


def evidence_is_saved(house: str, operation: str, desk: Desk) -> None:
    """That a deletion came after a round of the guide or long after the alert, where the guide is on.

    Raises:
        AssertionError: it came before.
    """
    opened = desk.disk.entries[desk.case_id][0].at
    late = desk.clock.now() - opened >= timedelta(minutes=10)
    waits = operation == CALL_OF["delete_trust_anchor"] and house in EVIDENCE_FIRST
    assert not waits or late or desk.kinds("round:finished")


def was_let_run(house: str, asked: Request, entries: Sequence[Entry]) -> None:
    """That a call had what the rule of the house wants, or that somebody who may broke the glass for it.

    ``entries`` are those in which it was asked for, agreed to and let run alone.

    Raises:
        AssertionError: neither is so.
    """
    wanted = HOUSES[house][asked.risk]
    if any(_broke_it(house, wanted, asked, one) for one in entries if one.kind == "glass:broken"):
        return
    was_agreed_on(wanted, asked, [one for one in entries if one.kind != "glass:broken"])


def _broke_it(house: str, wanted: Wanted, asked: Request, entry: Entry) -> bool:
    """Whether an entry is a broken glass as it must be: of whom, with what, and of what can be undone."""
    risks = {asked.risk, *(rung.risk for rung in asked.plan.rungs)}
    may = user_of(entry.by) in MAY_BREAK.get(house, ())
    said = bool(str(entry.data["reason"]).strip()) and entry.data["digest"] == asked.digest
    return may and said and risks == {Risk.REVERSIBLE} and (not wanted.code or bool(entry.data["proved"]))


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
    assert SUSPECT not in yes or asked.risk is Risk.REVERSIBLE
