"""Plans: what is compared, and what the digest is bound to."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.action import Difference, Plan, differences
from bot.domain.plain import from_plain, to_plain
from bot.domain.plan import plan_name, unseen

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


def test_what_was_shown_as_not_known_is_no_difference() -> None:
    """A live read that knows more than was shown differs in nothing, where the plan said that it is not known."""
    live = replace(PLAN, state={**PLAN.state, "changed at": "now"})
    assert differences(replace(PLAN, unknown=("changed at",)), live) == ()
    assert unseen(PLAN, live) == {"changed at": "now"}


def test_what_was_not_there_is_a_difference() -> None:
    """What AWS shows and the plan said nothing of has appeared since; a plan of an older version could not say so."""
    live = replace(PLAN, state={**PLAN.state, "ACM PCA": "arn"})
    assert differences(replace(PLAN, unknown=()), live) == (Difference("ACM PCA", "not there", "arn"),)
    assert differences(PLAN, live) == ()


WORDS = st.sampled_from(["", "a", "b", "a; b", "not there", "not there any more", "not known yet"])
STATES = st.dictionaries(st.sampled_from(["enabled", "name", "certificates"]), WORDS)
WHOLE = st.builds(
    lambda arn, calls, touches, state: replace(
        PLAN, target_arn=arn, calls=tuple(calls), touches=tuple(touches), state=state, unknown=()
    ),
    WORDS,
    st.lists(WORDS, max_size=2),
    st.lists(WORDS, max_size=2),
    STATES,
)


@given(WHOLE, WHOLE)
def test_nothing_differs_exactly_when_the_digest_is_the_same(shown: Plan, live: Plan) -> None:
    """Whatever the digest of a plan without unknown state signs is compared, whichever words an attacker chooses."""
    assert (differences(shown, live) == ()) is (shown.digest() == live.digest())


@given(WHOLE, WHOLE, st.sampled_from(["enabled", "name", "certificates"]))
def test_what_is_not_known_covers_itself_only(shown: Plan, live: Plan, what: str) -> None:
    """State that was shown as not known hides no other difference."""
    without = {one: text for one, text in shown.state.items() if one != what}
    drawn = replace(shown, state=without, unknown=(what,))
    same = {one: text for one, text in live.state.items() if one != what}
    expected = differences(replace(shown, state=without), replace(live, state=same))
    assert differences(drawn, live) == expected


def test_what_is_not_known_is_signed_too() -> None:
    """A plan that says what it lacks is another one than a plan that says nothing of it."""
    assert replace(PLAN, unknown=("changed at",)).digest() != replace(PLAN, unknown=()).digest()


def test_the_name_of_a_plan_is_the_begin_of_its_digest() -> None:
    """Eight hex digits in two groups, to be read out loud."""
    assert plan_name(PLAN.digest()) == f"{PLAN.digest()[:4]}-{PLAN.digest()[4:8]}"


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
