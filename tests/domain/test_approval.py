"""Who may do what: the default is no, and each no has its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.action import Risk
from bot.domain.approval import (
    ApprovalPolicy,
    Bar,
    Decision,
    Part,
    Person,
    Reason,
    Terms,
    may_answer_for_ca,
    may_start,
    may_vote,
)
from bot.domain.approval_rule import ApprovalRule, Scope, rules_by_risk
from bot.domain.glass_rule import may_break_glass
from bot.domain.people import People
from bot.domain.terms import Share
from tests.fakes.slack_in_memory import NOON

POLICY = ApprovalPolicy(responders_in_words="@oncall", approvers_in_words="@approvers")
SECURITY = People((), ("S1",), "security")
LEADS = People(("U2",), (), "leads")
USERS = st.sampled_from(["U1", "U2", "U3"])
GROUPS = st.frozensets(st.sampled_from(["S1", "S2"]))
PEOPLE = st.builds(
    Person,
    USERS,
    responder=st.booleans(),
    approver=st.booleans(),
    active=st.booleans(),
    unknown=st.sampled_from([None, "Slack can't tell"]),
    groups=GROUPS,
    lost_groups=GROUPS,
)
TERMS = st.sampled_from(
    [
        Terms(),
        Terms(approvers=LEADS),
        Terms(approvers=SECURITY),
        Terms(needed=2, shares=(Share(1, SECURITY),)),
        Terms(approvers=LEADS, silent=SECURITY),
        Terms(own_yes_counts=True),
    ]
)


@given(PEOPLE, TERMS, USERS, st.sets(USERS), st.integers(-2, 2))
def test_a_vote_counts_only_with_everything_right(
    person: Person, terms: Terms, requester: str, voted: set[str], seconds: int
) -> None:
    """Active, approver, not the requester, not counted yet, before the deadline: all of it, or a no with a sentence."""
    deadline = NOON + timedelta(seconds=seconds)
    decision = may_vote(POLICY, person, terms, requester=requester, voted=tuple(voted), deadline=deadline, now=NOON)
    named = person.user_id in terms.named.users or bool(person.groups.intersection(terms.named.groups))
    approves = named or (terms.approvers is None and person.approver)
    lost = any(person.lost_groups.intersection(one.people.groups) - person.groups for one in terms.shares)
    right = person.active and approves and not lost and person.user_id != requester and person.user_id not in voted
    assert decision.allowed == (right and seconds > 0)
    assert (decision.reason is Reason.ALLOWED) == decision.allowed
    assert bool(decision.sentence) != decision.allowed


@given(PEOPLE, st.sampled_from([None, *Risk]))
def test_starting_is_for_responders_and_reading_for_approvers_too(person: Person, risk: Risk | None) -> None:
    """Nobody else starts anything, and nobody who left."""
    decision = may_start(POLICY, risk, person)
    assert decision.allowed == (person.active and (person.responder or (person.approver and risk is Risk.READ)))
    assert bool(decision.sentence) != decision.allowed


def test_whom_only_a_rule_names_may_read_what_they_approve() -> None:
    """They press nothing else."""
    policy = ApprovalPolicy((ApprovalRule(Scope(), Terms(shares=(Share(1, SECURITY),))),))
    member = Person("U3", groups=frozenset({"S1"}))
    assert may_start(policy, Risk.READ, member).allowed
    assert not may_start(policy, Risk.READ, Person("U4")).allowed
    assert not may_start(policy, Risk.REVERSIBLE, member).allowed


def vote(person: Person, terms: Terms, **more: Any) -> Decision:
    """The decision about a vote for U1's request, a day before its deadline."""
    given = {"requester": "U1", "voted": (), "deadline": NOON + timedelta(1), "now": NOON, **more}
    return may_vote(POLICY, person, terms, **given)


def test_a_stranger_may_nothing_and_is_told_who_may() -> None:
    """The default is no."""
    stranger = Person("U9")
    assert "@oncall" in may_start(POLICY, Risk.REVERSIBLE, stranger).sentence
    refusal = vote(stranger, Terms())
    assert (refusal.reason, "@approvers" in refusal.sentence) == (Reason.NOT_AN_APPROVER, True)
    assert "<!subteam^S1>" in vote(stranger, Terms(approvers=SECURITY)).sentence


def test_a_group_that_slack_cannot_resolve_closes_the_door_and_says_so() -> None:
    """Who might be in it may not approve, and the sentence names the group."""
    maybe = Person("U3", lost_groups=frozenset({"S1"}))
    refusal = vote(maybe, Terms(approvers=SECURITY))
    assert refusal.reason is Reason.MEMBERSHIP_UNKNOWN
    assert refusal.sentence == ("Nothing was done: Slack can't tell who is in <!subteam^S1>. <!subteam^S1> may.")


def test_a_yes_that_might_fill_a_share_waits_and_a_no_does_not() -> None:
    """Counted without its share it would be lost for good; a no needs no share."""
    maybe = Person("U3", approver=True, lost_groups=frozenset({"S1"}))
    terms = Terms(needed=2, shares=(Share(1, SECURITY),))
    assert vote(maybe, terms).reason is Reason.MEMBERSHIP_UNKNOWN
    assert "whether your yes is the one that is needed" in vote(maybe, terms).sentence
    assert vote(maybe, terms, yes=False).allowed


def test_who_asked_is_told_who_decides() -> None:
    """With an own yes that counts already, and without."""
    asker = Person("U1", approver=True)
    assert vote(asker, Terms()).sentence == "You asked for this, so someone else must decide: @approvers."
    counted = vote(asker, Terms(own_yes_counts=True), voted=("U1",))
    assert (counted.reason, counted.sentence) == (
        Reason.ALREADY_VOTED,
        "Your yes is already counted. It needs another person: @approvers.",
    )


@pytest.mark.parametrize("part", Part)
def test_a_bar_takes_its_parts_and_no_other(part: Part) -> None:
    """Whatever lists the person is in; the sentence is the bar's own."""
    bar = Bar((part,), Reason.NOT_IN_THIS_STATE.value, "Not you.")
    person = Person("U3", responder=True, approver=True, owner=True, bars=(bar,))
    decisions = {
        Part.READ: may_start(POLICY, Risk.READ, person),
        Part.NOTE: may_start(POLICY, None, person, Part.NOTE),
        Part.CONTAIN: may_start(POLICY, Risk.REVERSIBLE, person, Part.CONTAIN),
        Part.START: may_start(POLICY, Risk.REVERSIBLE, person),
        Part.AGREE: vote(person, Terms(), part=Part.AGREE),
        Part.DECIDE: vote(person, Terms()),
        Part.ANSWER: may_answer_for_ca(POLICY, person),
        Part.BREAK: may_break_glass(person, Terms(break_glass=People(("U3",)))),
    }
    assert set(decisions) == set(Part)
    assert {one for one, decision in decisions.items() if not decision.allowed} == {part}
    assert decisions[part].sentence == "Not you."


def test_each_risk_has_its_rule() -> None:
    """Reading needs nobody; what can't be undone needs somebody else by default."""
    policy = ApprovalPolicy(rules_by_risk(irreversible=3))
    needed = [policy.terms_for("x", risk, "111122223333", "eu-west-1") for risk in Risk]
    assert [one.needed for one in needed if isinstance(one, Terms)] == [0, 0, 3]
    default = ApprovalPolicy().terms_for("x", Risk.IRREVERSIBLE, None, None)
    assert isinstance(default, Terms)
    assert default.needed == 1


def test_what_no_rule_fits_nobody_may_ask_for() -> None:
    """The sentence says which rule is missing; what an attacker could have written is left out of it."""
    rule = ApprovalRule(Scope(environments=("lab",)), Terms(rule="lab"))
    policy = ApprovalPolicy((rule,), {"111122223333": "lab", "444455556666": "production"})
    assert isinstance(policy.terms_for("x", Risk.REVERSIBLE, "111122223333", "eu-west-1"), Terms)
    refusal = policy.terms_for("x", Risk.REVERSIBLE, "444455556666", "eu-west-1")
    assert isinstance(refusal, Decision)
    assert (refusal.allowed, refusal.reason) == (False, Reason.NO_RULE)
    assert "no approval rule fits x in account 444455556666 (production), eu-west-1" in refusal.sentence
    hostile = policy.terms_for("x", Risk.REVERSIBLE, "<!channel>", "*here*")
    assert isinstance(hostile, Decision)
    assert "no approval rule fits x in account that is not known (unknown), in an unknown Region" in hostile.sentence
