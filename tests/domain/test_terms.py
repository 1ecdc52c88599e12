"""Terms: how many yes, from whom; nobody counts twice, and the fold lets nothing through with fewer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import events as ev
from bot.domain.case import Case, Request, RequestState
from bot.domain.fold import fold
from bot.domain.people import People, Person
from bot.domain.plain import from_plain, to_plain
from bot.domain.plan import Risk
from bot.domain.terms import Share, Terms, Yes, missing
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import CASE_ID, DIGEST, PLAN, asked, detected, entries_of

SECURITY, PLATFORM = People((), ("S1",), "security"), People((), ("S2",), "platform")
VOTERS = ["U1", "U2", "U3", "U4"]
SHARES = st.lists(st.sampled_from(["security", "platform"]), unique=True, max_size=2).map(tuple)
YES = st.builds(Yes, st.sampled_from(VOTERS), SHARES)
TERMS = st.builds(
    lambda needed, security, platform, own: Terms(
        "a rule",
        max(needed, security + platform),
        shares=tuple(Share(count, people) for count, people in ((security, SECURITY), (platform, PLATFORM)) if count),
        own_yes_counts=own,
    ),
    st.integers(0, 3),
    st.integers(0, 2),
    st.integers(0, 1),
    st.booleans(),
)


def by_trying(terms: Terms, given: Sequence[Yes]) -> bool:
    """Whether it is enough, by trying every way to seat the people: slow and plain."""
    people = {one.user_id: one for one in given}
    seats = [share.people.name for share in terms.shares for _ in range(share.count)]
    if len(people) < terms.needed:
        return False
    ways = permutations(people.values(), len(seats))
    return any(all(name in one.shares for name, one in zip(seats, way, strict=True)) for way in ways)


@given(TERMS, st.lists(YES, max_size=6))
def test_enough_is_what_trying_every_seat_says(terms: Terms, votes: list[Yes]) -> None:
    """As many distinct people as needed, and a person of its own for each place of a share."""
    lacking = missing(terms, votes)
    assert lacking.nothing == by_trying(terms, votes)
    assert lacking.people >= terms.needed - len({one.user_id for one in votes})
    assert sum(share.count for share in lacking.shares) <= lacking.people


def test_one_person_of_both_groups_fills_one_place() -> None:
    """“One of security and one of platform” is two people."""
    terms = Terms(needed=2, shares=(Share(1, SECURITY), Share(1, PLATFORM)))
    both = Yes("U1", ("security", "platform"))
    assert missing(terms, [both, Yes("U2")]).people == 1
    assert missing(terms, [both, Yes("U2", ("security",))]).nothing
    assert missing(terms, [both, Yes("U2", ("platform",))]).nothing


@given(
    TERMS,
    st.sampled_from([Risk.REVERSIBLE, Risk.IRREVERSIBLE]),
    st.integers(0, 3),
    st.none() | SHARES,
    st.lists(st.tuples(st.sampled_from([*VOTERS, ""]), SHARES, st.booleans()), max_size=8),
)
def test_whatever_is_appended_nothing_passes_with_fewer(
    terms: Terms,
    risk: Risk,
    needed: int,
    own: tuple[str, ...] | None,
    votes: list[tuple[str, tuple[str, ...], bool]],
) -> None:
    """It is approved only with the distinct others that its terms want, one at least where it can't be undone."""
    request = folded_request(terms, risk, needed, own, votes)
    right = {who for who, _, fits in votes if fits and who} - {"U1"}
    wanted = max(terms.needed, needed)
    others = wanted - (1 if own is not None and terms.own_yes_counts and risk is Risk.REVERSIBLE else 0)
    if risk is Risk.IRREVERSIBLE:
        others = max(wanted, 1)
    if request.state is RequestState.APPROVED:
        assert len(right) >= others
        assert by_trying(request.terms, [Yes(vote.user_id, vote.shares) for vote in request.votes])
    if risk is Risk.IRREVERSIBLE:
        assert "U1" not in {vote.user_id for vote in request.votes}
    assert len({vote.user_id for vote in request.votes}) == len(request.votes)


def folded_request(
    terms: Terms,
    risk: Risk,
    needed: int,
    own: tuple[str, ...] | None,
    votes: list[tuple[str, tuple[str, ...], bool]],
) -> Request:
    """U1's request after these votes: who, of which shares, and whether for the plan that was shown."""
    first = asked("U1", needed=needed, risk=risk, terms=terms, own_shares=own)
    drafts = [
        ev.draft(
            ev.ApprovalGiven("R1", DIGEST if fits else "another", shares), f"slack:{who}" if who else "anchorwatch"
        )
        for who, shares, fits in votes
    ]
    return fold(Case(CASE_ID), entries_of(detected(), first, *drafts)).requests["R1"]


def test_an_own_yes_is_enough_only_where_it_can_be_undone() -> None:
    """An approver who asks runs it alone under such a rule; what can't be undone waits for somebody else."""
    terms = Terms(own_yes_counts=True)
    assert folded_request(terms, Risk.REVERSIBLE, 1, (), []).state is RequestState.APPROVED
    assert folded_request(terms, Risk.REVERSIBLE, 1, None, []).state is RequestState.PENDING
    assert folded_request(terms, Risk.IRREVERSIBLE, 1, (), []).state is RequestState.PENDING


def test_logs_from_before_there_were_rules_mean_what_they_meant() -> None:
    """Without terms the entry's own number counts; a yes without shares is a yes."""
    data = to_plain(ev.ActionRequested("R1", "x", Risk.IRREVERSIBLE, "why", PLAN, DIGEST, 2, NOON))
    del data["terms"], data["own_shares"]
    assert from_plain(ev.ActionRequested, data).terms is None
    old = {"request_id": "R1", "digest": DIGEST}
    assert from_plain(ev.ApprovalGiven, old) == ev.ApprovalGiven("R1", DIGEST, ())


def test_terms_come_back_from_the_log_as_they_went_in() -> None:
    """They are frozen in the request."""
    terms = Terms("a rule", 2, SECURITY, (Share(1, PLATFORM),), People(("U9",), (), "leads"), reminder_minutes=(1, 2))
    assert from_plain(Terms, to_plain(terms)) == terms


@pytest.mark.parametrize(
    ("person", "may"),
    [
        (Person("U1", approver=True), True),
        (Person("U1", unknown="Slack can't tell"), None),
        (Person("U1"), False),
        (Person("U1", groups=frozenset({"S1"}), unknown="Slack can't tell"), True),
        (Person("U1", lost_groups=frozenset({"S1"})), None),
        (Person("U1", lost_groups=frozenset({"S9"})), False),
    ],
)
def test_who_approves_by_default_or_as_one_of_a_share(person: Person, may: bool | None) -> None:  # noqa: FBT001
    """The approvers of the settings and whoever is in a share; None when Slack can't tell."""
    assert Terms(needed=2, shares=(Share(1, SECURITY),)).may_approve(person) is may
