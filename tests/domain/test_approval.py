"""Who may do what: the default is no, and each no has its reason."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.action import Risk
from bot.domain.approval import ApprovalPolicy, Person, Reason, RiskRule, may_start, may_vote
from tests.fakes.slack_in_memory import NOON

POLICY = ApprovalPolicy(responders_in_words="@oncall", approvers_in_words="@approvers")
USERS = st.sampled_from(["U1", "U2", "U3"])
PEOPLE = st.builds(
    Person,
    USERS,
    responder=st.booleans(),
    approver=st.booleans(),
    active=st.booleans(),
    unknown=st.sampled_from([None, "Slack can't tell"]),
)


@given(PEOPLE, USERS, st.sets(USERS), st.integers(-2, 2))
def test_a_vote_counts_only_with_everything_right(
    person: Person, requester: str, voted: set[str], seconds: int
) -> None:
    """Active, approver, not the requester, not counted yet, before the deadline: all of it, or a no with a sentence."""
    deadline = NOON + timedelta(seconds=seconds)
    decision = may_vote(POLICY, person, requester=requester, voted=tuple(voted), deadline=deadline, now=NOON)
    right = person.active and person.approver and person.user_id != requester and person.user_id not in voted
    assert decision.allowed == (right and seconds > 0)
    assert (decision.reason is Reason.ALLOWED) == decision.allowed
    assert bool(decision.sentence) != decision.allowed


@given(PEOPLE, st.sampled_from([None, *Risk]))
def test_starting_is_for_responders_and_reading_for_approvers_too(person: Person, risk: Risk | None) -> None:
    """Nobody else starts anything, and nobody who left."""
    decision = may_start(POLICY, risk, person)
    assert decision.allowed == (person.active and (person.responder or (person.approver and risk is Risk.READ)))
    assert bool(decision.sentence) != decision.allowed


def test_a_stranger_may_nothing_and_is_told_who_may() -> None:
    """The default is no."""
    stranger = Person("U9")
    assert "@oncall" in may_start(POLICY, Risk.REVERSIBLE, stranger).sentence
    vote = may_vote(POLICY, stranger, requester="U1", voted=(), deadline=NOON + timedelta(1), now=NOON)
    assert (vote.reason, "@approvers" in vote.sentence) == (Reason.NOT_AN_APPROVER, True)


def test_each_risk_has_its_rule() -> None:
    """Reading needs nobody; what can't be undone needs somebody else by default."""
    policy = ApprovalPolicy(irreversible=RiskRule(approvals=3))
    assert [policy.rule_for(risk).approvals for risk in (Risk.READ, Risk.REVERSIBLE, Risk.IRREVERSIBLE)] == [0, 0, 3]
    assert ApprovalPolicy().rule_for(Risk.IRREVERSIBLE).approvals == 1
