"""Plans: what is compared, and what the digest is bound to."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.action import Difference, Plan, differences
from bot.domain.plain import from_plain, to_plain

PLAN = Plan(
    action_id="disable_trust_anchor",
    target_arn="arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/a",
    calls=("rolesanywhere:DisableTrustAnchor trustAnchorId=a",),
    state={"enabled": "yes", "name": "ci"},
    stops="a",
    does_not_stop="b",
    who_would_notice="c",
    way_back="d",
    capsule={"enabled": True},
)
STATE = st.dictionaries(st.sampled_from(["enabled", "name", "certificates", "changed at"]), st.text(max_size=5))


def test_state_that_was_not_shown_is_not_compared() -> None:
    """A live read that knows more than was shown differs in nothing."""
    live = replace(PLAN, state={**PLAN.state, "changed at": "now"})
    assert differences(PLAN, live) == ()


def test_each_thing_that_moved_is_named_with_both_values() -> None:
    """Changed and vanished state are told apart from each other and from the calls."""
    live = replace(PLAN, state={"enabled": "no"}, calls=("x",))
    assert differences(PLAN, live) == (
        Difference("calls", PLAN.calls[0], "x"),
        Difference("enabled", "yes", "no"),
        Difference("name", "ci", "not there any more"),
    )


def test_another_target_is_a_difference() -> None:
    """The same state of another trust anchor is not what was approved."""
    assert differences(PLAN, replace(PLAN, target_arn="other"))[0].what == "trust anchor"


@given(STATE, STATE)
def test_the_digest_is_the_same_exactly_when_the_state_is(one: dict[str, str], two: dict[str, str]) -> None:
    """Equal digests mean that equal things were shown."""
    assert (replace(PLAN, state=one).digest() == replace(PLAN, state=two).digest()) is (one == two)


def test_the_digest_leaves_the_capsule_out() -> None:
    """What is kept for evidence is not shown, so it does not change what was approved."""
    assert replace(PLAN, capsule={}).digest() == PLAN.digest()


def test_a_plan_survives_the_log() -> None:
    """A plan read back from its JSON form has the digest that people approved."""
    assert from_plain(Plan, to_plain(PLAN)).digest() == PLAN.digest()
