"""The rules: read from the top, the first that fits counts, and what would be a trap is refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approval import ApprovalPolicy, Decision
from bot.domain.approval_rule import ApprovalRule, Asked, Scope, first_rule, rule_mistakes, rules_by_risk
from bot.domain.people import People
from bot.domain.plan import Risk
from bot.domain.terms import Share, Terms

RISKS = {"look": Risk.READ, "disable": Risk.REVERSIBLE, "delete": Risk.IRREVERSIBLE}
SECURITY = People((), ("S1",), "security")


def some(*values: str) -> st.SearchStrategy[tuple[str, ...]]:
    """Some of these, or none, which means all."""
    return st.lists(st.sampled_from(values), unique=True, max_size=2).map(tuple)


SCOPES = st.builds(
    Scope,
    actions=some("disable", "delete"),
    risks=st.lists(st.sampled_from([Risk.REVERSIBLE, Risk.IRREVERSIBLE]), unique=True, max_size=2).map(tuple),
    accounts=some("1", "2"),
    regions=some("eu", "us"),
    environments=some("production", "lab", "unknown"),
)
TERMS = st.builds(Terms, needed=st.integers(0, 3), own_yes_counts=st.booleans(), reason_required=st.booleans())
ASKED = st.builds(
    lambda action_id, account, region, environment: Asked(action_id, RISKS[action_id], account, region, environment),
    st.sampled_from(["disable", "delete"]),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["eu", "us"]),
    st.sampled_from(["production", "lab", "other", "unknown"]),
)


def rule(name: str = "a rule", scope: Scope | None = None, **terms: object) -> ApprovalRule:
    """A rule that asks for one yes unless told otherwise."""
    return ApprovalRule(scope or Scope(), Terms(rule=name, **terms))  # type: ignore[arg-type]


@given(st.lists(st.tuples(SCOPES, TERMS), max_size=4), ASKED)
def test_the_first_that_fits_decides_and_the_floor_holds(pairs: list[tuple[Scope, Terms]], asked: Asked) -> None:
    """Whatever is configured: nothing below it counts, nothing without a rule, one other where it can't be undone."""
    rules = tuple(ApprovalRule(scope, terms) for scope, terms in pairs)
    found = ApprovalPolicy(rules, {asked.account: asked.environment}).terms_for(
        asked.action_id, asked.risk, asked.account, asked.region
    )
    first = next((one for one in rules if one.scope.fits(asked)), None)
    if first is None:
        assert isinstance(found, Decision)
        assert not found.allowed
        return
    assert found == first.terms.with_floor(asked.risk)
    if asked.risk is Risk.IRREVERSIBLE and isinstance(found, Terms):
        assert (found.needed >= 1, found.own_yes_counts, found.reason_required) == (True, False, True)


@given(SCOPES, SCOPES, ASKED)
def test_what_takes_all_of_another_fits_all_that_it_fits(one: Scope, other: Scope, asked: Asked) -> None:
    """So a rule that is refused as unreachable really is."""
    if one.takes_all_of(other) and other.fits(asked):
        assert one.fits(asked)


def test_an_account_that_nobody_knows_is_no_lab() -> None:
    """A rule for an environment does not fit an account that the house file does not name."""
    lab, rest = rule("lab", Scope(environments=("lab",)), needed=0), rule("rest")
    policy = ApprovalPolicy((lab, rest), {"1": "lab"})
    names = [policy.terms_for("disable", Risk.REVERSIBLE, account, "eu") for account in ("1", "2")]
    assert [one.rule for one in names if isinstance(one, Terms)] == ["lab", "rest"]


def test_rules_by_risk_have_no_mistake() -> None:
    """What the settings mean without a file is a valid policy."""
    assert rule_mistakes(rules_by_risk(), RISKS) == ()
    assert first_rule(rules_by_risk(), Asked("delete", Risk.IRREVERSIBLE, "1", "eu")) == rules_by_risk()[1]


FLOOR = 'It fits actions that can\'t be undone; give those a rule of their own or write risks = ["reversible"].'


@pytest.mark.parametrize(
    ("rules", "mistake"),
    [
        ((rule(needed=0),), f"rule “a rule”: approvals must be at least 1. {FLOOR}"),
        ((rule(own_yes_counts=True),), f"rule “a rule”: own_yes_counts must be false. {FLOOR}"),
        ((rule(reason_required=False),), f"rule “a rule”: reason_required must be true. {FLOOR}"),
        ((rule(), rule()), "rule “a rule”: there are two of this name"),
        (
            (rule("wide"), rule("narrow", Scope(accounts=("1",)))),
            "rule “narrow”: can never decide: “wide” above it fits everything that it fits",
        ),
        ((rule(scope=Scope(actions=("burn",))),), "rule “a rule”: there is no action 'burn'"),
        ((rule(scope=Scope(actions=("look",))),), "rule “a rule”: look only reads, which needs no approval"),
        (
            (rule(scope=Scope(actions=("delete",), risks=(Risk.REVERSIBLE,))),),
            "rule “a rule”: delete is irreversible, which is not among its risks",
        ),
        ((rule(shares=(Share(2, SECURITY),)),), "rule “a rule”: at_least asks for more people than approvals = 1"),
        ((rule(needed=2, approvers=People(("U1",))),), "rule “a rule”: needs 2 yes and names 1 who may give one"),
        (
            (rule(expires_minutes=20),),
            "rule “a rule”: reminder_minutes: 20 is not before the request expires, after 20 minutes",
        ),
        (
            (rule(reminder_minutes=(5, 5)),),
            "rule “a rule”: reminder_minutes: each must be later than the one before",
        ),
    ],
)
def test_mistakes_are_named(rules: tuple[ApprovalRule, ...], mistake: str) -> None:
    """Each trap is refused with the rule's name and what to do."""
    assert mistake in rule_mistakes(rules, RISKS)


def test_a_rule_for_what_can_be_undone_may_ask_for_nobody() -> None:
    """The floor is for what can't be undone only."""
    quick = rule(scope=Scope(risks=(Risk.REVERSIBLE,)), needed=0, reason_required=False)
    own = rule("own", Scope(risks=(Risk.REVERSIBLE,), accounts=("1",)), own_yes_counts=True)
    assert rule_mistakes((own, quick), RISKS) == ()
